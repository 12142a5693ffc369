"""Orders: checkout, order, shipping."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.shops import ShopId

OrderId = NewType("OrderId", UUID)


class OrderState(StrEnum):
    """See Order states in docs/architecture.md; the table of moves is in modules/orders/rules.py."""

    PENDING_PAYMENT = "pending_payment"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class LineOfEvent(Contract, frozen=True, kw_only=True):
    """A line as events tell it."""

    product_id: ProductId
    sku_id: SkuId
    product_title: str
    sku_name: str
    quantity: int


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


class OrderShipped(Event, frozen=True, kw_only=True):
    """The seller handed it to a carrier."""

    event_key = "order_id"
    order_id: OrderId
    shop_id: ShopId
    buyer_id: AccountId
    carrier: str
    tracking_number: str


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


class NotOnSaleError(DomainError):
    """The product was taken off sale."""

    code = "not_on_sale"
    status = 409


class ShopClosedError(DomainError):
    """The shop is closed and takes no orders."""

    code = "shop_closed"
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
