"""A shop's staff creates and edits products."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import Product, ProductChanged, ProductId, Sku, SkuId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.rules import check_sku_names
from xiaodian.modules.catalog.service.product_input import NewProduct, ProductEdit, SkuEdit
from xiaodian.modules.catalog.service.set_available import set_available, write_journal
from xiaodian.modules.shops import api as shops

_INSERT_PRODUCT = """
    INSERT INTO catalog.product
        (product_id, shop_id, title, description, picture_urls, state, currency, created_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
"""


async def create_product(database: Database, caller: Caller, shop_id: ShopId, new: NewProduct) -> Product:
    """A new product of a shop. Raises NotFoundError to those who are not on its staff."""
    check_sku_names([sku.name for sku in new.skus])
    product_id = ProductId(new_id())
    async with database.transaction() as connection:
        await shops.require_staff(connection, shop_id, caller.account_id)
        await connection.execute(
            _INSERT_PRODUCT,
            product_id,
            shop_id,
            new.title,
            new.description,
            new.picture_urls,
            new.state,
            DEFAULT_CURRENCY,
            utc_now(),
        )
        for position, sku in enumerate(new.skus):
            edit = SkuEdit(name=sku.name, price_minor=sku.price_minor, stock=sku.stock)
            await _add_sku(connection, shop_id, product_id, position, edit, caller.account_id)
        await outbox.emit(connection, ProductChanged(product_id=product_id, shop_id=shop_id))
        return await queries.get_product(connection, product_id)


async def edit_product(database: Database, caller: Caller, product_id: ProductId, edit: ProductEdit) -> Product:
    """Change a product; orders placed keep what they were placed with. Raises NotFoundError, InvalidInputError."""
    if edit.skus is not UNSET:
        check_sku_names([sku.name for sku in edit.skus])
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM catalog.product WHERE product_id = $1 FOR UPDATE", product_id)
        before = await get_product_of_staff(connection, caller, product_id)
        fields = {
            name: value
            for name in ("title", "description", "picture_urls", "state")
            if (value := getattr(edit, name)) is not UNSET
        }
        after = msgspec.structs.replace(before, **fields)
        if after != before:
            await _update_product(connection, after)
        skus_changed = edit.skus is not UNSET and await _replace_skus(connection, before, edit.skus, caller.account_id)
        if after != before or skus_changed:
            await outbox.emit(connection, ProductChanged(product_id=product_id, shop_id=before.shop_id))
        return await queries.get_product(connection, product_id)


async def get_product_of_staff(connection: Connection, caller: Caller, product_id: ProductId) -> Product:
    """A product of a shop on whose staff the caller is. Raises NotFoundError."""
    product = await queries.get_product(connection, product_id)
    await shops.require_staff(connection, product.shop_id, caller.account_id)
    return product


async def set_stock(database: Database, caller: Caller, sku_id: SkuId, available: int) -> Sku:
    """Set what can be bought of a SKU of one's own shop. Raises NotFoundError."""
    async with database.transaction() as connection:
        found = await queries.get_skus(connection, [sku_id])
        if not found:
            raise NotFoundError
        await shops.require_staff(connection, found[0].shop_id, caller.account_id)
        return await set_available(connection, sku_id, available, caller.account_id)


async def _update_product(connection: Connection, product: Product) -> None:
    await connection.execute(
        """
        UPDATE catalog.product SET title = $2, description = $3, picture_urls = $4, state = $5, changed_at = $6
        WHERE product_id = $1
        """,
        product.product_id,
        product.title,
        product.description,
        product.picture_urls,
        product.state,
        utc_now(),
    )


async def _replace_skus(connection: Connection, product: Product, edits: Sequence[SkuEdit], by: AccountId) -> bool:
    """Make the product's SKUs those of the edit; says whether name, price, order or number of them changed."""
    present = {sku.sku_id: sku for sku in product.skus}
    kept = [edit.sku_id for edit in edits if edit.sku_id is not None]
    if len(set(kept)) != len(kept) or not set(kept) <= present.keys():
        raise InvalidInputError(field="skus", reason="unknown_sku")
    removed = [sku_id for sku_id in present if sku_id not in kept]
    await connection.execute("UPDATE catalog.sku SET is_removed = true WHERE sku_id = ANY($1::uuid[])", removed)
    for position, edit in enumerate(edits):
        if edit.sku_id is None:
            await _add_sku(connection, product.shop_id, product.product_id, position, edit, by)
            continue
        await connection.execute(
            "UPDATE catalog.sku SET name = $2, price_minor = $3, position = $4 WHERE sku_id = $1",
            edit.sku_id,
            edit.name,
            edit.price_minor,
            position,
        )
    # Stock rows are locked in key order, as everywhere.
    for edit in sorted((e for e in edits if e.sku_id is not None), key=lambda e: str(e.sku_id)):
        if edit.stock is not UNSET and edit.sku_id is not None:
            await set_available(connection, edit.sku_id, edit.stock, by)
    return [(s.sku_id, s.name, s.price_minor) for s in product.skus] != [
        (e.sku_id, e.name, e.price_minor) for e in edits
    ]


async def _add_sku(
    connection: Connection, shop_id: ShopId, product_id: ProductId, position: int, edit: SkuEdit, by: AccountId
) -> None:
    sku = Sku(
        sku_id=SkuId(new_id()),
        product_id=product_id,
        shop_id=shop_id,
        name=edit.name,
        price_minor=edit.price_minor,
        available=0 if edit.stock is UNSET else edit.stock,
    )
    await connection.execute(
        """
        INSERT INTO catalog.sku (sku_id, product_id, shop_id, position, name, price_minor)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        sku.sku_id,
        product_id,
        shop_id,
        position,
        sku.name,
        sku.price_minor,
    )
    await connection.execute("INSERT INTO catalog.stock (sku_id, on_hand) VALUES ($1, $2)", sku.sku_id, sku.available)
    await write_journal(connection, sku, None, sku.available, by)
