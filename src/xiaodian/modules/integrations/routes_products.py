"""The open API: products, their SKUs and prices."""

from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import IllegalProductMoveError, ProductState
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_products as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import products

TAGS = ["products"]

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
InState = Annotated[ProductState | None, QueryParameter(name="state", description="Only those in this state.")]
TitleHas = Annotated[str | None, QueryParameter(max_length=120, description="A part of the title.")]


@get("/products", tags=TAGS, **reads(Scope.PRODUCTS_READ, wire.ProductPage, is_list=True))
async def list_products(
    call: OpenCall,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    in_state: InState = None,
    title: TitleHas = None,
) -> Response[bytes]:
    """The shop's products, the newest first."""
    before = await call.read_cursor(cursor, in_state, title)
    found = await products.list_products(call, before=before, limit=limit + 1, state=in_state, title_has=title)
    next_cursor = await call.next_cursor(found, limit, lambda product: product.id, in_state, title)
    return call.answer(wire.ProductPage(items=found[:limit], next_cursor=next_cursor))


@post(
    "/products",
    tags=TAGS,
    **writes(
        Scope.PRODUCTS_WRITE,
        wire.Product,
        InvalidInputError,
        IllegalProductMoveError,
        body=wire.NewProduct,
        status=201,
        is_once=True,
    ),
)
async def create_product(call: OpenCall) -> Response[bytes]:
    """Create a product with its SKUs and their first stock."""
    data = await call.read(wire.NewProduct)

    async def _create(ctx: Context) -> wire.Product:
        return await products.create_product(ctx, call, data)

    return await call.answer_once(data, _create)


@get("/products/{product_id:uuid}", tags=TAGS, **reads(Scope.PRODUCTS_READ, wire.Product))
async def get_product(call: OpenCall, product_id: FromPath[UUID]) -> Response[bytes]:
    """One product, whatever its state."""
    return call.answer(await products.get_product(call, product_id))


@patch(
    "/products/{product_id:uuid}",
    tags=TAGS,
    **writes(
        Scope.PRODUCTS_WRITE,
        wire.Product,
        InvalidInputError,
        IllegalProductMoveError,
        body=wire.ProductEdit,
        takes_if_match=True,
    ),
)
async def edit_product(call: OpenCall, product_id: FromPath[UUID]) -> Response[bytes]:
    """Change a product. Orders placed keep what they were placed with."""
    data = await call.read(wire.ProductEdit)
    return call.answer(await products.edit_product(call, product_id, data))


@delete(
    "/products/{product_id:uuid}",
    tags=TAGS,
    **writes(Scope.PRODUCTS_WRITE, None, InvalidInputError, IllegalProductMoveError, status=204, takes_if_match=True),
)
async def delete_draft(call: OpenCall, product_id: FromPath[UUID]) -> None:
    """Delete a draft that was never sold. What was on sale is archived instead, by its state."""
    await products.delete_draft(call, product_id)


@post(
    "/prices",
    tags=TAGS,
    **writes(Scope.PRODUCTS_WRITE, wire.PriceList, InvalidInputError, body=wire.PriceBatch, is_once=True),
)
async def set_prices(call: OpenCall) -> Response[bytes]:
    """Set the prices of up to 1,000 SKUs: all of them, or none."""
    data = await call.read(wire.PriceBatch)

    async def _set(ctx: Context) -> wire.PriceList:
        return await products.set_prices(ctx, call, data)

    return await call.answer_once(data, _set)


routes = [list_products, create_product, get_product, edit_product, delete_draft, set_prices]
