"""HTTP: a shop's list of products, and deeds over many of them."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import ProductState
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.catalog.list_queries import ProductCounts, ProductFilter, ProductRow, ProductSort, count_products
from xiaodian.modules.catalog.service import bulk_edit
from xiaodian.modules.catalog.service.see_products import see_rows
from xiaodian.modules.shops import api as shops

TAGS = ["catalog"]


@get(
    "/api/shops/{shop_id:uuid}/product-rows",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError, ForbiddenError),
)
async def list_product_rows(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
    product_state: Annotated[ProductState | None, QueryParameter(name="state")] = None,
    category: Annotated[str | None, QueryParameter(max_length=32)] = None,
    q: Annotated[str | None, QueryParameter(max_length=120)] = None,
    is_low: FromQuery[bool] = False,
    is_out: FromQuery[bool] = False,
    has_commission: FromQuery[bool] = False,
    is_external: FromQuery[bool] = False,
    sort: FromQuery[ProductSort] = ProductSort.NEWEST,
) -> Page[ProductRow]:
    """A shop's products without their SKUs; `q` is a part of the title, begins a code, or is a bar code or an id."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.PRODUCTS_READ)
        which = ProductFilter(
            state=product_state,
            category=category.replace("\0", "") if category else None,
            text=q.replace("\0", "") if q else None,
            is_low=is_low,
            is_out=is_out,
            has_commission=has_commission,
            is_external=is_external,
            low_below=await shops.get_low_stock_below(connection, ShopId(shop_id)),
        )
        return await see_rows(connection, ShopId(shop_id), which, sort, cursor=cursor, limit=limit)


@get(
    "/api/shops/{shop_id:uuid}/product-counts",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(NotFoundError, UnauthenticatedError, ForbiddenError),
)
async def get_product_counts(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> ProductCounts:
    """How many products are in which state, and how many of those on sale run out."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.PRODUCTS_READ)
        below = await shops.get_low_stock_below(connection, ShopId(shop_id))
        return await count_products(connection, ShopId(shop_id), below)


@post(
    "/api/shops/{shop_id:uuid}/product-deeds",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=problems(MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError, ForbiddenError),
)
async def do_to_products(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[bulk_edit.BulkInput]
) -> bulk_edit.BulkResult:
    """Do one deed to up to 500 products; each is done, or stays as it was and says why."""
    result = await bulk_edit.bulk_edit(
        ctx.database, caller, ShopId(shop_id), data, needs_review=ctx.settings.product_review
    )
    await ctx.broker.poke("outbox")
    return result


routes = [list_product_rows, get_product_counts, do_to_products]
