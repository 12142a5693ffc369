"""HTTP: reports of visitors' pages, figures of rooms, a shop's home page."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.figures import DEFINITIONS
from xiaodian.contracts.insights import RoomMinutes, VideoMetrics, VideoOrdersList
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx, client_network
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor
from xiaodian.modules.insights import routes_behind, routes_board, routes_report, routes_shared_report
from xiaodian.modules.insights.service.compare_days import list_days, parse_days
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.service.list_shop_rooms import list_shop_rooms
from xiaodian.modules.insights.service.report_behaviour import BehaviourDesk
from xiaodian.modules.insights.service.see_home import see_home
from xiaodian.modules.insights.service.see_minutes import list_minutes
from xiaodian.modules.insights.service.see_room import get_metrics, list_featured, list_products
from xiaodian.modules.insights.service.see_video import get_video_metrics, list_video_orders
from xiaodian.modules.insights.wire import (
    MAX_REPORT_BYTES,
    BehaviourReport,
    DefinitionList,
    HomeView,
    RoomProductList,
    RoomReport,
    ShopDayList,
    ShopRoom,
)
from xiaodian.modules.shops import api as shops

TAGS = ["insights"]
FOR_AN_HOUR = "private, max-age=3600"
ROOM = "/api/rooms/{room_id:uuid}/metrics"
VIDEO = "/api/me/videos/{video_id:uuid}/metrics"
SHOP = "/api/shops/{shop_id:uuid}"
PROBLEMS = problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError)
Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]
AnyRequest = Request[Any, Any, Any]
Desk = NamedDependency[BehaviourDesk]


def provide_desk(request: AnyRequest) -> BehaviourDesk:
    """Dependency `desk`."""
    desk: BehaviourDesk = request.app.state.behaviour_desk
    return desk


@post(
    "/api/behaviour",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    status_code=204,
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    request_max_body_size=MAX_REPORT_BYTES,
    responses=problems(
        MalformedRequestError,
        InvalidInputError,
        PayloadTooLargeError,
        ForbiddenError,
        TooManyRequestsError,
        UnavailableError,
    ),
)
async def report_behaviour(
    ctx: Ctx, desk: Desk, maybe_caller: MaybeSignedIn, request: AnyRequest, data: JSONBody[BehaviourReport]
) -> None:
    """What was done on a room's page. Whose account it is says the session alone; the browser's id names nobody."""
    network = client_network(request, ctx.settings.trusted_proxies)
    account_id = maybe_caller.account_id if maybe_caller else None
    await desk.report(network, data.viewer_id, account_id, data.items)


@get("/api/metrics/definitions", opt=access(Access.PUBLIC), tags=TAGS)
async def list_definitions() -> Response[DefinitionList]:
    """What every figure means."""
    return Response(DefinitionList(items=list(DEFINITIONS)), headers={"cache-control": FOR_AN_HOUR})


@get(ROOM, opt=access(Access.MEMBER), tags=TAGS, responses=PROBLEMS)
async def read_room_metrics(
    ctx: Ctx,
    caller: SignedIn,
    room_id: FromPath[RoomId],
    shop_id: Annotated[UUID | None, QueryParameter(name="shop_id")] = None,
) -> RoomReport:
    """A room's figures: all of them to its host, to a shop (`shop_id`) what it sold there."""
    now = utc_now()
    async with ctx.database.connection() as connection:
        eyes = await open_eyes(connection, caller, room_id, _shop(shop_id))
        return RoomReport(
            metrics=await get_metrics(connection, eyes, now), featured=await list_featured(connection, eyes)
        )


@get(f"{ROOM}/minutes", opt=access(Access.MEMBER), tags=TAGS, responses=PROBLEMS)
async def read_room_minutes(
    ctx: Ctx,
    caller: SignedIn,
    room_id: FromPath[RoomId],
    shop_id: Annotated[UUID | None, QueryParameter(name="shop_id")] = None,
) -> RoomMinutes:
    """A room's time line while it was on air, in at most 721 stretches."""
    async with ctx.database.connection() as connection:
        eyes = await open_eyes(connection, caller, room_id, _shop(shop_id))
        return await list_minutes(connection, eyes, utc_now())


@get(f"{ROOM}/products", opt=access(Access.MEMBER), tags=TAGS, responses=PROBLEMS)
async def read_room_products(
    ctx: Ctx,
    caller: SignedIn,
    room_id: FromPath[RoomId],
    shop_id: Annotated[UUID | None, QueryParameter(name="shop_id")] = None,
) -> RoomProductList:
    """Each product of a room from card to purchase."""
    async with ctx.database.connection() as connection:
        eyes = await open_eyes(connection, caller, room_id, _shop(shop_id))
        return RoomProductList(items=await list_products(connection, eyes, utc_now()))


@get(VIDEO, opt=access(Access.MEMBER), tags=TAGS, responses=problems(UnauthenticatedError, NotFoundError))
async def read_video_metrics(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId]) -> VideoMetrics:
    """What became of one's own video: who watched how far, and what was clicked and bought at which second."""
    async with ctx.database.connection() as connection:
        return await get_video_metrics(connection, caller, video_id)


@get(
    "/api/me/videos/orders",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, UnauthenticatedError),
)
async def read_video_orders(
    ctx: Ctx,
    caller: SignedIn,
    video_ids: Annotated[list[UUID], QueryParameter(name="video_id", min_items=1, max_items=MAX_PAGE_SIZE)],
) -> VideoOrdersList:
    """How many orders of one's own videos are paid, for their list; others' videos are left out."""
    async with ctx.database.connection() as connection:
        items = await list_video_orders(connection, caller, [VideoId(each) for each in video_ids])
    return VideoOrdersList(items=items)


@get(
    f"{SHOP}/home",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def read_home(ctx: Ctx, caller: SignedIn, request: AnyRequest, shop_id: FromPath[ShopId]) -> Response[HomeView]:
    """What needs somebody in the shop now, and how its day goes; 304 if that is as the ETag says."""
    view = await see_home(ctx, caller, shop_id)
    body = msgspec.json.encode(view)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]  # It has no body.
    return Response(view, headers=headers, media_type=MediaType.JSON)


@get(
    f"{SHOP}/days",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def read_days(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    first: Annotated[str, QueryParameter(name="from")],
    last: Annotated[str, QueryParameter(name="to")],
) -> ShopDayList:
    """A shop's days, at most 92 of them, from `2026-11-01` to `2026-11-30`, in the time zone of its books."""
    offset_h = ctx.settings.books_utc_offset_h
    start, end = parse_days(first, last, offset_h)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FINANCE_READ)
        return ShopDayList(items=await list_days(connection, shop_id, start, end, offset_h))


@get(
    f"{SHOP}/rooms",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def list_rooms_of_shop(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[ShopRoom]:
    """Rooms in which the shop sold, whoever hosted them, the newest first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        return await list_shop_rooms(connection, caller, shop_id, before=before, limit=limit)


def _shop(shop_id: UUID | None) -> ShopId | None:
    return None if shop_id is None else ShopId(shop_id)


routes = [
    report_behaviour,
    list_definitions,
    read_room_metrics,
    read_room_minutes,
    read_room_products,
    read_video_metrics,
    read_video_orders,
    read_home,
    read_days,
    list_rooms_of_shop,
    *routes_behind.routes,
    *routes_board.routes,
    *routes_report.routes,
    *routes_shared_report.routes,
]
