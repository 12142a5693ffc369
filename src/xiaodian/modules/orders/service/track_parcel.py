"""What the carrier says of a parcel; its delivery moves the order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.orders import (
    IllegalMoveError,
    Order,
    OrderId,
    OrderState,
    ParcelTracked,
    TrackingOfEvent,
)
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.orders.models import Deed, OrderSeen, Role, TrackingEvent, TrackingKind
from xiaodian.modules.orders.rules import list_allowed
from xiaodian.modules.orders.service.move_orders import Actor, Delivery, move_orders
from xiaodian.modules.orders.service.order_access import lock_order_for, see
from xiaodian.modules.orders.shipping_rules import MAX_EVENTS, check_events

_INSERT = """
    INSERT INTO orders.tracking_event (shop_id, order_id, happened_at, kind, place, text)
    SELECT $1, $2, * FROM unnest($3::timestamptz[], $4::text[], $5::text[], $6::text[])
    ON CONFLICT DO NOTHING RETURNING happened_at, kind, place, text
"""

_WAY = list(TrackingKind)


async def track_parcel(ctx: Context, caller: Caller, order_id: OrderId, events: Sequence[TrackingEvent]) -> OrderSeen:
    """Write tracking events of a shipped order, as its seller or the seller's program; told again they change nothing.

    Raises NotFoundError, IllegalMoveError (it is not shipped), InvalidInputError.
    """
    now = utc_now()
    async with ctx.database.transaction() as connection:
        order, roles = await lock_order_for(connection, caller, order_id, Scope.SHIPPING)
        if Role.SELLER not in roles:
            raise NotFoundError
        if order.shipped_at is None:
            raise IllegalMoveError(state=order.state, allowed=list_allowed(order, Role.SELLER, now))
        check_events(order, events, now)
        await _write(connection, order, events)
        delivered_at = min(
            (event.happened_at for event in events if event.kind is TrackingKind.DELIVERED), default=None
        )
        if delivered_at is not None and order.state is OrderState.SHIPPED:
            order = await _deliver(connection, order, caller, delivered_at, now, ctx.settings.receipt_days)
        return await see(connection, order, Role.SELLER, caller, now)


async def _deliver(
    connection: Connection, order: Order, caller: Caller, delivered_at: datetime, now: datetime, receipt_days: int
) -> Order:
    # The days run from when the buyer could see it: who tells late does not shorten them.
    delivery = Delivery(delivered_at=min(delivered_at, now), completes_at=now + timedelta(days=receipt_days))
    actor = Actor(role=Role.CARRIER, account_id=caller.account_id)
    [moved] = await move_orders(connection, [order], Deed.DELIVER, actor, now=now, details=delivery)
    return moved


async def _write(connection: Connection, order: Order, events: Sequence[TrackingEvent]) -> None:
    fresh = await connection.fetch(
        _INSERT,
        order.shop_id,
        order.order_id,
        [event.happened_at for event in events],
        [event.kind for event in events],
        [event.place for event in events],
        [event.text for event in events],
    )
    count = await connection.fetchval(
        "SELECT count(*) FROM orders.tracking_event WHERE shop_id = $1 AND order_id = $2",
        order.shop_id,
        order.order_id,
    )
    if count > MAX_EVENTS:
        raise InvalidInputError(field="events", reason="too_many", limit=MAX_EVENTS)
    if fresh:
        told = [
            TrackingOfEvent(
                kind=row["kind"],
                happened_at_ms=to_epoch_ms(row["happened_at"]),
                place=row["place"],
                text=row["text"],
            )
            for row in sorted(fresh, key=lambda row: (row["happened_at"], _WAY.index(row["kind"])))
        ]
        tracked = ParcelTracked(order_id=order.order_id, shop_id=order.shop_id, events=told)
        await outbox.emit(connection, tracked)
