"""HTTP: a shop's coupons."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.base import InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.promotion import CouponCodeTakenError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.promotion import queries
from xiaodian.modules.promotion.service import create_coupon as service
from xiaodian.modules.promotion.service.create_coupon import NewCoupon
from xiaodian.modules.promotion.wire import CouponView, to_view
from xiaodian.modules.shops import api as shops


@post(
    "/api/shops/{shop_id:uuid}/coupons",
    opt=access(Access.MEMBER),
    tags=["promotion"],
    responses=problems(
        MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError, CouponCodeTakenError
    ),
)
async def create_coupon(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewCoupon]) -> CouponView:
    """Issue a coupon (shop staff)."""
    return to_view(await service.create_coupon(ctx.database, caller, ShopId(shop_id), data))


@get(
    "/api/shops/{shop_id:uuid}/coupons",
    opt=access(Access.MEMBER),
    tags=["promotion"],
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError),
)
async def list_coupons(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[CouponView]:
    """A shop's coupons, the newest first (shop staff)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_staff(connection, ShopId(shop_id), caller.account_id)
        items = await queries.list_coupons(connection, ShopId(shop_id), before=before, limit=limit + 1)
    next_cursor = encode_cursor(items[limit - 1].coupon_id) if len(items) > limit else None
    return Page(items=[to_view(coupon) for coupon in items[:limit]], next_cursor=next_cursor)


routes = [create_coupon, list_coupons]
