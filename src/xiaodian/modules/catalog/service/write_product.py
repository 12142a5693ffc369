"""A shop's staff creates and edits products."""

import msgspec
from msgspec import UNSET

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import Product, ProductChanged, ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.rules import check_sku_names
from xiaodian.modules.catalog.service.product_input import NewProduct, ProductEdit, SkuEdit
from xiaodian.modules.catalog.service.write_skus import add_skus, replace_skus
from xiaodian.modules.shops import api as shops

_INSERT_PRODUCT = """
    INSERT INTO catalog.product (
        product_id, shop_id, title, description, picture_urls, state, currency, category, freight_template_id,
        limit_per_buyer, created_at, changed_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
"""
_UPDATE_PRODUCT = """
    UPDATE catalog.product SET
        title = $2, description = $3, picture_urls = $4, state = $5, category = $6, freight_template_id = $7,
        limit_per_buyer = $8, changed_at = $9
    WHERE product_id = $1
"""
_EDITABLE = ("title", "description", "picture_urls", "state", "category", "freight_template_id", "limit_per_buyer")


async def create_product(database: Database, caller: Caller, shop_id: ShopId, new: NewProduct) -> Product:
    """A new product of a shop. Raises NotFoundError to those who are not on its staff, InvalidInputError."""
    check_sku_names([sku.name for sku in new.skus])
    product = Product(
        product_id=ProductId(new_id()),
        shop_id=shop_id,
        title=new.title,
        description=new.description,
        picture_urls=new.picture_urls,
        state=new.state,
        currency=DEFAULT_CURRENCY,
        skus=[],
        category=new.category,
        freight_template_id=new.freight_template_id,
        limit_per_buyer=new.limit_per_buyer,
    )
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        await _check_names(connection, product)
        await _insert_product(connection, product)
        edits = [
            SkuEdit(name=sku.name, price_minor=sku.price_minor, stock=sku.stock, weight_g=sku.weight_g)
            for sku in new.skus
        ]
        await add_skus(connection, product, list(enumerate(edits)), caller.account_id)
        await outbox.emit(connection, ProductChanged(product_id=product.product_id, shop_id=shop_id, is_new=True))
        return await queries.get_product(connection, product.product_id)


async def edit_product(database: Database, caller: Caller, product_id: ProductId, edit: ProductEdit) -> Product:
    """Change a product; orders placed keep what they were placed with. Raises NotFoundError, InvalidInputError."""
    if edit.skus is not UNSET:
        check_sku_names([sku.name for sku in edit.skus])
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM catalog.product WHERE product_id = $1 FOR UPDATE", product_id)
        before = await get_product_of_staff(connection, caller, product_id)
        fields = {name: value for name in _EDITABLE if (value := getattr(edit, name)) is not UNSET}
        after = msgspec.structs.replace(before, **fields)
        if after != before:
            await _check_names(connection, after, before)
            await _update_product(connection, after)
        skus_changed = edit.skus is not UNSET and await replace_skus(connection, before, edit.skus, caller.account_id)
        if after != before or skus_changed:
            await outbox.emit(connection, ProductChanged(product_id=product_id, shop_id=before.shop_id))
        return await queries.get_product(connection, product_id)


async def get_product_of_staff(connection: Connection, caller: Caller, product_id: ProductId) -> Product:
    """A product of a shop whose goods the caller may change. Raises NotFoundError, ForbiddenError."""
    product = await queries.get_product(connection, product_id)
    await shops.require_right(connection, caller, product.shop_id, Scope.PRODUCTS_WRITE)
    return product


async def _check_names(connection: Connection, product: Product, before: Product | None = None) -> None:
    """The category there is, the freight template is the shop's own. Raises InvalidInputError."""
    if before is None or product.category != before.category:
        found = await connection.fetchval("SELECT true FROM catalog.category WHERE code = $1", product.category)
        if not found:
            raise InvalidInputError(field="category", reason="unknown")
    template_id = product.freight_template_id
    if template_id is not None and (before is None or template_id != before.freight_template_id):
        await shops.require_freight_template(connection, product.shop_id, template_id)


async def _insert_product(connection: Connection, product: Product) -> None:
    await connection.execute(
        _INSERT_PRODUCT,
        product.product_id,
        product.shop_id,
        product.title,
        product.description,
        product.picture_urls,
        product.state,
        product.currency,
        product.category,
        product.freight_template_id,
        product.limit_per_buyer,
        utc_now(),
    )


async def _update_product(connection: Connection, product: Product) -> None:
    await connection.execute(
        _UPDATE_PRODUCT,
        product.product_id,
        product.title,
        product.description,
        product.picture_urls,
        product.state,
        product.category,
        product.freight_template_id,
        product.limit_per_buyer,
        utc_now(),
    )
