"""HTTP: coupons of shops and of the platform."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.promotion import PLATFORM, CouponCodeTakenError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.promotion import queries
from xiaodian.modules.promotion.service import create_coupon as service
from xiaodian.modules.promotion.service.create_coupon import NewCoupon
from xiaodian.modules.promotion.wire import CouponView, OfferedCoupons, to_offer, to_view

MAX_SHOPS = 50
TAGS = ["promotion"]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
MEMBER_PROBLEMS = (MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError)
OPERATOR_PROBLEMS = (MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError)


@post(
    "/api/shops/{shop_id:uuid}/coupons",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(*MEMBER_PROBLEMS, CouponCodeTakenError),
)
async def create_coupon(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewCoupon]) -> CouponView:
    """Issue a coupon (shop staff)."""
    if shop_id == PLATFORM:
        raise NotFoundError
    return to_view(await service.create_coupon(ctx.database, caller, ShopId(shop_id), data))


@get(
    "/api/shops/{shop_id:uuid}/coupons",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError),
)
async def list_coupons(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[CouponView]:
    """A shop's coupons, the newest first (shop staff)."""
    if shop_id == PLATFORM:
        raise NotFoundError
    return await _list(ctx, caller, ShopId(shop_id), cursor, limit)


@post(
    "/api/operator/coupons",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(*OPERATOR_PROBLEMS, CouponCodeTakenError),
)
async def create_platform_coupon(ctx: Ctx, caller: SignedIn, data: JSONBody[NewCoupon]) -> CouponView:
    """Issue a coupon for all shops, which the platform pays (operators)."""
    return to_view(await service.create_coupon(ctx.database, caller, PLATFORM, data))


@get("/api/operator/coupons", opt=access(Access.OPERATOR), tags=TAGS, responses=problems(*OPERATOR_PROBLEMS))
async def list_platform_coupons(
    ctx: Ctx, caller: SignedIn, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[CouponView]:
    """The platform's coupons, the newest first (operators)."""
    return await _list(ctx, caller, PLATFORM, cursor, limit)


@post(
    "/api/coupons/{coupon_id:uuid}/end",
    opt=access(Access.MEMBER),
    status_code=200,
    tags=TAGS,
    responses=problems(NotFoundError, UnauthenticatedError),
)
async def end_coupon(ctx: Ctx, caller: SignedIn, coupon_id: FromPath[UUID]) -> CouponView:
    """Let nobody redeem a coupon any more (shop staff; operators, if it is the platform's)."""
    return to_view(await service.end_coupon(ctx.database, caller, coupon_id))


@get("/api/coupons", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(MalformedRequestError))
async def list_offered_coupons(
    ctx: Ctx,
    maybe_caller: MaybeSignedIn,
    shop_id: Annotated[list[UUID] | None, QueryParameter(max_items=MAX_SHOPS)] = None,
) -> OfferedCoupons:
    """The listed coupons of these shops and of the platform that the caller can redeem now."""
    account_id = maybe_caller.account_id if maybe_caller else None
    shop_ids = [ShopId(each) for each in shop_id or []]
    async with ctx.database.connection() as connection:
        coupons = await queries.list_usable_coupons(connection, shop_ids, account_id, utc_now())
    return OfferedCoupons(items=[to_offer(coupon) for coupon in coupons])


async def _list(ctx: Ctx, caller: SignedIn, shop_id: ShopId, cursor: str | None, limit: int) -> Page[CouponView]:
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await service.require_issuer(connection, caller, shop_id, Scope.PROMOTION_READ)
        items = await queries.list_coupons(connection, shop_id, before=before, limit=limit + 1)
    next_cursor = encode_cursor(items[limit - 1].coupon_id) if len(items) > limit else None
    return Page(items=[to_view(coupon) for coupon in items[:limit]], next_cursor=next_cursor)


routes = [
    create_coupon,
    list_coupons,
    create_platform_coupon,
    list_platform_coupons,
    end_coupon,
    list_offered_coupons,
]
