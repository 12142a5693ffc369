"""HTTP: products."""

from typing import Annotated
from uuid import UUID

from litestar import get, patch, post
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import (
    IllegalProductMoveError,
    Product,
    ProductId,
    ProductState,
    VersionConflictError,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.catalog import queries, routes_list, routes_review, routes_stock, routes_versions
from xiaodian.modules.catalog.list_queries import Place, ProductFilter, list_products
from xiaodian.modules.catalog.product_rules import SHOWN, public_view
from xiaodian.modules.catalog.service import write_product
from xiaodian.modules.catalog.service.product_input import NewProduct, ProductEdit
from xiaodian.modules.catalog.wire import read_version
from xiaodian.modules.shops import api as shops

TAGS = ["catalog"]
MAX_PRODUCT_BYTES = 1024 * 1024
"""A product may have five hundred SKUs."""
READ_PROBLEMS = problems(NotFoundError, UnauthenticatedError, ForbiddenError)
WRITE_PROBLEMS = problems(
    MalformedRequestError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    ForbiddenError,
    IllegalProductMoveError,
)
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", max_length=40)]
"""The version that the caller has read; if it is not that any more, nothing is changed."""


@get(
    "/api/shops/{shop_id:uuid}/products",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError),
)
async def list_products_of_shop(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
    product_state: Annotated[ProductState | None, QueryParameter(name="state")] = None,
    q: Annotated[str | None, QueryParameter(max_length=120)] = None,
) -> Page[Product]:
    """A shop's products, the newest first, for its staff; `q` is a part of the title, or begins a SKU's code."""
    after = Place(None, decode_cursor(cursor)) if cursor else None
    which = ProductFilter(state=product_state, text=q.replace("\0", "") if q else None)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.PRODUCTS_READ)
        items = await list_products(connection, ShopId(shop_id), which, after=after, limit=limit + 1)
    next_cursor = encode_cursor(items[limit - 1].product_id) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=next_cursor)


@post(
    "/api/shops/{shop_id:uuid}/products",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=WRITE_PROBLEMS,
    request_max_body_size=MAX_PRODUCT_BYTES,
)
async def create_product(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewProduct]) -> Product:
    """Create a product (shop staff)."""
    needs_review = ctx.settings.product_review
    product = await write_product.create_product(ctx.database, caller, ShopId(shop_id), data, needs_review=needs_review)
    await ctx.broker.poke("outbox")
    return product


@get("/api/products/{product_id:uuid}", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def get_product(ctx: Ctx, maybe_caller: MaybeSignedIn, product_id: FromPath[UUID]) -> Product:
    """A product as buyers see it; one never on sale, or of a sandbox shop, only for the staff of its shop."""
    async with ctx.database.connection() as connection:
        product = await queries.get_product(connection, ProductId(product_id))
        shop = await shops.get_shop(connection, product.shop_id)
        if product.state not in SHOWN or shop.is_sandbox:
            if maybe_caller is None:
                raise NotFoundError
            await shops.require_right(connection, maybe_caller, product.shop_id, Scope.PRODUCTS_READ)
        return public_view(product)


@get("/api/products/{product_id:uuid}/own", opt=access(Access.MEMBER), tags=TAGS, responses=READ_PROBLEMS)
async def get_own_product(ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID]) -> Product:
    """A product with all that its shop's staff may know of it: codes, what the platform said, what waits."""
    async with ctx.database.connection() as connection:
        return await write_product.get_product_of_staff(connection, caller, ProductId(product_id), Scope.PRODUCTS_READ)


@patch(
    "/api/products/{product_id:uuid}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=WRITE_PROBLEMS | problems(VersionConflictError),
    request_max_body_size=MAX_PRODUCT_BYTES,
)
async def edit_product(
    ctx: Ctx,
    caller: SignedIn,
    product_id: FromPath[UUID],
    data: JSONBody[ProductEdit],
    if_match: IfMatch = None,
) -> Product:
    """Change a product (shop staff). Orders placed keep what they were placed with.

    With `If-Match: "<version>"` nothing is changed if somebody else has changed it since.
    """
    product = await write_product.edit_product(
        ctx.database,
        caller,
        ProductId(product_id),
        data,
        needs_review=ctx.settings.product_review,
        expected_version=read_version(if_match),
    )
    await ctx.broker.poke("outbox")
    return product


routes = [
    list_products_of_shop,
    create_product,
    get_product,
    get_own_product,
    edit_product,
    *routes_list.routes,
    *routes_versions.routes,
    *routes_review.routes,
    *routes_stock.routes,
]
