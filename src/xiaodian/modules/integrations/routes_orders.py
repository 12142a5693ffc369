"""The open API: orders and their shipments."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import IllegalMoveError, OrderState, TrackingNumberTakenError
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_orders as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import orders

TAGS = ["orders"]
SHIPPING = ["shipments"]

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
InState = Annotated[OrderState | None, QueryParameter(name="state", description="Only those in this state.")]
Number = Annotated[str | None, QueryParameter(max_length=40, description="The one with this number.")]
OfRoom = Annotated[UUID | None, QueryParameter(description="Only those from this room.")]


@get("/orders", tags=TAGS, **reads(Scope.ORDERS_READ, wire.OrderPage, is_list=True))
async def list_orders(
    call: OpenCall,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    in_state: InState = None,
    number: Number = None,
    room_id: OfRoom = None,
) -> Response[bytes]:
    """The shop's orders, the newest first."""
    filters = (in_state, number, room_id)
    before = await call.read_cursor(cursor, *filters)
    found = await orders.list_orders(
        call, before=before, limit=limit + 1, state=in_state, number=number, room_id=room_id
    )
    next_cursor = await call.next_cursor(found, limit, lambda order: order.id, *filters)
    return call.answer(wire.OrderPage(items=found[:limit], next_cursor=next_cursor))


@get("/orders/{order_id:uuid}", tags=TAGS, **reads(Scope.ORDERS_READ, wire.Order))
async def get_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """One order, with its history and where its parcel is."""
    return call.answer(await orders.get_order(call, order_id))


@post(
    "/orders/{order_id:uuid}/cancellation",
    tags=TAGS,
    **writes(Scope.ORDERS_WRITE, wire.Order, IllegalMoveError, body=wire.CancelOrder, is_once=True),
)
async def cancel_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Cancel an order that is not shipped; what was paid goes back."""
    data = await call.read(wire.CancelOrder)

    async def _cancel(ctx: Context) -> wire.Order:
        return await orders.cancel_order(ctx, call, order_id, data.reason)

    return await call.answer_once(data, _cancel)


@post(
    "/orders/{order_id:uuid}/shipment",
    tags=SHIPPING,
    **writes(
        Scope.SHIPPING,
        wire.Order,
        InvalidInputError,
        IllegalMoveError,
        TrackingNumberTakenError,
        body=wire.NewShipment,
        is_once=True,
    ),
)
async def ship_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Tell that a paid order was handed to a carrier.

    The number must look as this carrier prints it, and may be on no parcel of another shop or to another buyer.
    """
    data = await call.read(wire.NewShipment)

    async def _ship(ctx: Context) -> wire.Order:
        return await orders.ship_order(ctx, call, order_id, data)

    return await call.answer_once(data, _ship)


@post(
    "/shipment-batches",
    tags=SHIPPING,
    **writes(Scope.SHIPPING, wire.ShipmentOutcomes, body=wire.ShipmentBatch, is_once=True),
)
async def ship_orders(call: OpenCall) -> Response[bytes]:
    """Ship up to 500 orders. Each is decided by itself: one that is refused does not stop the others."""
    data = await call.read(wire.ShipmentBatch)

    async def _ship(ctx: Context) -> wire.ShipmentOutcomes:
        return await orders.ship_orders(ctx, call, data.shipments)

    return await call.answer_once(data, _ship)


@post(
    "/orders/{order_id:uuid}/tracking-events",
    tags=SHIPPING,
    **writes(Scope.SHIPPING, wire.Order, InvalidInputError, IllegalMoveError, body=wire.TrackingEvents),
)
async def track_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Tell what the carrier says of a parcel; `delivered` moves the order. Told again it changes nothing."""
    data = await call.read(wire.TrackingEvents)
    return call.answer(await orders.track_order(call, order_id, data.events))


routes = [list_orders, get_order, cancel_order, ship_order, ship_orders, track_order]
