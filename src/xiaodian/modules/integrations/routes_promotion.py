"""The open API: coupons and flash sales."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.promotion import CouponCodeTakenError, DishonestPriceError, FlashSaleOverlapsError
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_promotion as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.inputs import read_moment, require_moment
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import promotions
from xiaodian.modules.promotion import api as promotion

COUPONS = ["coupons"]
FLASH_SALES = ["flash sales"]

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get("/coupons", tags=COUPONS, **reads(Scope.PROMOTION_READ, wire.CouponPage, is_list=True))
async def list_coupons(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """The shop's coupons, the newest first."""
    found = await promotions.list_coupons(call, before=await call.read_cursor(cursor), limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda coupon: coupon.id)
    return call.answer(wire.CouponPage(items=found[:limit], next_cursor=next_cursor))


@post(
    "/coupons",
    tags=COUPONS,
    **writes(
        Scope.PROMOTION_WRITE,
        wire.Coupon,
        InvalidInputError,
        CouponCodeTakenError,
        body=wire.NewCoupon,
        status=201,
        is_once=True,
    ),
)
async def create_coupon(call: OpenCall) -> Response[bytes]:
    """Issue a coupon; its code is unique in the shop."""
    data = await call.read(wire.NewCoupon)
    new = promotion.NewCoupon(
        code=data.code,
        off_minor=data.off_minor,
        min_spend_minor=data.min_spend_minor,
        quota=data.quota,
        per_account=data.per_account,
        valid_until_ms=require_moment(data.valid_until, "valid_until"),
        valid_from_ms=read_moment(data.valid_from, "valid_from"),
        title=data.title,
        is_listed=data.is_listed,
    )

    async def _create(ctx: Context) -> wire.Coupon:
        return promotions.to_coupon(await promotion.create_coupon(ctx.database, call.caller, call.shop_id, new))

    return await call.answer_once(data, _create)


@post("/coupons/{coupon_id:uuid}/end", tags=COUPONS, **writes(Scope.PROMOTION_WRITE, wire.Coupon))
async def end_coupon(call: OpenCall, coupon_id: FromPath[UUID]) -> Response[bytes]:
    """Let nobody redeem a coupon any more. Said again it changes nothing."""
    return call.answer(promotions.to_coupon(await promotion.end_coupon(call.ctx.database, call.caller, coupon_id)))


@get("/flash-sales", tags=FLASH_SALES, **reads(Scope.PROMOTION_READ, wire.FlashSalePage, is_list=True))
async def list_flash_sales(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """The shop's flash sales, planned, running and over, the newest first."""
    found = await promotions.list_flash_sales(call, before=await call.read_cursor(cursor), limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda sale: sale.id)
    return call.answer(wire.FlashSalePage(items=found[:limit], next_cursor=next_cursor))


@post(
    "/flash-sales",
    tags=FLASH_SALES,
    **writes(
        Scope.PROMOTION_WRITE,
        wire.FlashSale,
        InvalidInputError,
        DishonestPriceError,
        FlashSaleOverlapsError,
        body=wire.NewFlashSale,
        status=201,
        is_once=True,
    ),
)
async def create_flash_sale(call: OpenCall) -> Response[bytes]:
    """Plan a flash sale, if wanted with early access for members of the fan club.

    A price is honest only below the lowest one of the last thirty days.
    """
    data = await call.read(wire.NewFlashSale)
    new = promotion.NewFlashSale(
        sku_id=data.sku_id,
        price_minor=data.price_minor,
        set_aside=data.set_aside,
        limit_per_buyer=data.limit_per_buyer,
        starts_at_ms=require_moment(data.starts_at, "starts_at"),
        ends_at_ms=require_moment(data.ends_at, "ends_at"),
        early=promotion.EarlyAccess(level=data.early.level, seconds=data.early.seconds) if data.early else None,
    )

    async def _create(ctx: Context) -> wire.FlashSale:
        return await promotions.create_flash_sale(ctx, call, new)

    return await call.answer_once(data, _create)


@post("/flash-sales/{flash_sale_id:uuid}/end", tags=FLASH_SALES, **writes(Scope.PROMOTION_WRITE, wire.FlashSale))
async def end_flash_sale(call: OpenCall, flash_sale_id: FromPath[UUID]) -> Response[bytes]:
    """End a flash sale early, or call one off; what is left is ordinary stock again. Said again it changes nothing."""
    return call.answer(await promotions.end_flash_sale(call, flash_sale_id))


routes = [list_coupons, create_coupon, end_coupon, list_flash_sales, create_flash_sale, end_flash_sale]
