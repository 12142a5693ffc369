"""Cursor paging: a list answers a page and an opaque cursor to the next one."""

import base64
import binascii
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")

MAX_PAGE_SIZE = 100
MOST_KEY = 2**63 - 1
"""No column that anything is sorted by holds more."""


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None


class BadCursorError(ValueError):
    """The cursor was not made by us."""


def encode_cursor(last_id: UUID) -> str:
    """An opaque cursor that continues after the row with this time-ordered id."""
    return base64.urlsafe_b64encode(last_id.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """The id a cursor stands for. Raises BadCursorError."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(cursor) from error


def encode_place(*keys: str | int | None) -> str:
    """An opaque cursor that continues after the row with these sort keys."""
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).decode().rstrip("=")


def decode_place(cursor: str, kind: type[T]) -> T:
    """The sort keys a cursor stands for, as a tuple of this kind. Raises BadCursorError."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if b"\\u0000" in raw:
            raise BadCursorError(cursor)
        place = msgspec.json.decode(raw, type=kind)
        keys = msgspec.structs.astuple(place) if isinstance(place, msgspec.Struct) else place
        if isinstance(keys, tuple) and not all(map(_may_be_key, keys)):
            raise BadCursorError(cursor)
        return place
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise BadCursorError(cursor) from error


def _may_be_key(key: object) -> bool:
    """Whether a column may hold it. At either end of time there is no moment any more that is the same in UTC."""
    if isinstance(key, datetime):
        return key.tzinfo is not None and MINYEAR < key.year < MAXYEAR
    return not isinstance(key, int) or abs(key) <= MOST_KEY
