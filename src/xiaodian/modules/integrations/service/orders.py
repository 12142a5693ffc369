"""What the open API does with orders, by the use cases of orders."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import UNSET

from xiaodian.contracts.orders import Line, Order, OrderId
from xiaodian.edge.context import Context
from xiaodian.kit.paging import Page
from xiaodian.modules.integrations import wire_orders as wire
from xiaodian.modules.integrations.call import Call
from xiaodian.modules.orders import api as orders

FIRST_ROW = 1


async def list_orders(call: Call, wanted: orders.OrderFilter, *, cursor: str | None, limit: int) -> Page[wire.Order]:
    """The shop's orders; that they were seen is written down. What became of each is read if it is asked for.

    Raises NotFoundError, ForbiddenError, BadCursorError.
    """
    is_asked = call.asks_for("history") or call.asks_for("shipment", "events")
    page = await orders.list_orders_for_shop(
        call.ctx, call.caller, call.shop_id, wanted, cursor, limit, with_history=is_asked
    )
    items = [to_order(seen, with_history=is_asked) for seen in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


async def add_note(ctx: Context, call: Call, order_id: UUID, text: str) -> wire.Order:
    """Raises NotFoundError, ForbiddenError, InvalidInputError."""
    return to_order(await orders.add_note(ctx.database, call.caller, OrderId(order_id), text))


async def set_tags(call: Call, order_id: UUID, tags: Sequence[str]) -> wire.Order:
    """Raises NotFoundError, ForbiddenError, InvalidInputError."""
    return to_order(await orders.set_tags(call.ctx.database, call.caller, OrderId(order_id), tags))


async def get_order(call: Call, order_id: UUID) -> wire.Order:
    """Raises NotFoundError, ForbiddenError."""
    return to_order(await orders.get_order(call.ctx, call.caller, OrderId(order_id)))


async def cancel_order(ctx: Context, call: Call, order_id: UUID, reason: str) -> wire.Order:
    """Raises NotFoundError, ForbiddenError, IllegalMoveError."""
    async with ctx.database.transaction() as connection:
        return to_order(await orders.cancel_order(connection, call.caller, OrderId(order_id), reason))


async def ship_order(ctx: Context, call: Call, order_id: UUID, shipment: wire.NewShipment) -> wire.Order:
    """Raises NotFoundError, ForbiddenError, IllegalMoveError, InvalidInputError, TrackingNumberTakenError."""
    seen = await orders.ship_order(ctx, call.caller, OrderId(order_id), shipment.carrier, shipment.tracking_number)
    return to_order(seen)


async def ship_orders(ctx: Context, call: Call, batch: Sequence[wire.BatchShipment]) -> wire.ShipmentOutcomes:
    """Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        found = await orders.find_orders(connection, {one.order_id for one in batch})
    rows = [
        orders.ShipmentRow(row, _number(found, one.order_id), one.carrier, one.tracking_number)
        for row, one in enumerate(batch, FIRST_ROW)
    ]
    results = await orders.ship_from_file(ctx, call.caller, call.shop_id, rows, dry_run=False)
    items = [
        wire.ShipmentOutcome(order_id=one.order_id, outcome=wire.ShipmentResult(result.outcome), reason=result.reason)
        for one, result in zip(batch, results, strict=True)
    ]
    refused = sum(item.outcome is wire.ShipmentResult.REFUSED for item in items)
    return wire.ShipmentOutcomes(items=items, shipped=len(items) - refused, refused=refused)


async def track_order(call: Call, order_id: UUID, events: Sequence[wire.NewTrackingEvent]) -> wire.Order:
    """Raises NotFoundError, ForbiddenError, IllegalMoveError, InvalidInputError."""
    told = [
        orders.TrackingEvent(kind=event.kind, happened_at=event.at, place=event.place, text=event.text)
        for event in events
    ]
    seen = await orders.track_parcel(call.ctx, call.caller, OrderId(order_id), told)
    await call.ctx.broker.poke("outbox")
    return to_order(seen)


def to_order(seen: orders.OrderSeen, *, with_history: bool = True) -> wire.Order:
    """As it goes out."""
    order = seen.order
    return wire.Order(
        id=order.order_id,
        number=order.number,
        state=order.state,
        buyer_name=order.buyer_name,
        lines=[_to_line(line) for line in order.lines],
        subtotal_minor=order.subtotal_minor,
        off_minor=order.off_minor,
        platform_off_minor=order.platform_off_minor,
        freight_minor=order.freight_minor,
        total_minor=order.total_minor,
        refunded_minor=order.refunded_minor,
        currency=order.currency,
        address=wire.ShippingAddress(
            recipient=order.recipient, phone=order.phone, region=order.region, detail=order.detail
        ),
        room_id=order.room_id,
        note=order.note,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        delivered_at=order.delivered_at,
        shipment=_to_shipment(seen, with_history=with_history),
        tags=seen.tags,
        staff_notes=[wire.StaffNote(text=note.text, at=note.noted_at, by=note.author_name) for note in seen.notes],
        allowed=orders.list_allowed_to(seen),
        history=[
            wire.OrderMove(state=move.state, at=move.moved_at, by=move.role, reason=move.reason) for move in seen.moves
        ]
        if with_history
        else UNSET,
    )


def _number(found: Mapping[OrderId, Order], order_id: UUID) -> str:
    """By numbers whole files are shipped; no order has the empty one."""
    order = found.get(OrderId(order_id))
    return order.number if order else ""


def _to_line(line: Line) -> wire.OrderLine:
    return wire.OrderLine(
        line_no=line.line_no,
        product_id=line.product_id,
        sku_id=line.sku_id,
        title=line.title,
        sku_name=line.sku_name,
        quantity=line.quantity,
        price_minor=line.price_minor,
        off_minor=line.off_minor,
        platform_off_minor=line.platform_off_minor,
        paid_minor=line.paid_minor,
        refunded_quantity=line.refunded_quantity,
        refunded_minor=line.refunded_minor,
        room_id=line.room_id,
    )


def _to_shipment(seen: orders.OrderSeen, *, with_history: bool) -> wire.Shipment | None:
    order = seen.order
    if order.shipped_at is None or order.carrier is None or order.tracking_number is None:
        return None
    return wire.Shipment(
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        shipped_at=order.shipped_at,
        events=[
            wire.TrackingEvent(kind=event.kind, at=event.happened_at, place=event.place, text=event.text)
            for event in seen.events
        ]
        if with_history
        else UNSET,
    )
