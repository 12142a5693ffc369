"""The message catalogue: `messages/<language>/<area>.json`, shared with the front end."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar.connection import ASGIConnection

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
_FOLDER = Path(__file__).parent.parent / "messages"


@cache
def catalogue(language: str, area: str) -> dict[str, str]:
    """All texts of an area in a language, by key."""
    return msgspec.json.decode((_FOLDER / language / f"{area}.json").read_bytes(), type=dict[str, str])


def translate(language: str, area: str, key: str, params: Mapping[str, Any] | None = None) -> str:
    """The text of a key, its `{placeholders}` filled; the key itself if the catalogue lacks it."""
    text = catalogue(language, area).get(key, key)
    for name, value in (params or {}).items():
        text = text.replace("{" + name + "}", str(value))
    return text


def has_text(language: str, area: str, key: str) -> bool:
    """Whether the catalogue has this key."""
    return key in catalogue(language, area)


def choose_language(accept_language: str | None, cookie: str | None = None) -> str:
    """The reader's language: the cookie `xd_lang` if set, else the best of Accept-Language (RFC 9110, 12.5.4)."""
    if cookie in LANGUAGES:
        return cookie
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The language of who asks by a page."""
    return choose_language(connection.headers.get("accept-language"), connection.cookies.get("xd_lang"))
