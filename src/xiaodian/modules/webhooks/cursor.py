"""Opaque cursors that stand for a position in a shop's messages."""

import base64
import binascii

from xiaodian.kit.paging import BadCursorError

_BYTES = 8


def encode_position(position: int) -> str:
    """A cursor that continues after this position."""
    return base64.urlsafe_b64encode(position.to_bytes(_BYTES, "big")).decode().rstrip("=")


def decode_position(cursor: str) -> int:
    """The position a cursor stands for. Raises BadCursorError."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(cursor) from error
    position = int.from_bytes(raw, "big")
    if len(raw) != _BYTES or position >= 2**63:
        raise BadCursorError(cursor)
    return position
