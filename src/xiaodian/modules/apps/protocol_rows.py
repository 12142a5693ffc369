"""Apps, codes and tokens as the protocol sees them: Authlib's mixins over rows, and what one request does with them."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from xiaodian.contracts.apps import AppId, ConnectionId
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.accounts.api import hash_token
from xiaodian.modules.apps.rules import matches_redirect_uri


class LoadedClient(ClientMixin):
    """An app, as the protocol sees it."""

    def __init__(
        self,
        *,
        app_id: AppId,
        shop_id: ShopId | None,
        is_public: bool,
        scopes: Iterable[str],
        redirect_uris: list[str],
        secrets: Mapping[bytes, UUID],
    ) -> None:
        self.app_id = app_id
        self.shop_id = shop_id
        self.is_public = is_public
        self.scopes = frozenset(scopes)
        self.redirect_uris = redirect_uris
        self.secrets = secrets
        self.secret_used: UUID | None = None

    def get_client_id(self) -> str:
        """Authlib's word for the app's id."""
        return str(self.app_id)

    def get_default_redirect_uri(self) -> str | None:
        """The only one there is; of several, the request must name one."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What was asked for, or all that is registered; None, which refuses, if it asks for more."""
        wanted = frozenset(scope.split()) if scope else self.scopes
        return to_text(wanted) if wanted <= self.scopes else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether users may be sent there."""
        return matches_redirect_uri(self.redirect_uris, redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is one of the live secrets; looks at all of them, each in constant time."""
        given = hash_token(client_secret)
        for secret_hash, secret_id in self.secrets.items():
            if hmac.compare_digest(secret_hash, given):
                self.secret_used = secret_id
        return self.secret_used is not None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """A public client has no secret; any other must show one."""
        return (method == "none") is self.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are given, and only to apps with users."""
        return response_type == "code" and self.shop_id is None

    def check_grant_type(self, grant_type: str) -> bool:
        """A shop's own system acts for the shop, until it is disconnected; everybody else for who consented."""
        if self.shop_id is not None:
            return grant_type == "client_credentials" and bool(self.scopes)
        return grant_type in ("authorization_code", "refresh_token")


class LoadedCode(AuthorizationCodeMixin):
    """A code, as the protocol sees it."""

    def __init__(
        self,
        *,
        app_id: AppId,
        connection_id: ConnectionId,
        family_id: UUID,
        scopes: Iterable[str],
        redirect_uri: str,
        challenge: str,
        expires_at: datetime,
        used_at: datetime | None,
    ) -> None:
        self.app_id = app_id
        self.connection_id = connection_id
        self.family_id = family_id
        self.scopes = frozenset(scopes)
        self.redirect_uri = redirect_uri
        self.code_challenge = challenge
        self.code_challenge_method = "S256"
        self.expires_at = expires_at
        self.used_at = used_at

    def get_redirect_uri(self) -> str:
        """Where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What it is good for."""
        return to_text(self.scopes)


class LoadedToken(TokenMixin):
    """An access or refresh token, as the protocol sees it."""

    def __init__(
        self,
        *,
        app_id: AppId,
        connection_id: ConnectionId,
        family_id: UUID,
        is_refresh: bool,
        scopes: Iterable[str],
        expires_at: datetime,
        used_at: datetime | None,
    ) -> None:
        self.app_id = app_id
        self.connection_id = connection_id
        self.family_id = family_id
        self.is_refresh = is_refresh
        self.scopes = frozenset(scopes)
        self.expires_at = expires_at
        self.used_at = used_at

    def check_client(self, client: LoadedClient) -> bool:
        """Whether it was given to this app."""
        return self.app_id == client.app_id

    def get_scope(self) -> str:
        """What it is good for."""
        return to_text(self.scopes)


class Exchange:
    """One request to an endpoint: what was loaded for it, and what is to be written because of it."""

    def __init__(
        self,
        *,
        client: LoadedClient | None,
        now: datetime,
        code: LoadedCode | None = None,
        token: LoadedToken | None = None,
        issuer: str = "",
    ) -> None:
        self.client = client
        self.code = code
        self.token = token
        self.now = now
        self.issuer = issuer
        self.issued: dict[str, Any] | None = None
        self.new_code: str | None = None
        self.was_replayed = False
        self.is_revoked = False

    def take_code(self) -> LoadedCode | None:
        """The code, if it is good; one that was used already is noted as shown again."""
        code, client = self.code, self.client
        if code is None or client is None or code.app_id != client.app_id:
            return None
        if code.used_at is not None:
            self.was_replayed = True
            return None
        return code if self.now < code.expires_at else None

    def take_refresh_token(self) -> LoadedToken | None:
        """The refresh token, if it is good; one that was used already is noted as shown again."""
        token, client = self.token, self.client
        if token is None or client is None or not token.is_refresh or token.app_id != client.app_id:
            return None
        if token.used_at is not None:
            self.was_replayed = True
            return None
        return token if self.now < token.expires_at else None


def to_text(scopes: Iterable[str]) -> str:
    """As on the wire: names apart by a blank, in order."""
    return " ".join(sorted(str(scope) for scope in scopes))
