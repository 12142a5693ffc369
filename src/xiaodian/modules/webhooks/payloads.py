"""What each type of message says in `data`. These structs are a promise: fields are added, never changed or taken.

No names, phone numbers or addresses; who needs them asks the API for the order, with the right to read it.
"""

from datetime import datetime
from uuid import UUID

import msgspec


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all."""


class LineData(Payload, frozen=True, kw_only=True):
    """A line of an order. `amount_minor` is price × quantity, before coupons."""

    line_no: int
    product_id: UUID
    sku_id: UUID
    title: str
    sku_name: str
    quantity: int
    price_minor: int
    amount_minor: int
    room_id: UUID | None
    creator_id: UUID | None


class OrderData(Payload, frozen=True, kw_only=True):
    """An order in the state that the message tells of; money in minor units of `currency`."""

    order_id: UUID
    number: str
    state: str
    buyer_id: UUID
    room_id: UUID | None
    currency: str
    subtotal_minor: int
    off_minor: int
    platform_off_minor: int
    freight_minor: int
    total_minor: int
    placed_at: datetime
    lines: list[LineData]


class OrderCancelledData(OrderData, frozen=True, kw_only=True):
    """`reason`: who cancelled it, `buyer`, `seller`, `operator` or `clock`; money that was paid goes back."""

    reason: str
    was_paid: bool


class CapturedData(Payload, frozen=True, kw_only=True):
    """The buyer's money for an order has come."""

    order_id: UUID
    charge_id: UUID | None
    provider: str | None
    amount_minor: int
    currency: str


class RefundedData(Payload, frozen=True, kw_only=True):
    """Money has gone back to the buyer."""

    order_id: UUID
    charge_id: UUID
    refund_id: UUID
    amount_minor: int
    currency: str


class RefundFailedData(Payload, frozen=True, kw_only=True):
    """The payment provider refuses a refund; the platform's operator sees to it."""

    order_id: UUID
    refund_id: UUID
    amount_minor: int


class ShipmentData(Payload, frozen=True, kw_only=True):
    """An order was handed to a carrier."""

    order_id: UUID
    carrier: str
    tracking_number: str


class TrackingEventData(Payload, frozen=True, kw_only=True):
    """`kind`: picked_up, in_transit, out_for_delivery, delivered or problem."""

    kind: str
    happened_at: datetime
    place: str
    text: str


class TrackingData(Payload, frozen=True, kw_only=True):
    """A carrier said something new of a parcel; the earliest first."""

    order_id: UUID
    events: list[TrackingEventData]


class AfterSaleData(Payload, frozen=True, kw_only=True):
    """An after-sale as it is now. `deed`: what was done to it."""

    after_sale_id: UUID
    order_id: UUID
    line_no: int
    kind: str
    state: str
    reason: str
    deed: str
    quantity: int
    refund_minor: int


class SkuData(Payload, frozen=True, kw_only=True):
    """A variant of a product."""

    sku_id: UUID
    name: str
    price_minor: int


class ProductData(Payload, frozen=True, kw_only=True):
    """A product as it was when the message was made."""

    product_id: UUID
    title: str
    state: str
    category: str
    currency: str
    skus: list[SkuData]


class ProductStateData(ProductData, frozen=True, kw_only=True):
    """The same, with the state before."""

    previous_state: str | None


class ProductGoneData(Payload, frozen=True, kw_only=True):
    """A draft that nobody had bought was deleted."""

    product_id: UUID


class StockData(Payload, frozen=True, kw_only=True):
    """What can still be bought of a SKU: of its own stock, or of what a flash sale has set aside."""

    product_id: UUID
    sku_id: UUID
    flash_sale_id: UUID | None
    available: int


class RoomData(Payload, frozen=True, kw_only=True):
    """A room, and the moment of the picture."""

    room_id: UUID
    host_id: UUID
    state: str
    at: datetime


class FeaturedData(Payload, frozen=True, kw_only=True):
    """A product comes up or goes when the picture reaches `at`; `cue_id` joins the two."""

    room_id: UUID
    product_id: UUID
    cue_id: UUID
    at: datetime


class PurchaseData(Payload, frozen=True, kw_only=True):
    """Somebody paid for something from the room's bag. `order_id` is null if the goods are another shop's."""

    room_id: UUID
    order_id: UUID | None
    product_id: UUID
    sku_id: UUID
    title: str
    quantity: int
    amount_minor: int
    currency: str


class VideoData(Payload, frozen=True, kw_only=True):
    """A short video as everybody can watch it from now on."""

    video_id: UUID
    creator_id: UUID
    title: str
    topics: list[str]
    product_ids: list[UUID]


class VideoWithdrawnData(Payload, frozen=True, kw_only=True):
    """`reason`: `hidden` by its creator, `taken_down` by the operator, or `deleted`."""

    video_id: UUID
    creator_id: UUID
    reason: str


class SettledData(Payload, frozen=True, kw_only=True):
    """A completed order's money was split; `shop_minor` is the shop's."""

    order_id: UUID
    settlement_id: UUID
    shop_minor: int
    commission_minor: int
    fee_minor: int
    currency: str


class PayoutData(Payload, frozen=True, kw_only=True):
    """Money on its way from the shop's balance to its bank account."""

    payout_id: UUID
    state: str
    amount_minor: int
    currency: str


class TestData(Payload, frozen=True, kw_only=True):
    """Nothing happened; somebody wants to see whether messages arrive."""

    endpoint_id: UUID
    text: str
