"""Orders: cart, checkout, order, shipping."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import ShopId

OrderId = NewType("OrderId", UUID)
CheckoutId = NewType("CheckoutId", UUID)
"""What was placed with one request: one order a shop, paid together or one by one."""


class OrderState(StrEnum):
    """See Order states in docs/architecture.md; the table of moves is in modules/orders/rules.py."""

    PENDING_PAYMENT = "pending_payment"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Line(Contract, frozen=True, kw_only=True):
    """What was bought, as it was when it was bought: prices, who pays which discount, who sold it, at what rates.

    Rates are basis points (1/10,000) of what the line brings, frozen for good. The `refunded_` fields alone change.
    """

    line_no: int
    product_id: ProductId
    sku_id: SkuId
    stock_id: StockId
    """The stock it was taken from: the SKU's own (the same id), or what a flash sale has set aside."""
    title: str
    sku_name: str
    picture_url: str | None
    category: str
    quantity: int
    price_minor: int
    amount_minor: int
    off_minor: int = 0
    """This line's part of the shop's coupon: the merchant pays it."""
    platform_off_minor: int = 0
    """This line's part of the platform's coupon: the platform pays it to the shop."""
    fee_bp: int = 0
    room_id: RoomId | None = None
    """The room whose bag it was bought from."""
    video_id: VideoId | None = None
    """The short video from whose bag it was bought; never beside a room."""
    video_at_ms: int | None = None
    """The moment of the video's picture at which it was bought, from its start."""
    creator_id: AccountId | None = None
    """Who sold it for a commission; None if the shop sold it itself."""
    commission_bp: int = 0
    limit_ids: list[UUID] = msgspec.field(default_factory=list)
    """The purchase limits it counts against (a product, a flash sale)."""
    refunded_quantity: int = 0
    refunded_minor: int = 0
    """What the buyer got back for this line."""
    refunded_platform_minor: int = 0
    """What the platform got back of its part."""

    @property
    def paid_minor(self) -> int:
        """What the buyer paid for this line."""
        return self.amount_minor - self.off_minor - self.platform_off_minor

    @property
    def left_quantity(self) -> int:
        """Pieces that were not refunded."""
        return self.quantity - self.refunded_quantity

    @property
    def goods_minor(self) -> int:
        """What the line brings: what buyer and platform paid, less what went back to them."""
        return self.amount_minor - self.off_minor - self.refunded_minor - self.refunded_platform_minor


class Order(Contract, frozen=True, kw_only=True):
    """One buyer, one shop. Names, prices and address are copies that nobody changes any more."""

    shop_id: ShopId
    order_id: OrderId
    checkout_id: CheckoutId
    serial: int
    number: str
    shop_name: str
    buyer_id: AccountId
    buyer_name: str
    """Masked, for the eyes of others."""
    room_id: RoomId | None
    """The room of the first line that was bought in one."""
    state: OrderState
    currency: str
    subtotal_minor: int
    off_minor: int
    """The shop's coupon."""
    platform_off_minor: int
    """This order's part of the platform's coupon."""
    freight_minor: int
    total_minor: int
    """What the buyer pays: subtotal - off - platform_off + freight."""
    coupon_id: CouponId | None
    platform_coupon_id: CouponId | None
    recipient: str
    phone: str
    region: str
    detail: str
    is_quiet: bool
    note: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    completes_at: datetime | None = None
    closed_at: datetime | None = None
    refunded_freight_minor: int = 0
    holds: int = 0
    """Open after-sales; settlement waits until there is none."""
    lines: list[Line]

    @property
    def refunded_minor(self) -> int:
        """What the buyer got back, or is to get back."""
        return self.refunded_freight_minor + sum(line.refunded_minor for line in self.lines)

    @property
    def escrow_minor(self) -> int:
        """What is left of a paid order's money: the lines' goods and the freight, less what went back."""
        return self.freight_minor - self.refunded_freight_minor + sum(line.goods_minor for line in self.lines)


class OrderBehind(Contract, frozen=True, kw_only=True):
    """An order that a figure counts, and what of it the figure counts."""

    order_id: OrderId
    number: str
    state: OrderState
    paid_at_ms: int
    buyer_name: str
    """Masked."""
    buyer_id: AccountId | None
    """Null for who may not see the shop's fans."""
    title: str
    """Of the first line that the figure counts."""
    lines: int
    pieces: int
    amount_minor: int
    """Price × quantity less the shop's coupon, as in GMV, of the lines that the figure counts."""


class LineRefund(Contract, frozen=True, kw_only=True):
    """What goes back for one line."""

    line_no: int
    quantity: int
    """Pieces that are given back, or never sent; 0 if only money goes back."""
    refund_minor: int
    """To the buyer."""
    platform_minor: int
    """To the platform, of its part of the discount."""


class OrderRefund(Contract, frozen=True, kw_only=True):
    """What goes back for an order; the id makes it happen once."""

    refund_id: UUID
    lines: list[LineRefund]
    freight_minor: int
    reason: str
    """A code for the books: `cancelled`, `after_sale`."""

    @property
    def refund_minor(self) -> int:
        """What the buyer gets back."""
        return self.freight_minor + sum(line.refund_minor for line in self.lines)

    @property
    def platform_minor(self) -> int:
        """What the platform gets back."""
        return sum(line.platform_minor for line in self.lines)


class LineOfEvent(Contract, frozen=True, kw_only=True):
    """A line as events tell it."""

    product_id: ProductId
    sku_id: SkuId
    product_title: str
    sku_name: str
    quantity: int
    room_id: RoomId | None
    creator_id: AccountId | None
    amount_minor: int
    video_id: VideoId | None = None
    video_at_ms: int | None = None


class OrderPlaced(Event, frozen=True, kw_only=True):
    """Stock is reserved; the buyer has until `expires_at_ms` to pay."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId
    room_id: UUID | None
    total_minor: int
    currency: str
    expires_at_ms: int


class OrderPaid(Event, frozen=True, kw_only=True):
    """The money is in escrow."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId
    buyer_name: str
    """Already masked (`小*`): it goes to everybody in the room."""
    room_id: UUID | None
    is_quiet: bool
    """The buyer asked for no bubble in the room."""
    lines: list[LineOfEvent]
    total_minor: int
    currency: str


class OrderCancelled(Event, frozen=True, kw_only=True):
    """By the buyer, the seller, by time-out; the reservation is released and money, if any, goes back."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    room_id: UUID | None
    reason: str
    was_paid: bool
    total_minor: int


class OrderRefunded(Event, frozen=True, kw_only=True):
    """Money of a paid order is to go back, all of it or some: to the buyer, and to the platform its part."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    refund_id: UUID
    reason: str
    refund_minor: int
    """To the buyer."""
    platform_minor: int


class OrderShipped(Event, frozen=True, kw_only=True):
    """The seller handed it to a carrier."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId
    carrier: str
    tracking_number: str


class TrackingOfEvent(Contract, frozen=True, kw_only=True):
    """One thing that a carrier said of a parcel, as events tell it."""

    kind: str
    happened_at_ms: int
    place: str
    text: str


class ParcelTracked(Event, frozen=True, kw_only=True):
    """A carrier said something new of an order's parcel."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    events: list[TrackingOfEvent]


class OrderDelivered(Event, frozen=True, kw_only=True):
    """The carrier gave it to the buyer; from now on run the days after which it counts as received."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId


class OrderAddressChanged(Event, frozen=True, kw_only=True):
    """The buyer asked to have it sent elsewhere, and the seller agreed. Where to, the order says."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId


class OrderCompleted(Event, frozen=True, kw_only=True):
    """The buyer confirmed receipt, or the time for it passed."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId


class SoldOutError(DomainError):
    """Not enough is left; `sku_id` and `available` say of what and how much is."""

    code = "sold_out"
    status = 409


class PriceChangedError(DomainError):
    """The price is no longer the one the buyer saw; `sku_id` and `price_minor` say the present one."""

    code = "price_changed"
    status = 409


class SoldElsewhereError(DomainError):
    """The product is only shown here; it is bought where its link leads."""

    code = "sold_elsewhere"
    status = 409


class NotOnSaleError(DomainError):
    """The product was taken off sale."""

    code = "not_on_sale"
    status = 409


class ShopClosedError(DomainError):
    """The shop is closed and takes no orders."""

    code = "shop_closed"
    status = 409


class PurchaseLimitError(DomainError):
    """The buyer may have no more than `limit` of `sku_id`, and `left` of it are left to this buyer."""

    code = "purchase_limit"
    status = 409


class NoDeliveryError(DomainError):
    """The shop does not deliver `sku_id` to `region`."""

    code = "no_delivery"
    status = 409


class TrackingNumberTakenError(DomainError):
    """The number stands on another parcel; `reason` says whose: `other_shop`, `other_buyer`."""

    code = "tracking_number_taken"
    status = 409


class IllegalMoveError(DomainError):
    """The order's state does not allow this; `state` and `allowed` say what is and what may follow."""

    code = "illegal_move"
    status = 409


class IdempotencyMismatchError(DomainError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_mismatch"
    status = 422


class IdempotencyInFlightError(DomainError):
    """The first request with this Idempotency-Key is still being answered."""

    code = "idempotency_in_flight"
    status = 409
