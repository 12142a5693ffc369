"""HTTP: what was learned of a video, and the bag for each viewer. See docs/surfacing.md."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, get
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of, translate
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, decode_cursor
from xiaodian.modules.surfacing.learning.bag_order import Placing
from xiaodian.modules.surfacing.service.order_bags import order_bag_of_room, order_bag_of_video
from xiaodian.modules.surfacing.service.orders_behind import list_orders_of_video
from xiaodian.modules.surfacing.service.see_moments import see_moments
from xiaodian.modules.surfacing.wire_videos import BagOrder, MomentOrders, MomentsView, PlacingView

TAGS = ["surfacing"]
OWN = "/api/me/videos/{video_id:uuid}"
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get(f"{OWN}/moments", opt=access(Access.MEMBER), tags=TAGS, responses=problems(UnauthenticatedError, NotFoundError))
async def read_moments(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], video_id: FromPath[VideoId]
) -> MomentsView:
    """When the cards of one's own video come up, what came of each moment, and how often each is shown now."""
    async with ctx.database.connection() as connection:
        return await see_moments(connection, caller.account_id, video_id, _language(request))


@get(
    f"{OWN}/moments/{{product_id:uuid}}/{{at_ms:int}}/orders",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(ForbiddenError, InvalidInputError, UnauthenticatedError, NotFoundError),
)
async def list_orders_of_moment(
    ctx: Ctx,
    caller: SignedIn,
    video_id: FromPath[VideoId],
    product_id: FromPath[ProductId],
    at_ms: FromPath[int],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> MomentOrders:
    """The orders that came of a moment of one's own video, if one may see orders of the shop (`orders:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        return await list_orders_of_video(connection, caller, video_id, (product_id, at_ms), before=before, limit=limit)


@get(
    "/api/rooms/{room_id:uuid}/bag-order",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError),
)
async def read_bag_order_of_room(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], room_id: FromPath[RoomId]
) -> BagOrder:
    """The room's bag in the order for the caller."""
    async with ctx.database.connection() as connection:
        placings = await order_bag_of_room(connection, caller.account_id, room_id)
    return _show(placings, _language(request))


@get(
    "/api/videos/{video_id:uuid}/bag-order",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError),
)
async def read_bag_order_of_video(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], video_id: FromPath[VideoId]
) -> BagOrder:
    """The video's bag in the order for the caller."""
    async with ctx.database.connection() as connection:
        placings = await order_bag_of_video(connection, caller.account_id, video_id)
    return _show(placings, _language(request))


def _show(placings: Sequence[Placing], language: str) -> BagOrder:
    return BagOrder(
        items=[
            PlacingView(
                product_id=each.product_id,
                code=None if each.code is None else each.code.value,
                text=None if each.code is None else translate(language, "surfacing", f"bag.{each.code.value}"),
            )
            for each in placings
        ]
    )


def _language(request: Request[Any, Any, Any]) -> str:
    return language_of(request)


routes = [read_moments, list_orders_of_moment, read_bag_order_of_room, read_bag_order_of_video]
