"""HTTP: flash sales of a shop."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.promotion import DishonestPriceError, FlashSaleOverlapsError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.promotion import flash_queries as queries
from xiaodian.modules.promotion.models import FlashSaleRow
from xiaodian.modules.promotion.service import flash_sales as service
from xiaodian.modules.promotion.service.flash_sales import NewFlashSale
from xiaodian.modules.promotion.views import show_flash_sales
from xiaodian.modules.promotion.wire import FlashSaleView
from xiaodian.modules.shops import api as shops

TAGS = ["promotion"]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
STAFF_PROBLEMS = (MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError)


@post(
    "/api/shops/{shop_id:uuid}/flash-sales",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(*STAFF_PROBLEMS, DishonestPriceError, FlashSaleOverlapsError),
)
async def create_flash_sale(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewFlashSale]
) -> FlashSaleView:
    """Plan a flash sale: its pieces are set aside from the ordinary stock at once (shop staff)."""
    return await _show(ctx, await service.create_flash_sale(ctx.database, caller, ShopId(shop_id), data))


@get("/api/shops/{shop_id:uuid}/flash-sales", opt=access(Access.MEMBER), tags=TAGS, responses=problems(*STAFF_PROBLEMS))
async def list_flash_sales(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[FlashSaleView]:
    """A shop's flash sales, planned, running and over, the newest first (shop staff)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.PROMOTION_READ)
        sales = await queries.list_flash_sales(connection, ShopId(shop_id), before=before, limit=limit + 1)
        items = await show_flash_sales(connection, sales[:limit])
    next_cursor = encode_cursor(items[-1].flash_sale_id) if len(sales) > limit else None
    return Page(items=items, next_cursor=next_cursor)


@post(
    "/api/flash-sales/{flash_sale_id:uuid}/end",
    opt=access(Access.MEMBER),
    status_code=200,
    tags=TAGS,
    responses=problems(NotFoundError, UnauthenticatedError),
)
async def end_flash_sale(ctx: Ctx, caller: SignedIn, flash_sale_id: FromPath[UUID]) -> FlashSaleView:
    """End a flash sale early, or call one off; what is left is ordinary stock again (shop staff)."""
    return await _show(ctx, await service.end_flash_sale(ctx.database, caller, flash_sale_id))


async def _show(ctx: Ctx, sale: FlashSaleRow) -> FlashSaleView:
    await ctx.broker.poke(POKE)
    async with ctx.database.connection() as connection:
        return (await show_flash_sales(connection, [sale]))[0]


routes = [create_flash_sale, list_flash_sales, end_flash_sale]
