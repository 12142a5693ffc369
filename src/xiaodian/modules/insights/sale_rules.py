"""What an order adds to the summaries: pure.

A change of it is counted as what it adds now, less what it added before.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple, TypeVar
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId


class Sale(NamedTuple):
    """A row of insights.sale: a line, and what was counted of it."""

    shop_id: ShopId
    order_id: OrderId
    line_no: int
    product_id: ProductId
    buyer_id: AccountId
    room_id: RoomId | None
    placed_at: datetime
    paid_at: datetime | None
    quantity: int
    gmv_minor: int
    returned_minor: int
    video_id: VideoId | None
    video_at_ms: int | None


class Refund(NamedTuple):
    """A row of insights.refund: what of an order's goods went back at once."""

    shop_id: ShopId
    order_id: OrderId
    refund_id: UUID
    refunded_at: datetime
    refunded_minor: int


class Sold(NamedTuple):
    """All that is counted of one order."""

    sales: list[Sale]
    refunds: list[Refund]


K = TypeVar("K")
NOTHING = Sold([], [])


class Counts(NamedTuple):
    """What is added up everywhere."""

    orders_placed: int = 0
    orders_paid: int = 0
    pieces: int = 0
    gmv_minor: int = 0
    returned_minor: int = 0
    refunds: int = 0
    refunded_minor: int = 0

    def plus(self, other: "Counts", sign: int = 1) -> "Counts":
        """The sum, or the difference."""
        return Counts(*(mine + sign * theirs for mine, theirs in zip(self, other, strict=True)))


ShopHour = tuple[ShopId, datetime]
RoomMinute = tuple[RoomId, ShopId, datetime]
RoomProduct = tuple[RoomId, ProductId, ShopId]
VideoSecond = tuple[VideoId, ProductId, int]


class Tally:
    """Sums by shop and hour, by room, shop and minute, by room and product, by video, product and second."""

    def __init__(self) -> None:
        self.shop_hours: dict[ShopHour, Counts] = {}
        self.room_minutes: dict[RoomMinute, Counts] = {}
        self.room_products: dict[RoomProduct, Counts] = {}
        self.video_seconds: dict[VideoSecond, Counts] = {}

    def count(self, before: Sold, after: Sold) -> None:
        """An order was as `before` when it was last counted and is as `after` now."""
        self._add(before, -1)
        self._add(after, 1)

    def _add(self, sold: Sold, sign: int) -> None:
        if sold.sales:
            self._add_to_shop(sold, sign)
            for room_id in {sale.room_id for sale in sold.sales}:
                if room_id is not None:
                    self._add_to_room(room_id, [sale for sale in sold.sales if sale.room_id == room_id], sign)
            self._add_to_videos([sale for sale in sold.sales if sale.video_id is not None], sign)

    def _add_to_shop(self, sold: Sold, sign: int) -> None:
        first = sold.sales[0]
        _add(self.shop_hours, (first.shop_id, hour_of(first.placed_at)), Counts(orders_placed=1), sign)
        if first.paid_at is not None:
            _add(self.shop_hours, (first.shop_id, hour_of(first.paid_at)), _paid(sold.sales), sign)
        for refund in sold.refunds:
            counts = Counts(refunds=1, refunded_minor=refund.refunded_minor)
            _add(self.shop_hours, (refund.shop_id, hour_of(refund.refunded_at)), counts, sign)

    def _add_to_room(self, room_id: RoomId, sales: list[Sale], sign: int) -> None:
        shop_id, placed_at, paid_at = sales[0].shop_id, sales[0].placed_at, sales[0].paid_at
        _add(self.room_minutes, (room_id, shop_id, minute_of(placed_at)), Counts(orders_placed=1), sign)
        if paid_at is not None:
            _add(self.room_minutes, (room_id, shop_id, minute_of(paid_at)), _paid(sales), sign)
        for product_id in {sale.product_id for sale in sales}:
            lines = [sale for sale in sales if sale.product_id == product_id]
            counts = Counts(orders_placed=1).plus(_paid(lines) if paid_at is not None else Counts())
            _add(self.room_products, (room_id, product_id, shop_id), counts, sign)

    def _add_to_videos(self, sales: list[Sale], sign: int) -> None:
        seconds: dict[VideoSecond, list[Sale]] = {}
        for sale in sales:
            assert sale.video_id is not None
            seconds.setdefault((sale.video_id, sale.product_id, second_of(sale.video_at_ms)), []).append(sale)
        for key, lines in seconds.items():
            counts = Counts(orders_placed=1).plus(_paid(lines) if lines[0].paid_at is not None else Counts())
            _add(self.video_seconds, key, counts, sign)


def to_sold(order: Order, refunds: Iterable[Refund]) -> Sold:
    """What is to be counted of an order as it is now."""
    return Sold(
        [
            Sale(
                shop_id=order.shop_id,
                order_id=order.order_id,
                line_no=line.line_no,
                product_id=line.product_id,
                buyer_id=order.buyer_id,
                room_id=line.room_id,
                placed_at=order.placed_at,
                paid_at=order.paid_at,
                quantity=line.quantity,
                gmv_minor=line.amount_minor - line.off_minor,
                returned_minor=line.refunded_minor + line.refunded_platform_minor,
                video_id=line.video_id,
                video_at_ms=line.video_at_ms,
            )
            for line in order.lines
        ],
        list(refunds),
    )


def hour_of(moment: datetime) -> datetime:
    """The hour that a moment falls into."""
    return moment.replace(minute=0, second=0, microsecond=0)


def minute_of(moment: datetime) -> datetime:
    """The minute that a moment falls into."""
    return moment.replace(second=0, microsecond=0)


def second_of(video_at_ms: int | None) -> int:
    """The second of a film, or -1 if nobody told."""
    return -1 if video_at_ms is None else video_at_ms // 1000


def day_of(moment: datetime, utc_offset_h: int) -> date:
    """The day of the books that a moment falls into."""
    return moment.astimezone(timezone(timedelta(hours=utc_offset_h))).date()


def _paid(sales: list[Sale]) -> Counts:
    return Counts(
        orders_paid=1,
        pieces=sum(sale.quantity for sale in sales),
        gmv_minor=sum(sale.gmv_minor for sale in sales),
        returned_minor=sum(sale.returned_minor for sale in sales),
    )


def _add(sums: dict[K, Counts], key: K, counts: Counts, sign: int) -> None:
    sums[key] = sums.get(key, Counts()).plus(counts, sign)
