"""HTTP: when cards come up in a replay, for the room's host, by session or by a token with the scope `room:control`."""

from typing import Annotated, Any

from litestar import Request, delete, get, put
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.surfacing import MomentsTooCloseError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, decode_cursor
from xiaodian.modules.surfacing.service.keep_moment import free_moment, keep_moment
from xiaodian.modules.surfacing.service.orders_behind import list_orders_of_replay
from xiaodian.modules.surfacing.service.see_replay_moments import see_replay_moments
from xiaodian.modules.surfacing.wire_replays import ReplayMomentsView
from xiaodian.modules.surfacing.wire_videos import MomentOrders

TAGS = ["surfacing"]
MOMENTS = "/api/rooms/{room_id:uuid}/surfacing/moments"
KEPT = f"{MOMENTS}/{{product_id:uuid}}/{{at_ms:int}}"
HOST = access(Access.MEMBER, Scope.ROOM_CONTROL)
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
REFUSALS = (UnauthenticatedError, ForbiddenError, NotFoundError)


@get(MOMENTS, opt=HOST, tags=TAGS, responses=problems(*REFUSALS))
async def read_replay_moments(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], room_id: FromPath[RoomId]
) -> ReplayMomentsView:
    """When the platform's cards come up in the replay, what came of each moment, and how often each is shown now."""
    language = language_of(request)
    async with ctx.database.connection() as connection:
        return await see_replay_moments(connection, caller, room_id, language)


@put(KEPT, opt=HOST, tags=TAGS, status_code=204, responses=problems(MomentsTooCloseError, *REFUSALS))
async def put_kept_moment(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], product_id: FromPath[ProductId], at_ms: FromPath[int]
) -> None:
    """Keep a moment that is tried: every viewing gets the card there, and none else of the product in its chapter."""
    await keep_moment(ctx, caller, room_id, product_id, at_ms)


@delete(KEPT, opt=HOST, tags=TAGS, responses=problems(*REFUSALS))
async def delete_kept_moment(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], product_id: FromPath[ProductId], at_ms: FromPath[int]
) -> None:
    """The platform chooses again."""
    await free_moment(ctx, caller, room_id, product_id, at_ms)


@get(f"{KEPT}/orders", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError, *REFUSALS))
async def list_orders_of_replay_moment(
    ctx: Ctx,
    caller: SignedIn,
    room_id: FromPath[RoomId],
    product_id: FromPath[ProductId],
    at_ms: FromPath[int],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> MomentOrders:
    """The orders that came of a moment, for the room's host, if they may see orders of the shop (`orders:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        return await list_orders_of_replay(connection, caller, room_id, (product_id, at_ms), before=before, limit=limit)


routes = [read_replay_moments, list_orders_of_replay_moment, put_kept_moment, delete_kept_moment]
