"""Secrets of apps: 256 random bits behind a prefix that tells people, and secret scanners, what they hold."""

import re
import secrets

from xiaodian.modules.accounts.api import APP_TOKEN_PREFIX

CLIENT_SECRET_PREFIX = "xds_"  # noqa: S105  # None of these is a secret.
CODE_PREFIX = "xdc_"
REFRESH_PREFIX = "xdr_"
ENDING_CHARS = 4

_FORM = re.compile(r"xd[acrst]_[A-Za-z0-9_-]{43}")


def new_secret(prefix: str) -> str:
    """A new secret of one kind."""
    return prefix + secrets.token_urlsafe(32)


def new_app_token() -> str:
    """A new access token."""
    return new_secret(APP_TOKEN_PREFIX)


def looks_like_secret(text: str) -> bool:
    """Whether it could be one of ours at all; spares the database from noise."""
    return _FORM.fullmatch(text) is not None
