"""What an app may register, and where its users may be sent back to. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.apps import APP_SCOPES
from xiaodian.contracts.base import InvalidInputError
from xiaodian.kit.text import BadTextError, clean_line

NAME_MAX_CHARS = 40
MAX_APPS = 20
MAX_OWN_SYSTEMS = 20
MAX_SECRETS = 2
MAX_REDIRECT_URIS = 10
MAX_URI_CHARS = 500
MAX_LIVE_ACCESS_TOKENS = 50
"""Of one connection; beyond it the oldest end, so that an app which asks for one with each call cannot pile them up."""

CODE_LIFE = timedelta(seconds=60)
ACCESS_TOKEN_LIFE = timedelta(hours=1)
REFRESH_TOKEN_LIFE = timedelta(days=90)

_OWN_PICTURE = re.compile(r"/media/pictures/[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
_LOOPBACK_NAMES = ("localhost", *_LOOPBACK_ADDRESSES)


def require_app_name(text: str) -> str:
    """A name that can be shown. Raises InvalidInputError."""
    try:
        return clean_line(text, max_chars=NAME_MAX_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="name", reason=error.reason, max_chars=NAME_MAX_CHARS) from error


def require_app_scopes(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Scopes that apps may have, at least one. Raises InvalidInputError."""
    wanted = frozenset(scopes)
    if not wanted:
        raise InvalidInputError(field="scopes", reason="empty")
    if not wanted <= APP_SCOPES:
        raise InvalidInputError(field="scopes", reason="not_for_apps")
    return wanted


def require_redirect_uris(uris: Sequence[str]) -> list[str]:
    """Addresses that users may be sent back to, each once. Raises InvalidInputError."""
    if not uris:
        raise InvalidInputError(field="redirect_uris", reason="empty")
    if len(uris) > MAX_REDIRECT_URIS:
        raise InvalidInputError(field="redirect_uris", reason="too_many", most=MAX_REDIRECT_URIS)
    for uri in uris:
        _require_redirect_uri(uri)
    return list(dict.fromkeys(uris))


def is_own_picture(url: str) -> bool:
    """Whether it was uploaded here: others would tell strangers who looks at the consent page."""
    return _OWN_PICTURE.fullmatch(url) is not None


def matches_redirect_uri(registered: Iterable[str], uri: str) -> bool:
    """Whether it is one of those registered, to the letter; of a loopback address any port will do (RFC 8252, 7.3)."""
    known = list(registered)
    if uri in known:
        return True
    parts = _split(uri)
    if parts is None or parts.hostname not in _LOOPBACK_ADDRESSES or not _is_plain(parts, uri):
        return False
    return _without_port(parts) in {_without_port(other) for each in known if (other := _split(each)) is not None}


def _require_redirect_uri(uri: str) -> None:
    """https, or http to this very machine; nothing in it that browsers and servers read differently."""
    parts = _split(uri)
    if parts is None or len(uri) > MAX_URI_CHARS or not _is_plain(parts, uri):
        raise InvalidInputError(field="redirect_uris", reason="not_an_address")
    if parts.scheme == "http" and parts.hostname in _LOOPBACK_NAMES:
        return
    if parts.scheme != "https":
        raise InvalidInputError(field="redirect_uris", reason="not_https")


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # Raises where the port is none.
    except ValueError:
        return None
    return parts


def _is_plain(parts: SplitResult, uri: str) -> bool:
    """Visible ASCII, a host, no user, no fragment, no backslash and no wildcard."""
    return (
        all("!" <= char <= "~" for char in uri)
        and not set(uri) & set('\\"<>^`{|}*#')
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and uri.startswith(f"{parts.scheme}://")
    )


def _without_port(parts: SplitResult) -> tuple[str, str | None, str, str]:
    return parts.scheme, parts.hostname, parts.path, parts.query
