"""A shop's staff, or its program, sets the prices of many SKUs at once: all of them, or none."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.catalog import PriceWish, Product
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.rules import check_named_once
from xiaodian.modules.catalog.service.plan_product import Change
from xiaodian.modules.catalog.service.shop_facts import hold_names
from xiaodian.modules.catalog.service.write_changes import write_changes
from xiaodian.modules.shops import api as shops

_HOLD = """
    SELECT product_id FROM catalog.product
    WHERE shop_id = $2 AND product_id IN (
        SELECT sku.product_id FROM catalog.sku WHERE sku_id = ANY($1::uuid[]) AND NOT is_removed
    )
    ORDER BY product_id FOR UPDATE
"""


async def set_prices(database: Database, caller: Caller, shop_id: ShopId, wishes: Sequence[PriceWish]) -> None:
    """From now on the SKUs cost this; orders placed keep their prices. Each product that changed has a new version.

    Raises NotFoundError, ForbiddenError; InvalidInputError that names the wish which cannot be.
    """
    sku_ids = [wish.sku_id for wish in wishes]
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        await hold_names(connection, shop_id)
        rows = await connection.fetch(_HOLD, sku_ids, shop_id)
        products = await queries.get_products(connection, [row["product_id"] for row in rows])
        check_named_once(sku_ids, {sku.sku_id for product in products for sku in product.skus}, "prices")
        changes = [_plan(product, wishes) for product in products]
        await write_changes(connection, changes, caller.account_id)
        if moved := sum(change.is_other_version for change in changes):
            await shops.note_deed(
                connection, caller, shop_id, deed="product.priced", target="", details={"count": moved}
            )


def _plan(product: Product, wishes: Sequence[PriceWish]) -> Change:
    prices = {wish.sku_id: wish.price_minor for wish in wishes}
    skus = [msgspec.structs.replace(sku, price_minor=prices.get(sku.sku_id, sku.price_minor)) for sku in product.skus]
    return Change(product, msgspec.structs.replace(product, skus=skus))
