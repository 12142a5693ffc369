"""What the open API does with products, by the use cases of catalog."""

from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import IllegalProductMoveError, PriceWish, Product, ProductId, ProductState, Sku, SkuId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.integrations import wire_products as wire
from xiaodian.modules.integrations.call import Call, etag_of
from xiaodian.modules.shops import api as shops


async def list_products(
    call: Call, *, before: UUID | None, limit: int, state: ProductState | None, title_has: str | None
) -> list[wire.Product]:
    """The shop's products, the newest first. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.PRODUCTS_READ)
        which = catalog.ProductFilter(state=state, text=title_has)
        after = catalog.Place(None, before) if before else None
        found = await catalog.list_products(connection, call.shop_id, which, after=after, limit=limit)
    return [to_product(product) for product in found]


async def get_product(call: Call, product_id: UUID) -> wire.Product:
    """One of the shop's. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.PRODUCTS_READ)
        product = await catalog.find_product(connection, ProductId(product_id))
    if product is None or product.shop_id != call.shop_id:
        raise NotFoundError
    return to_product(product)


async def create_product(ctx: Context, call: Call, new: wire.NewProduct) -> wire.Product:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, IllegalProductMoveError."""
    wanted = msgspec.convert(msgspec.to_builtins(new), catalog.NewProduct)
    needs_review = ctx.settings.product_review
    product = await catalog.create_product(ctx.database, call.caller, call.shop_id, wanted, needs_review=needs_review)
    return to_product(product)


async def edit_product(call: Call, product_id: UUID, edit: wire.ProductEdit) -> wire.Product:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, IllegalProductMoveError, ChangedMeanwhileError."""
    async with call.transaction() as (ctx, connection):
        await _check_unchanged(call, connection, ProductId(product_id))
        product = await catalog.edit_product(
            ctx.database,
            call.caller,
            ProductId(product_id),
            _to_edit(edit),
            needs_review=ctx.settings.product_review,
        )
    return to_product(product)


async def delete_draft(call: Call, product_id: UUID) -> None:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, IllegalProductMoveError, ChangedMeanwhileError."""
    bulk = catalog.BulkInput(deed=catalog.BulkDeed.DELETE_DRAFTS, product_ids=[product_id])
    async with call.transaction() as (ctx, connection):
        await _check_unchanged(call, connection, ProductId(product_id))
        needs_review = ctx.settings.product_review
        result = await catalog.bulk_edit(ctx.database, call.caller, call.shop_id, bulk, needs_review=needs_review)
    [item] = result.items
    if item.is_done:
        return
    if item.state is None:
        raise NotFoundError
    if item.state is ProductState.DRAFT:
        raise InvalidInputError(reason="was_sold")
    raise IllegalProductMoveError(state=item.state)


async def set_prices(ctx: Context, call: Call, batch: wire.PriceBatch) -> wire.PriceList:
    """Raises NotFoundError, ForbiddenError, InvalidInputError."""
    wishes = [PriceWish(sku_id=SkuId(price.sku_id), price_minor=price.price_minor) for price in batch.prices]
    await catalog.set_prices(ctx.database, call.caller, call.shop_id, wishes)
    return wire.PriceList(items=[wire.Price(sku_id=wish.sku_id, price_minor=wish.price_minor) for wish in wishes])


def to_product(product: Product) -> wire.Product:
    """As it goes out."""
    return wire.Product(
        id=product.product_id,
        title=product.title,
        description=product.description,
        picture_urls=product.picture_urls,
        state=product.state,
        currency=product.currency,
        category=product.category,
        freight_template_id=product.freight_template_id,
        limit_per_buyer=product.limit_per_buyer,
        options=product.options,
        attributes=product.attributes,
        provenance=product.provenance,
        video_url=product.video_url,
        handle=product.handle,
        external=product.external,
        version=product.version,
        skus=[to_sku(sku) for sku in product.skus],
    )


def to_sku(sku: Sku) -> wire.Sku:
    """As it goes out."""
    return wire.Sku(
        id=sku.sku_id,
        product_id=sku.product_id,
        name=sku.name,
        price_minor=sku.price_minor,
        available=sku.available,
        weight_g=sku.weight_g,
        option_values=sku.option_values,
        code=sku.code,
        barcode=sku.barcode,
        picture_url=sku.picture_url,
    )


async def _check_unchanged(call: Call, connection: Connection, product_id: ProductId) -> None:
    product = await catalog.lock_product(connection, product_id)
    if product.shop_id != call.shop_id:
        raise NotFoundError
    call.check_if_match(etag_of(to_product(product)))


def _to_edit(edit: wire.ProductEdit) -> catalog.ProductEdit:
    values = msgspec.to_builtins(edit)
    for sku in values.get("skus", ()):
        if "id" in sku:
            sku["sku_id"] = sku.pop("id")
    return msgspec.convert(values, catalog.ProductEdit)
