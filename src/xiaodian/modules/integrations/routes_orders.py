"""The open API: orders and their shipments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import IllegalMoveError, OrderState, TrackingNumberTakenError
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_orders as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.inputs import clean, read_moment
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import orders as service
from xiaodian.modules.orders import api as orders

TAGS = ["orders"]
SHIPPING = ["shipments"]

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
InState = Annotated[OrderState | None, QueryParameter(name="state", description="Only those in this state.")]
Query = Annotated[
    str,
    QueryParameter(max_length=100, description="What stands on a parcel: a number, a name, a phone, a title."),
]
From = Annotated[datetime | None, QueryParameter(description="Placed then or later.")]
To = Annotated[datetime | None, QueryParameter(description="Placed before.")]
OfRoom = Annotated[UUID | None, QueryParameter(description="Only those from this room.")]
OfProduct = Annotated[UUID | None, QueryParameter(description="Only those with this product.")]
Carrier = Annotated[str, QueryParameter(max_length=40, description="Only those that this carrier brings.")]
Tag = Annotated[str, QueryParameter(max_length=20, description="Only those with this tag.")]
AfterSale = Annotated[bool | None, QueryParameter(description="Whether something was ever asked for it.")]
Late = Annotated[bool, QueryParameter(description="Only those that were paid and not shipped in time.")]
Sort = Annotated[orders.OrderSort, QueryParameter(description="What comes first.")]


@get("/orders", tags=TAGS, **reads(Scope.ORDERS_READ, wire.OrderPage, InvalidInputError, is_list=True))
async def list_orders(
    call: OpenCall,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    in_state: InState = None,
    q: Query = "",
    placed_from: From = None,
    placed_to: To = None,
    room_id: OfRoom = None,
    product_id: OfProduct = None,
    carrier: Carrier = "",
    tag: Tag = "",
    has_after_sale: AfterSale = None,
    late: Late = False,
    sort: Sort = orders.OrderSort.NEWEST,
) -> Response[bytes]:
    """The shop's orders by any filter. Those who may not see buyers see them masked; each look is in the shop's log.

    An item tells its history and what carriers said of its parcel only if `fields` names them.
    """
    wanted = orders.OrderFilter(
        q=clean(q, "q"),
        state=in_state,
        from_ms=read_moment(placed_from, "placed_from"),
        to_ms=read_moment(placed_to, "placed_to"),
        room_id=room_id,
        product_id=product_id,
        carrier=clean(carrier, "carrier"),
        tag=clean(tag, "tag"),
        after_sale=has_after_sale,
        late=late,
        sort=sort,
    )
    page = await service.list_orders(call, wanted, cursor=await call.read_cursor_of_below(cursor, wanted), limit=limit)
    next_cursor = await call.seal_cursor_of_below(page.next_cursor, wanted)
    return call.answer(wire.OrderPage(items=list(page.items), next_cursor=next_cursor))


@get("/orders/{order_id:uuid}", tags=TAGS, **reads(Scope.ORDERS_READ, wire.Order))
async def get_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """One order, with its history and where its parcel is."""
    return call.answer(await service.get_order(call, order_id))


@post(
    "/orders/{order_id:uuid}/notes",
    tags=TAGS,
    **writes(Scope.ORDERS_WRITE, wire.Order, InvalidInputError, body=wire.NewNote, status=201, is_once=True),
)
async def add_note(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Write a note on an order, for the shop's own eyes."""
    data = await call.read(wire.NewNote)

    async def _add(ctx: Context) -> wire.Order:
        return await service.add_note(ctx, call, order_id, data.text)

    return await call.answer_once(data, _add)


@put(
    "/orders/{order_id:uuid}/tags",
    tags=TAGS,
    **writes(Scope.ORDERS_WRITE, wire.Order, InvalidInputError, body=wire.Tags),
)
async def set_tags(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """The order has these tags from now on, and no others."""
    data = await call.read(wire.Tags)
    return call.answer(await service.set_tags(call, order_id, data.tags))


@post(
    "/orders/{order_id:uuid}/cancellation",
    tags=TAGS,
    **writes(Scope.ORDERS_WRITE, wire.Order, IllegalMoveError, body=wire.CancelOrder, is_once=True),
)
async def cancel_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Cancel an order that is not shipped; what was paid goes back."""
    data = await call.read(wire.CancelOrder)

    async def _cancel(ctx: Context) -> wire.Order:
        return await service.cancel_order(ctx, call, order_id, data.reason)

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
        return await service.ship_order(ctx, call, order_id, data)

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
        return await service.ship_orders(ctx, call, data.shipments)

    return await call.answer_once(data, _ship)


@post(
    "/orders/{order_id:uuid}/tracking-events",
    tags=SHIPPING,
    **writes(Scope.SHIPPING, wire.Order, InvalidInputError, IllegalMoveError, body=wire.TrackingEvents),
)
async def track_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Tell what the carrier says of a parcel; `delivered` moves the order. Told again it changes nothing."""
    data = await call.read(wire.TrackingEvents)
    return call.answer(await service.track_order(call, order_id, data.events))


routes = [list_orders, get_order, add_note, set_tags, cancel_order, ship_order, ship_orders, track_order]
