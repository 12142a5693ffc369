"""What orders keep besides the order itself (contracts/orders.py): its moves, and who makes them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.orders import Order, OrderState
from xiaodian.contracts.shops import ShopId


class Role(StrEnum):
    """Who moves an order."""

    BUYER = "buyer"
    SELLER = "seller"
    PROVIDER = "provider"
    """A payment provider, through a verified message."""
    CARRIER = "carrier"
    """Whoever moves the parcel, through its tracking events."""
    PLATFORM = "platform"
    """The platform itself: all of the order's money went back by after-sales."""
    CLOCK = "clock"


class Deed(StrEnum):
    """What can be done with an order; also the names in `allowed` on the wire."""

    PAY = "pay"
    CANCEL = "cancel"
    TIME_OUT = "time_out"
    SHIP = "ship"
    DELIVER = "deliver"
    CONFIRM_RECEIPT = "confirm_receipt"
    AUTO_COMPLETE = "auto_complete"
    CLOSE_REFUNDED = "close_refunded"
    """Everything was refunded: nothing is left to receive or settle."""


class TrackingKind(StrEnum):
    """What a carrier says of a parcel."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    PROBLEM = "problem"


class TrackingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event on a parcel's way."""

    kind: TrackingKind
    happened_at: datetime
    place: str
    text: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """By whom, and under which number."""

    carrier: str
    tracking_number: str


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an order's state."""

    deed: Deed
    state: OrderState
    moved_at: datetime
    role: Role
    reason: str | None


class StaffNote(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of the shop wrote down about an order; its buyer never sees it."""

    note_id: UUID
    author_id: AccountId
    author_name: str
    text: str
    noted_at: datetime


class SavedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter of the desk under a name, one's own or shared with the shop."""

    filter_id: UUID
    account_id: AccountId
    name: str
    filter: dict[str, Any]
    is_shared: bool


class ChangeState(StrEnum):
    """What became of the wish to have an order sent elsewhere."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """By the buyer, or because the order went another way."""


class AddressChange(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer wants an order sent elsewhere; the seller may refuse."""

    change_id: UUID
    state: ChangeState
    recipient: str
    phone: str
    region: str
    detail: str
    asked_at: datetime
    answered_at: datetime | None
    reason: str | None


class OrderSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An order with its history, as somebody in this role sees it at this moment."""

    order: Order
    moves: list[Move]
    events: list[TrackingEvent]
    role: Role
    now: datetime
    rights: frozenset[Scope] = frozenset()
    """Of the seller's side: what whoever sees it may do in the shop."""
    change: AddressChange | None = None
    """The last that was asked for."""
    notes: list[StaffNote] = []
    tags: list[str] = []


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold in a room."""

    orders: int
    paid_orders: int
    sales_minor: int


class OrderKey(msgspec.Struct, frozen=True):
    """What names an order's row."""

    shop_id: ShopId
    order_id: UUID
