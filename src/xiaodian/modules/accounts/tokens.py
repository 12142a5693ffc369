"""Secrets that stand for an account: made from 256 random bits, kept only as a hash."""

import re
import secrets
from hashlib import sha256

ACCESS_TOKEN_PREFIX = "xdt_"  # noqa: S105  # It is no secret.
"""Lets secret scanners recognise an access token that was published by mistake."""
APP_TOKEN_PREFIX = "xda_"  # noqa: S105  # Nor is this one.
"""Access tokens of apps, which the module apps gives out."""

_FORM = re.compile(rf"(?:{ACCESS_TOKEN_PREFIX}|{APP_TOKEN_PREFIX})?[A-Za-z0-9_-]{{43}}")


def new_session_token() -> str:
    """A new secret for a browser session."""
    return secrets.token_urlsafe(32)


def new_access_token() -> str:
    """A new secret for a program."""
    return ACCESS_TOKEN_PREFIX + secrets.token_urlsafe(32)


def looks_like_token(text: str) -> bool:
    """Whether it could be one of ours at all; spares the database from noise."""
    return _FORM.fullmatch(text) is not None


def hash_token(token: str) -> bytes:
    """What the database keeps. A plain hash is enough, because the secret cannot be guessed."""
    return sha256(token.encode()).digest()
