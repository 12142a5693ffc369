"""HTTP: the orders behind figures that set buyers beside visitors, of which orders know nothing."""

from typing import Annotated, Any

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, decode_cursor
from xiaodian.modules.insights.service.compare_days import parse_days
from xiaodian.modules.insights.service.list_seen_orders import list_seen_orders
from xiaodian.modules.insights.service.list_visitor_orders import list_visitor_orders
from xiaodian.modules.insights.wire import FAR_FUTURE_MS, SeenOrders, VisitorOrders

SHOP = "/api/shops/{shop_id:uuid}"
PROBLEMS = problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError, NotFoundError)
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get(
    f"{SHOP}/rooms/{{room_id:uuid}}/seen-orders",
    opt=access(Access.MEMBER),
    tags=["insights"],
    responses=PROBLEMS,
)
async def list_seen_orders_of_room(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    room_id: FromPath[RoomId],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> SeenOrders:
    """The purchases behind a room's conversion: of the shop, by those who were in the room (`orders:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        return await list_seen_orders(connection, caller, shop_id, room_id, before=before, limit=limit)


@get(f"{SHOP}/days/{{day:str}}/visitor-orders", opt=access(Access.MEMBER), tags=["insights"], responses=PROBLEMS)
async def list_orders_of_visitors(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    day: FromPath[str],
    until_ms: Annotated[int | None, QueryParameter(ge=0, le=FAR_FUTURE_MS)] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> VisitorOrders:
    """What those bought on a day of the books (`2026-11-29`), or up to a moment of it, who came into one of the shop's
    rooms for the first time on it (`orders:read` and `rooms:read`).
    """
    noon, _ = parse_days(day, day, ctx.settings.books_utc_offset_h)
    before = decode_cursor(cursor) if cursor else None
    return await list_visitor_orders(ctx, caller, shop_id, noon, until_ms=until_ms, before=before, limit=limit)


routes: list[Any] = [list_seen_orders_of_room, list_orders_of_visitors]
