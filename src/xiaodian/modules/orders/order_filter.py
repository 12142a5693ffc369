"""Which orders of a shop are wanted, as pages, programs and saved filters say it. Pure."""

import base64
import binascii
from datetime import date
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

MOST_ONE_IN = 1_000_000
MOST_IDS = 100
LAST_OF_FILM_MS = 10**9

Moment = Annotated[int, Meta(ge=0, le=LAST_MS)]
FilmMoment = Annotated[int, Meta(ge=0, le=LAST_OF_FILM_MS)]
Amount = Annotated[int, Meta(ge=0, le=MAX_MINOR)]


class OrderSort(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"


class SoldFrom(StrEnum):
    """Where an order was made, as figures of fans put it down."""

    ROOM = "room"
    VIDEO = "video"
    SHOP = "shop"


MONTH = r"^2[0-9]{3}-(0[1-9]|1[0-2])\Z"
"""Of the books, `2026-11`."""


class OrderFilter(Input, frozen=True, kw_only=True):
    """All that is said must hold. `q` is what somebody reads off a parcel, or remembers of it.

    What is asked by `q` (but for a whole order number), `product_id`, `creator_id`, `carrier`, `tag`, `after_sale`,
    `sold_in_room_id`, a video, `category` or an amount finds orders that were paid once: the others are on no parcel.
    Days and months are those of the books. From `buyer_id` on: as the figures count, each of which so opens to its
    orders.
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
    order_ids: Annotated[tuple[UUID, ...], Meta(max_length=MOST_IDS)] = ()
    """One of these: a figure that names them itself."""
    buyer_id: UUID | None = None
    paid_from: date | None = None
    """Paid on this day or later."""
    paid_to: date | None = None
    """Paid on this day or before."""
    paid: bool = False
    """Paid once, whatever became of it."""
    purchase: bool = False
    """Paid, not cancelled, and not all of its goods' money went back."""
    first: bool = False
    """The first purchase of its buyer here."""
    first_month: Annotated[str, Meta(pattern=MONTH)] | None = None
    """The month of its buyer's first purchase here."""
    first_from: date | None = None
    """Its buyer's first purchase here was on this day or later."""
    first_to: date | None = None
    """On this day or before."""
    again: bool = False
    """A purchase, and not the first of its buyer here."""
    source: SoldFrom | None = None
    """A room if any line was bought there, else a video, else the shop."""
    video_id: UUID | None = None
    """The video that the order is put down to; `room_id` says so of a room."""
    sold_in_room_id: UUID | None = None
    """A line was bought in this room; with `product_id` a line of that product."""
    sold_in_video_id: UUID | None = None
    """A line was bought from this video; with `product_id` a line of that product."""
    video_from_ms: FilmMoment | None = None
    """With `sold_in_video_id`: bought at this moment of the film or later."""
    video_to_ms: FilmMoment | None = None
    """Before this moment of it."""
    flash_sale_id: UUID | None = None
    """A line was bought at this flash sale's price; with `sold_in_room_id` in that room."""
    coupon_id: UUID | None = None
    """This coupon of the shop was used on it."""
    category: Annotated[Line, Meta(max_length=64)] = ""
    """A line is of this category."""
    not_cancelled: bool = False
    """It was not cancelled, whether paid or not yet."""
    paid_from_ms: Moment | None = None
    """Paid then or later."""
    paid_to_ms: Moment | None = None
    """Paid before."""
    refunded_from: date | None = None
    """Money for its goods went back on this day or later."""
    refunded_to: date | None = None
    """On this day or before."""
    bought_from: date | None = None
    """Its buyer made a purchase here on this day or later, this one or another."""
    bought_to: date | None = None
    """On this day or before."""
    one_in: Annotated[int, Meta(ge=1, le=MOST_ONE_IN)] = 1
    """Only of one buyer in so many, the same ones as forecasts of large shops learn from and are judged by."""
    min_minor: Amount | None = None
    max_minor: Amount | None = None
    sort: OrderSort = OrderSort.NEWEST


OF_FANS = ("buyer_id", "first", "first_month", "first_from", "first_to", "again", "bought_from", "bought_to")
"""What tells of a buyer and not of an order: who may not see fans cannot ask it."""


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
