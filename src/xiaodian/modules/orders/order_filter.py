"""Which orders of a shop are wanted, as pages, programs and saved filters say it. Pure."""

import base64
import binascii
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.base import Input, Line
from xiaodian.contracts.orders import Order, OrderState
from xiaodian.kit.paging import BadCursorError

MAX_MINOR = 10**13
LAST_MS = 4_102_444_800_000
"""The year 2100."""
_ID_BYTES, _AMOUNT_BYTES = 16, 8

Moment = Annotated[int, Meta(ge=0, le=LAST_MS)]
Amount = Annotated[int, Meta(ge=0, le=MAX_MINOR)]


class OrderSort(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"


class OrderFilter(Input, frozen=True, kw_only=True):
    """All that is said must hold. `q` is what somebody reads off a parcel, or remembers of it.

    What is asked by `q` (but for a whole order number), `product_id`, `creator_id`, `carrier`, `tag`, `after_sale` or
    an amount finds orders that were paid once: the others are on no parcel.
    """

    q: Annotated[Line, Meta(max_length=100)] = ""
    state: OrderState | None = None
    from_ms: Moment | None = None
    """Placed then or later."""
    to_ms: Moment | None = None
    """Placed before."""
    room_id: UUID | None = None
    product_id: UUID | None = None
    creator_id: UUID | None = None
    """Sold by this creator for a commission."""
    carrier: Annotated[Line, Meta(max_length=40)] = ""
    tag: Annotated[Line, Meta(max_length=20)] = ""
    after_sale: bool | None = None
    """Whether something was ever asked for it."""
    held: bool = False
    """Its money waits for an open after-sale."""
    late: bool = False
    """Paid, not shipped in time, and not held."""
    min_minor: Amount | None = None
    max_minor: Amount | None = None
    sort: OrderSort = OrderSort.NEWEST


class Place(msgspec.Struct, frozen=True):
    """Where a page ended."""

    order_id: UUID
    total_minor: int = 0


def encode_place(order: Order) -> str:
    """An opaque cursor that goes on after this order, however the list is sorted."""
    raw = order.order_id.bytes + order.total_minor.to_bytes(_AMOUNT_BYTES, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_place(cursor: str) -> Place:
    """The place a cursor stands for. Raises BadCursorError."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(cursor) from error
    if len(raw) not in (_ID_BYTES, _ID_BYTES + _AMOUNT_BYTES):
        raise BadCursorError(cursor)
    amount = int.from_bytes(raw[_ID_BYTES:], "big") if len(raw) > _ID_BYTES else 0
    if amount > MAX_MINOR:
        raise BadCursorError(cursor)
    return Place(UUID(bytes=raw[:_ID_BYTES]), amount)
