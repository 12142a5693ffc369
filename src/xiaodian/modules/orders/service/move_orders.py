"""The one place where an order's state changes: state, history and event together."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Event
from xiaodian.contracts.orders import (
    LineOfEvent,
    Order,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderShipped,
    OrderState,
)
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import get_next_state

_UPDATE = """
    UPDATE orders.order AS o SET
        state = moved.state, paid_at = moved.paid_at, shipped_at = moved.shipped_at, carrier = moved.carrier,
        tracking_number = moved.tracking_number, delivered_at = moved.delivered_at,
        completes_at = moved.completes_at, closed_at = moved.closed_at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[],
        $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
        AS moved (shop_id, order_id, state, paid_at, shipped_at, carrier, tracking_number, delivered_at, completes_at,
            closed_at)
    WHERE o.shop_id = moved.shop_id AND o.order_id = moved.order_id
"""

_MOVE = ["shop_id", "order_id", "move_id", "deed", "state", "moved_at", "role", "account_id", "reason"]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who moves, and why if they say."""

    role: Role
    account_id: AccountId | None = None
    reason: str | None = None


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """How an order travels, and when it counts as received if nobody says anything."""

    carrier: str
    tracking_number: str
    completes_at: datetime


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """When an order came to its buyer, and when it counts as received if the buyer says nothing."""

    delivered_at: datetime
    completes_at: datetime


async def move_orders(
    connection: Connection,
    orders: Sequence[Order],
    deed: Deed,
    actor: Actor,
    *,
    now: datetime,
    details: Shipment | Delivery | None = None,
) -> list[Order]:
    """Move orders that this transaction holds locked; answers them as they are now. Raises IllegalMoveError.

    `details` belong to shipping (Shipment) and delivering (Delivery).
    """
    moved = [_move(order, get_next_state(order, deed, actor.role, now), now, details) for order in orders]
    if not moved:
        return []
    shop_ids, order_ids = [order.shop_id for order in moved], [order.order_id for order in moved]
    states = [order.state for order in moved]
    await connection.execute(
        _UPDATE,
        shop_ids,
        order_ids,
        states,
        [order.paid_at for order in moved],
        [order.shipped_at for order in moved],
        [order.carrier for order in moved],
        [order.tracking_number for order in moved],
        [order.delivered_at for order in moved],
        [order.completes_at for order in moved],
        [order.closed_at for order in moved],
    )
    history = [
        (order.shop_id, order.order_id, new_id(), deed, order.state, now, actor.role, actor.account_id, actor.reason)
        for order in moved
    ]
    await connection.copy_records_to_table("move", schema_name="orders", columns=_MOVE, records=history)
    await outbox.emit(connection, *(_to_event(order, actor) for order in moved))
    return moved


def _move(order: Order, state: OrderState, now: datetime, details: Shipment | Delivery | None) -> Order:
    if state is OrderState.PAID:
        return msgspec.structs.replace(order, state=state, paid_at=now)
    if state is OrderState.SHIPPED:
        assert isinstance(details, Shipment)
        return msgspec.structs.replace(
            order,
            state=state,
            shipped_at=now,
            carrier=details.carrier,
            tracking_number=details.tracking_number,
            completes_at=details.completes_at,
        )
    if state is OrderState.DELIVERED:
        assert isinstance(details, Delivery)
        return msgspec.structs.replace(
            order, state=state, delivered_at=details.delivered_at, completes_at=details.completes_at
        )
    assert state in (OrderState.COMPLETED, OrderState.CANCELLED)
    return msgspec.structs.replace(order, state=state, closed_at=now)


def _to_event(order: Order, actor: Actor) -> Event:
    if order.state is OrderState.PAID:
        return _to_paid(order)
    if order.state is OrderState.SHIPPED:
        return OrderShipped(
            order_id=order.order_id,
            shop_id=order.shop_id,
            buyer_id=order.buyer_id,
            carrier=order.carrier or "",
            tracking_number=order.tracking_number or "",
        )
    if order.state is OrderState.DELIVERED:
        return OrderDelivered(order_id=order.order_id, shop_id=order.shop_id, buyer_id=order.buyer_id)
    if order.state is OrderState.COMPLETED:
        return OrderCompleted(order_id=order.order_id, shop_id=order.shop_id, buyer_id=order.buyer_id)
    assert order.state is OrderState.CANCELLED
    return OrderCancelled(
        order_id=order.order_id,
        shop_id=order.shop_id,
        room_id=order.room_id,
        reason=actor.role,
        was_paid=order.paid_at is not None,
        total_minor=order.total_minor,
    )


def _to_paid(order: Order) -> OrderPaid:
    return OrderPaid(
        order_id=order.order_id,
        shop_id=order.shop_id,
        buyer_id=order.buyer_id,
        buyer_name=order.buyer_name,
        room_id=order.room_id,
        is_quiet=order.is_quiet,
        lines=[
            LineOfEvent(
                product_id=line.product_id,
                sku_id=line.sku_id,
                product_title=line.title,
                sku_name=line.sku_name,
                quantity=line.quantity,
                room_id=line.room_id,
                creator_id=line.creator_id,
                amount_minor=line.amount_minor,
            )
            for line in order.lines
        ],
        total_minor=order.total_minor,
        currency=order.currency,
    )
