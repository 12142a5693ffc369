"""Ways to a token."""

import time
from typing import Protocol

import httpx
import msgspec

from xiaodian_client.errors import to_error

RENEW_BEFORE_S = 30.0


class Auth(Protocol):
    """Gives the token for the next call."""

    def token(self, http: httpx.Client) -> str:
        """A token that is good now."""

    def forget(self) -> bool:
        """The token was refused; says whether another can be had."""


class BearerToken:
    """A token that somebody else looks after."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self, http: httpx.Client) -> str:
        """Always the same."""
        return self._token

    def forget(self) -> bool:
        """There is no other."""
        return False


class _Tokens(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0
    refresh_token: str | None = None


class ClientCredentials:
    """For a shop's own system: its id and secret buy a token, and the next when that ends."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._credentials = (client_id, client_secret)
        self._token = ""
        self._good_until = 0.0

    def token(self, http: httpx.Client) -> str:
        """The present one, or a new one."""
        if time.monotonic() >= self._good_until:
            tokens = _ask(http, {"grant_type": "client_credentials"}, self._credentials)
            self._token, self._good_until = tokens.access_token, time.monotonic() + tokens.expires_in - RENEW_BEFORE_S
        return self._token

    def forget(self) -> bool:
        """The next call gets a new one."""
        had, self._good_until = self._good_until > 0, 0.0
        return had


class RefreshToken:
    """For an app that somebody let in: a refresh token buys access tokens, and its own successor.

    Keep what `refresh_token` is after each call: a refresh token can be used once.
    """

    def __init__(self, client_id: str, client_secret: str, refresh_token: str) -> None:
        self._credentials = (client_id, client_secret)
        self.refresh_token = refresh_token
        self._token = ""
        self._good_until = 0.0

    def token(self, http: httpx.Client) -> str:
        """The present one, or a new one."""
        if time.monotonic() >= self._good_until:
            form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
            tokens = _ask(http, form, self._credentials)
            self._token, self._good_until = tokens.access_token, time.monotonic() + tokens.expires_in - RENEW_BEFORE_S
            self.refresh_token = tokens.refresh_token or self.refresh_token
        return self._token

    def forget(self) -> bool:
        """The next call gets a new one."""
        had, self._good_until = self._good_until > 0, 0.0
        return had


def _ask(http: httpx.Client, form: dict[str, str], credentials: tuple[str, str]) -> _Tokens:
    response = http.post("/oauth/token", data=form, auth=credentials)
    if response.is_error:
        raise to_error(response)
    return msgspec.json.decode(response.content, type=_Tokens)
