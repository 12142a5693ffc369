"""OAuth 2.0 as Authlib decides it, over rows that were loaded before; what it decides is written by whoever asked.

Authlib is synchronous and knows nothing of our database. Each request therefore gets a server of its own, which finds
the client, the code or the refresh token of this request in memory, under the lock they were loaded with, and notes
what it would write in `Exchange`. RFC 6749 with PKCE (RFC 7636, S256 only), revocation (RFC 7009), issuer (RFC 9207).
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    OAuth2Error,
    OAuth2Request,
    UnauthorizedClientError,
    grants,
)
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.apps import APP_SCOPES, ConnectionId
from xiaodian.modules.apps.protocol_rows import Exchange, LoadedClient, LoadedCode, LoadedToken
from xiaodian.modules.apps.rules import ACCESS_TOKEN_LIFE
from xiaodian.modules.apps.tokens import CODE_PREFIX, REFRESH_PREFIX, new_app_token, new_secret

__all__ = ["OAuth2Error", "OAuthAnswer"]

NAMES = frozenset(scope.value for scope in APP_SCOPES)
# Where the request came to is no business of the protocol; Authlib only wants to see that it is https.
_URI = "https://oauth.invalid/"
_FORM_FIELDS_MAX = 30
_QUESTION_FIELDS = frozenset(
    ("client_id", "response_type", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
)


class OAuthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back over HTTP."""

    status: int
    body: dict[str, Any]
    location: str | None = None
    must_authenticate: bool = False


class _Request(OAuth2Request):
    """A request of ours for Authlib."""

    def __init__(self, method: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> None:
        super().__init__(method, _URI, headers=headers)
        self.payload = BasicOAuth2Payload(dict(fields))

    @property
    def form(self) -> Mapping[str, str]:
        """The body's fields."""
        return cast("Mapping[str, str]", self.payload.data)

    @property
    def args(self) -> Mapping[str, str]:
        """The query's fields."""
        return self.form


class _Answer:
    """What Authlib's extensions expect of an answer."""

    def __init__(self, status: int, body: Any, headers: list[tuple[str, str]]) -> None:
        self.status = status
        self.body = body
        self.location = dict(headers).get("Location")


class _Challenge(CodeChallenge):
    """PKCE with S256 for everybody; RFC 9700 wants it of confidential clients too."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse requests without a challenge, or with one that could be read off."""
        fields = grant.request.payload.data
        if not fields.get("code_challenge") or fields.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A code_challenge with code_challenge_method=S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def generate_authorization_code(self) -> str:
        return new_secret(CODE_PREFIX)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        self.server.exchange.new_code = code

    def query_authorization_code(self, code: str, client: LoadedClient) -> LoadedCode | None:
        return cast("LoadedCode | None", self.server.exchange.take_code())

    def authenticate_user(self, authorization_code: LoadedCode) -> ConnectionId:
        return authorization_code.connection_id

    def delete_authorization_code(self, authorization_code: LoadedCode) -> None:
        """It is kept as used, so that we know it again."""


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> LoadedToken | None:
        return cast("LoadedToken | None", self.server.exchange.take_refresh_token())

    def authenticate_user(self, refresh_token: LoadedToken) -> ConnectionId:
        return refresh_token.connection_id

    def revoke_old_credential(self, refresh_token: LoadedToken) -> None:
        """It is kept as used, so that we know it again."""


class _ClientCredentialsGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def check_params(self, request: OAuth2Request, client: LoadedClient) -> None:
        """The hint may be anything: we find a token without."""
        if "token" not in request.form:
            raise InvalidRequestError("Missing 'token' in request")

    def query_token(self, token_string: str, token_type_hint: str | None) -> LoadedToken | None:
        """Somebody else's token is no token, so that nobody learns of it."""
        token, client = self.server.exchange.token, self.server.exchange.client
        return token if token is not None and token.check_client(client) else None

    def revoke_token(self, token: LoadedToken, request: OAuth2Request) -> None:
        self.server.exchange.is_revoked = True


class Server(AuthorizationServer):
    """Authlib's server, for the one request whose rows are in `exchange`."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(scopes_supported=sorted(NAMES))
        self.exchange = exchange
        self.register_grant(_CodeGrant, [_Challenge(required=True)])
        self.register_grant(_RefreshGrant)
        self.register_grant(_ClientCredentialsGrant)
        self.register_endpoint(_Revocation)
        generator = BearerTokenGenerator(
            lambda **_: new_app_token(),
            lambda **_: new_secret(REFRESH_PREFIX),
            lambda *_: int(ACCESS_TOKEN_LIFE.total_seconds()),
        )
        self.register_token_generator("default", generator)

    def query_client(self, client_id: str) -> LoadedClient | None:
        """The client that was loaded, if it is this one."""
        client = self.exchange.client
        return client if client is not None and client.get_client_id() == client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Note it for whoever writes."""
        self.exchange.issued = token

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        """It is Authlib's already."""
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> _Answer:
        """Keep it apart for the route."""
        return _Answer(status, body, headers)


def decide_token(exchange: Exchange, fields: Mapping[str, str], headers: Mapping[str, str]) -> OAuthAnswer:
    """What the token endpoint answers; what must be written stands in the exchange afterwards."""
    refusal = _refuse_unreadable(fields)
    return refusal or _to_answer(Server(exchange).create_token_response(_Request("POST", fields, headers)))


def decide_revocation(exchange: Exchange, fields: Mapping[str, str], headers: Mapping[str, str]) -> OAuthAnswer:
    """What the revocation endpoint answers; `exchange.is_revoked` says whether the token is to end."""
    refusal = _refuse_unreadable(fields)
    return refusal or _to_answer(
        Server(exchange).create_endpoint_response("revocation", _Request("POST", fields, headers))
    )


class AuthorizationRequest:
    """A request for consent that the protocol finds nothing wrong with."""

    def __init__(self, exchange: Exchange, fields: Mapping[str, str]) -> None:
        """Raises OAuth2Error; where the app may be told, its `redirect_uri` says where."""
        client = exchange.client
        if client is None:
            raise InvalidRequestError("There is no such client")
        uri = fields.get("redirect_uri")
        # Before Authlib, whose message would quote it.
        if uri is not None and not client.check_redirect_uri(uri):
            raise InvalidRequestError("The redirect_uri is not registered for this client")
        self._server = Server(exchange)
        self._request = _Request("GET", fields, {})
        back = uri or client.get_default_redirect_uri()
        try:
            if not _is_visible(text for name, text in fields.items() if name != "state"):
                raise InvalidRequestError("A parameter has characters that RFC 6749 does not allow")
            if fields.get("response_type") != "code":
                raise UnauthorizedClientError("The only response_type is code", error="unsupported_response_type")
            self._grant = self._server.get_consent_grant(self._request)
        except OAuth2Error as error:
            error.redirect_uri = error.redirect_uri or back
            error.state = fields.get("state")
            raise
        self.client = client
        self.redirect_uri: str = self._grant.redirect_uri
        self.scopes = frozenset(Scope(name) for name in self._request.scope.split())

    def approve(self) -> tuple[str, str]:
        """The address to send the user back to, and the code in it."""
        address = self._decide(is_approved=True)
        code = self._server.exchange.new_code
        if code is None:
            raise RuntimeError("the protocol refused what it had found good")
        return address, code

    def deny(self) -> str:
        """The address to send the user back to."""
        return self._decide(is_approved=False)

    def _decide(self, *, is_approved: bool) -> str:
        answer = self._server.create_authorization_response(
            self._request, grant_user=self.client if is_approved else None, grant=self._grant
        )
        return with_issuer(answer.location, self._server.exchange.issuer)


def error_address(error: OAuth2Error, issuer: str) -> str | None:
    """Where the app is told of an error; None if there is nowhere it may be told."""
    if not error.redirect_uri:
        return None
    _, _, headers = error()
    return with_issuer(dict(headers)["Location"], issuer)


def with_issuer(address: str, issuer: str) -> str:
    """RFC 9207: who answers, so that an app with several providers cannot be made to mistake them."""
    return cast("str", add_params_to_uri(address, [("iss", issuer)]))


def refuse(error: str, description: str, status: int = 400) -> OAuthAnswer:
    """An error body of RFC 6749."""
    return OAuthAnswer(status=status, body={"error": error, "error_description": description})


def read_question(query: str) -> dict[str, str]:
    """The parameters of a request for consent that we know. Of those that came twice none is taken, so it is missed."""
    try:
        pairs = parse_qsl(query, max_num_fields=_FORM_FIELDS_MAX)
    except ValueError:
        return {}
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if name in _QUESTION_FIELDS and names.count(name) == 1}


def to_query(fields: Mapping[str, str]) -> str:
    """The query of an address."""
    return urlencode(fields)


def _refuse_unreadable(fields: Mapping[str, str]) -> OAuthAnswer | None:
    if len(fields) > _FORM_FIELDS_MAX or not _is_visible(fields.values()):
        return refuse("invalid_request", "A parameter has characters that RFC 6749 does not allow")
    return None


def _is_visible(texts: Iterable[str]) -> bool:
    """Printable ASCII but for quote and backslash, which no parameter of ours has and no error may quote."""
    return all(" " <= char <= "~" and char not in '"\\' for text in texts for char in text)


def _to_answer(answer: _Answer) -> OAuthAnswer:
    return OAuthAnswer(
        status=answer.status,
        body=dict(answer.body) if isinstance(answer.body, dict) else {},
        location=answer.location,
        must_authenticate=answer.status == 401,
    )
