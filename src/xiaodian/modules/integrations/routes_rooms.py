"""The open API: live rooms, their bags, cues and figures."""

from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import BagFullError, NotInBagError, NotOwnGoodsError, RoomEndedError
from xiaodian.contracts.reports import RoomNotOverError
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_reports
from xiaodian.modules.integrations import wire_rooms as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import rooms

TAGS = ["rooms"]
CUES = ["bags and cues"]
METRICS = ["room metrics"]
ONE = "/rooms/{room_id:uuid}"

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get("/rooms", tags=TAGS, **reads(Scope.ROOMS_READ, wire.RoomPage, is_list=True))
async def list_rooms(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """The shop's rooms, planned, on air and past, the newest first."""
    found = await rooms.list_rooms(call, before=await call.read_cursor(cursor), limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda room: room.id)
    return call.answer(wire.RoomPage(items=found[:limit], next_cursor=next_cursor))


@post("/rooms", tags=TAGS, **writes(Scope.ROOMS_WRITE, wire.Room, body=wire.NewRoom, status=201, is_once=True))
async def plan_room(call: OpenCall) -> Response[bytes]:
    """Plan a room, whose host is the account that has let the app in."""
    data = await call.read(wire.NewRoom)

    async def _plan(ctx: Context) -> wire.Room:
        return await rooms.plan_room(ctx, call, data)

    return await call.answer_once(data, _plan)


@get(ONE, tags=TAGS, **reads(Scope.ROOMS_READ, wire.Room))
async def get_room(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """One room, with what is in its bag."""
    return call.answer(await rooms.get_room(call, room_id))


@patch(ONE, tags=TAGS, **writes(Scope.ROOMS_WRITE, wire.Room, body=wire.RoomEdit))
async def edit_room(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """Change a room's title or cover, also after its end. Only rooms of the account that has let the app in."""
    return call.answer(await rooms.edit_room(call, room_id, await call.read(wire.RoomEdit)))


@put(
    f"{ONE}/bag",
    tags=CUES,
    **writes(Scope.ROOMS_WRITE, wire.Room, InvalidInputError, BagFullError, RoomEndedError, body=wire.Bag),
)
async def set_bag(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """The bag holds these products, in this order. Said again it changes nothing."""
    return call.answer(await rooms.set_bag(call, room_id, await call.read(wire.Bag)))


@put(
    f"{ONE}/featured",
    tags=CUES,
    **writes(Scope.ROOMS_WRITE, wire.Cue, InvalidInputError, NotInBagError, RoomEndedError, body=wire.NewCue),
)
async def feature_product(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """Hold up a product of the bag: its card comes up when the picture reaches the moment."""
    return call.answer(await rooms.feature_product(call, room_id, await call.read(wire.NewCue)))


@delete(f"{ONE}/featured", tags=CUES, **writes(Scope.ROOMS_WRITE, None, RoomEndedError, status=204))
async def unfeature_product(call: OpenCall, room_id: FromPath[UUID]) -> None:
    """Put the product down."""
    await rooms.unfeature_product(call, room_id)


@put(
    f"{ONE}/skus/{{sku_id:uuid}}/price",
    tags=CUES,
    **writes(
        Scope.ROOMS_WRITE,
        None,
        InvalidInputError,
        NotInBagError,
        NotOwnGoodsError,
        RoomEndedError,
        body=wire.LivePrice,
        status=204,
    ),
)
async def set_live_price(call: OpenCall, room_id: FromPath[UUID], sku_id: FromPath[UUID]) -> None:
    """The SKU costs this in the room; never above its ordinary price."""
    data = await call.read(wire.LivePrice)
    await rooms.set_live_price(call, room_id, sku_id, data.price_minor)


@delete(
    f"{ONE}/skus/{{sku_id:uuid}}/price",
    tags=CUES,
    **writes(Scope.ROOMS_WRITE, None, NotInBagError, NotOwnGoodsError, RoomEndedError, status=204),
)
async def clear_live_price(call: OpenCall, room_id: FromPath[UUID], sku_id: FromPath[UUID]) -> None:
    """The SKU costs its ordinary price again."""
    await rooms.set_live_price(call, room_id, sku_id, None)


@get(f"{ONE}/metrics", tags=METRICS, **reads(Scope.ROOMS_READ, wire.RoomMetrics))
async def get_room_metrics(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """Viewers, clicks, orders, conversion and GMV of a room, as far as they are the shop's."""
    return call.answer(await rooms.get_metrics(call, room_id))


@get(f"{ONE}/product-metrics", tags=METRICS, **reads(Scope.ROOMS_READ, wire.RoomProducts))
async def list_room_products(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """Each product of a room on its way from card to purchase."""
    return call.answer(await rooms.list_products(call, room_id))


@get(f"{ONE}/report", tags=METRICS, **reads(Scope.ROOMS_READ, wire_reports.RoomReport, RoomNotOverError))
async def get_room_report(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """What came of a room that is over, beside the host's rooms before. The figures are those of the console's report,
    each with its definition; nobody is named but the host.
    """
    return call.answer(await rooms.get_report(call, room_id))


routes = [
    list_rooms,
    plan_room,
    get_room,
    edit_room,
    set_bag,
    feature_product,
    unfeature_product,
    set_live_price,
    clear_live_price,
    get_room_metrics,
    list_room_products,
    get_room_report,
]
