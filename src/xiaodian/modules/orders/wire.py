"""Orders as HTTP shows them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from xiaodian.contracts.base import Contract
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Line, Order, OrderId, OrderState
from xiaodian.contracts.payments import Charge, ChargeId, ChargeState
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.orders.models import Deed, Move, Role
from xiaodian.modules.orders.rules import list_allowed


class AddressView(Contract, frozen=True, kw_only=True):
    """Where the order goes, as it was when it was placed."""

    recipient: str
    phone: str
    region: str
    detail: str


class ShipmentView(Contract, frozen=True, kw_only=True):
    """How the order travels."""

    carrier: str
    tracking_number: str
    shipped_at_ms: int


class HistoryView(Contract, frozen=True, kw_only=True):
    """When the order came into a state, by whom, and why."""

    state: OrderState
    at_ms: int
    by: Role
    reason: str | None


class OrderView(Contract, frozen=True, kw_only=True):
    """An order as its buyer or its shop sees it; `allowed` is what the reader may do with it now."""

    order_id: OrderId
    number: str
    shop_id: ShopId
    shop_name: str
    state: OrderState
    lines: list[Line]
    subtotal_minor: int
    off_minor: int
    freight_minor: int
    total_minor: int
    currency: str
    address: AddressView
    room_id: RoomId | None
    is_quiet: bool
    note: str
    placed_at_ms: int
    expires_at_ms: int | None
    """Until when it can be paid; null once it need not be."""
    paid_at_ms: int | None
    shipment: ShipmentView | None
    history: list[HistoryView]
    allowed: list[Deed]


class SalesView(Contract, frozen=True, kw_only=True):
    """What was sold in a room; `sales_minor` is what was paid and not refunded."""

    orders: int
    paid_orders: int
    sales_minor: int
    currency: str


class ChargeView(Contract, frozen=True, kw_only=True):
    """A charge as the buyer's page needs it."""

    charge_id: ChargeId
    state: ChargeState
    pay_url: str
    amount_minor: int
    currency: str


def to_view(order: Order, moves: Sequence[Move], role: Role, now: datetime) -> OrderView:
    """An order for the eyes of its buyer or its seller."""
    placed_at_ms = to_epoch_ms(order.placed_at)
    history = [HistoryView(state=OrderState.PENDING_PAYMENT, at_ms=placed_at_ms, by=Role.BUYER, reason=None)]
    history += [
        HistoryView(state=move.state, at_ms=to_epoch_ms(move.moved_at), by=move.role, reason=move.reason)
        for move in moves
    ]
    return OrderView(
        order_id=order.order_id,
        number=order.number,
        shop_id=order.shop_id,
        shop_name=order.shop_name,
        state=order.state,
        lines=order.lines,
        subtotal_minor=order.subtotal_minor,
        off_minor=order.off_minor,
        freight_minor=order.freight_minor,
        total_minor=order.total_minor,
        currency=order.currency,
        address=AddressView(recipient=order.recipient, phone=order.phone, region=order.region, detail=order.detail),
        room_id=order.room_id,
        is_quiet=order.is_quiet,
        note=order.note,
        placed_at_ms=placed_at_ms,
        expires_at_ms=to_epoch_ms(order.expires_at) if order.state is OrderState.PENDING_PAYMENT else None,
        paid_at_ms=to_epoch_ms(order.paid_at) if order.paid_at else None,
        shipment=_to_shipment(order),
        history=history,
        allowed=list_allowed(order, role, now),
    )


def to_view_as_placed(order: Order) -> OrderView:
    """The order as it was answered to the checkout that placed it, whatever became of it since."""
    if order.state is OrderState.PENDING_PAYMENT:
        return to_view(order, [], Role.BUYER, order.placed_at)
    as_placed = msgspec.structs.replace(
        order,
        state=OrderState.PENDING_PAYMENT,
        paid_at=None,
        shipped_at=None,
        carrier=None,
        tracking_number=None,
    )
    return to_view(as_placed, [], Role.BUYER, order.placed_at)


def to_charge_view(charge: Charge) -> ChargeView:
    """A charge that its provider has opened."""
    assert charge.pay_url is not None
    return ChargeView(
        charge_id=charge.charge_id,
        state=charge.state,
        pay_url=charge.pay_url,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
    )


def _to_shipment(order: Order) -> ShipmentView | None:
    if order.shipped_at is None or order.carrier is None or order.tracking_number is None:
        return None
    return ShipmentView(
        carrier=order.carrier, tracking_number=order.tracking_number, shipped_at_ms=to_epoch_ms(order.shipped_at)
    )
