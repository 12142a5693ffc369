"""The one place where an order's state changes: state, history and event together."""

from collections.abc import Mapping, Sequence
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

# What is written with each state, by its type.
_WRITTEN = {
    OrderState.PAID: {"paid_at": "timestamptz"},
    OrderState.SHIPPED: {
        "shipped_at": "timestamptz",
        "carrier": "text",
        "tracking_number": "text",
        "completes_at": "timestamptz",
    },
    OrderState.DELIVERED: {"delivered_at": "timestamptz", "completes_at": "timestamptz"},
    OrderState.COMPLETED: {"closed_at": "timestamptz"},
    OrderState.CANCELLED: {"closed_at": "timestamptz"},
}


def _update(written: Mapping[str, str]) -> str:
    columns = {"shop_id": "uuid", "order_id": "uuid", "state": "text", **written}
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), 1))
    changes = ", ".join(f"{name} = moved.{name}" for name in ("state", *written))
    return f"""
        UPDATE orders.order AS o SET {changes} FROM unnest({arrays}) AS moved ({", ".join(columns)})
        WHERE o.shop_id = moved.shop_id AND o.order_id = moved.order_id
    """


_UPDATES = {state: _update(written) for state, written in _WRITTEN.items()}

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
    for state in {order.state for order in moved}:
        alike = [order for order in moved if order.state is state]
        columns = ("shop_id", "order_id", "state", *_WRITTEN[state])
        await connection.execute(_UPDATES[state], *([getattr(order, name) for order in alike] for name in columns))
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
                video_id=line.video_id,
                video_at_ms=line.video_at_ms,
            )
            for line in order.lines
        ],
        total_minor=order.total_minor,
        currency=order.currency,
    )
