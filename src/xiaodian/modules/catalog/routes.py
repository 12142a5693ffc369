"""HTTP: products."""

from typing import Annotated
from uuid import UUID

from litestar import get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import Product, ProductId, ProductState
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.catalog import queries, routes_stock
from xiaodian.modules.catalog.service import write_product
from xiaodian.modules.catalog.service.product_input import NewProduct, ProductEdit
from xiaodian.modules.shops import api as shops

TAGS = ["catalog"]
WRITE_PROBLEMS = problems(MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError)


@get(
    "/api/shops/{shop_id:uuid}/products",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError),
)
async def list_products(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
    product_state: Annotated[ProductState | None, QueryParameter(name="state")] = None,
    q: Annotated[str | None, QueryParameter(max_length=120)] = None,
) -> Page[Product]:
    """A shop's products, the newest first, for its staff; `q` is a part of the title."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.PRODUCTS_READ)
        items = await queries.list_products_of_shop(
            connection,
            ShopId(shop_id),
            before=before,
            limit=limit + 1,
            state=product_state,
            title_has=q.replace("\0", "") if q else None,
        )
    next_cursor = encode_cursor(items[limit - 1].product_id) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=next_cursor)


@post("/api/shops/{shop_id:uuid}/products", opt=access(Access.MEMBER), tags=TAGS, responses=WRITE_PROBLEMS)
async def create_product(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewProduct]) -> Product:
    """Create a product (shop staff)."""
    product = await write_product.create_product(ctx.database, caller, ShopId(shop_id), data)
    await ctx.broker.poke("outbox")
    return product


@get("/api/products/{product_id:uuid}", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def get_product(ctx: Ctx, maybe_caller: MaybeSignedIn, product_id: FromPath[UUID]) -> Product:
    """A product; a draft only for the staff of its shop."""
    async with ctx.database.connection() as connection:
        product = await queries.get_product(connection, ProductId(product_id))
        if product.state is ProductState.DRAFT:
            if maybe_caller is None:
                raise NotFoundError
            await shops.require_right(connection, maybe_caller, product.shop_id, Scope.PRODUCTS_READ)
        return product


@patch("/api/products/{product_id:uuid}", opt=access(Access.MEMBER), tags=TAGS, responses=WRITE_PROBLEMS)
async def edit_product(ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID], data: JSONBody[ProductEdit]) -> Product:
    """Change a product (shop staff). Orders placed keep what they were placed with."""
    product = await write_product.edit_product(ctx.database, caller, ProductId(product_id), data)
    await ctx.broker.poke("outbox")
    return product


routes = [list_products, create_product, get_product, edit_product, *routes_stock.routes]
