"""Orders and shipments as the open API takes and shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.orders import OrderState
from xiaodian.modules.orders.api import Deed, Role, TrackingKind

MAX_SHIPMENTS = 500
MAX_EVENTS = 50

Carrier = Annotated[Line, Meta(min_length=1, max_length=40)]
TrackingNumber = Annotated[Line, Meta(min_length=1, max_length=64)]


class ShippingAddress(Contract, frozen=True, kw_only=True):
    """Where the order goes, as it was when it was placed."""

    recipient: str
    phone: str
    region: str
    """Province, city, district, as the buyer reads it."""
    detail: str


class OrderLine(Contract, frozen=True, kw_only=True):
    """What was bought, as it was when it was bought. Amounts are in minor units of the order's currency."""

    line_no: int
    product_id: UUID
    sku_id: UUID
    title: str
    sku_name: str
    quantity: int
    price_minor: int
    """Of one piece."""
    off_minor: int
    """This line's part of the shop's coupon."""
    platform_off_minor: int
    """This line's part of the platform's coupon; the platform pays it to the shop."""
    paid_minor: int
    """What the buyer paid for the line."""
    refunded_quantity: int
    refunded_minor: int
    room_id: UUID | None
    """The room it was bought in."""


class TrackingEvent(Contract, frozen=True, kw_only=True):
    """What the carrier said of the parcel."""

    kind: TrackingKind
    at: datetime
    place: str
    text: str


class Shipment(Contract, frozen=True, kw_only=True):
    """How the order travels."""

    carrier: str
    tracking_number: str
    shipped_at: datetime
    events: list[TrackingEvent] | UnsetType = UNSET
    """The first first. In lists only if `fields` names `shipment.events`."""


class OrderMove(Contract, frozen=True, kw_only=True):
    """When the order came into a state, by whom, and why."""

    state: OrderState
    at: datetime
    by: Role
    reason: str | None


class StaffNote(Contract, frozen=True, kw_only=True):
    """What somebody of the shop wrote down about an order."""

    text: str
    at: datetime
    by: str


class Order(Contract, frozen=True, kw_only=True):
    """An order of the shop."""

    id: UUID
    number: str
    """Short, for people; printed on the parcel."""
    state: OrderState
    buyer_name: str
    """Masked."""
    lines: list[OrderLine]
    subtotal_minor: int
    off_minor: int
    """The shop's coupon."""
    platform_off_minor: int
    """The platform's coupon."""
    freight_minor: int
    total_minor: int
    """What the buyer pays."""
    refunded_minor: int
    """What went back to the buyer, or is on its way back."""
    currency: str
    address: ShippingAddress
    room_id: UUID | None
    note: str
    """What the buyer asks of the seller."""
    placed_at: datetime
    paid_at: datetime | None
    delivered_at: datetime | None
    shipment: Shipment | None
    tags: list[str]
    staff_notes: list[StaffNote]
    """The buyer never sees these."""
    allowed: list[Deed]
    """What the seller may do with it now."""
    history: list[OrderMove] | UnsetType = UNSET
    """The first first. In lists only if `fields` names it."""


class OrderPage(Contract, frozen=True, kw_only=True):
    """A page of orders, the newest first."""

    items: list[Order]
    next_cursor: str | None


class NewNote(Input, frozen=True, kw_only=True):
    """What the shop wants to remember about an order; the buyer never sees it."""

    text: Annotated[Text, Meta(min_length=1, max_length=500)]


class Tags(Input, frozen=True, kw_only=True):
    """All tags that the order shall have."""

    tags: Annotated[list[Annotated[Line, Meta(min_length=1, max_length=20)]], Meta(max_length=10)]


class CancelOrder(Input, frozen=True, kw_only=True):
    """Why the seller cancels; the buyer reads it."""

    reason: Annotated[Line, Meta(min_length=1, max_length=200)]


class NewShipment(Input, frozen=True, kw_only=True):
    """Who carries the order, under which number."""

    carrier: Carrier
    tracking_number: TrackingNumber


class BatchShipment(Input, frozen=True, kw_only=True):
    """One order of a batch."""

    order_id: UUID
    carrier: Carrier
    tracking_number: TrackingNumber


class ShipmentBatch(Input, frozen=True, kw_only=True):
    """Many orders to ship. One that is refused does not stop the others."""

    shipments: Annotated[list[BatchShipment], Meta(min_length=1, max_length=MAX_SHIPMENTS)]


class ShipmentResult(StrEnum):
    """Whether an order of a batch is on its way."""

    SHIPPED = "shipped"
    REFUSED = "refused"


class ShipmentOutcome(Contract, frozen=True, kw_only=True):
    """What became of one order of a batch."""

    order_id: UUID
    outcome: ShipmentResult
    reason: str | None
    """A code that says why it was refused; `already_shipped` (with this very number) is no refusal."""


class ShipmentOutcomes(Contract, frozen=True, kw_only=True):
    """What became of each order of a batch, in its order."""

    items: list[ShipmentOutcome]
    shipped: int
    refused: int


class NewTrackingEvent(Input, frozen=True, kw_only=True):
    """One event on a parcel's way, in the carrier's words."""

    kind: TrackingKind
    at: Annotated[datetime, Meta(tz=True)]
    place: Annotated[Line, Meta(max_length=100)] = ""
    text: Annotated[Line, Meta(max_length=300)] = ""


class TrackingEvents(Input, frozen=True, kw_only=True):
    """What the carrier says. An event is known by its time and kind: told again it changes nothing."""

    events: Annotated[list[NewTrackingEvent], Meta(min_length=1, max_length=MAX_EVENTS)]
