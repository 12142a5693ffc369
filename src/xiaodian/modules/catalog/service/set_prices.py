"""A shop's staff, or its program, sets the prices of many SKUs at once: all of them, or none."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.catalog import PriceWish, ProductChanged
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog.rules import check_named_once
from xiaodian.modules.shops import api as shops

# Products are held first, as by who edits one of them, and in key order.
_HOLD = """
    SELECT product_id FROM catalog.product
    WHERE shop_id = $2 AND product_id IN (SELECT sku.product_id FROM catalog.sku WHERE sku_id = ANY($1::uuid[]))
    ORDER BY product_id FOR UPDATE
"""
_FIND = """
    SELECT sku_id, product_id, price_minor FROM catalog.sku
    WHERE sku_id = ANY($1::uuid[]) AND shop_id = $2 AND NOT is_removed
"""
_UPDATE = """
    UPDATE catalog.sku SET price_minor = wish.price_minor
    FROM unnest($1::uuid[], $2::bigint[]) AS wish (sku_id, price_minor) WHERE sku.sku_id = wish.sku_id
"""
_JOURNAL = """
    INSERT INTO catalog.price_change (sku_id, changed_at, price_minor)
    SELECT price.sku_id, $3, price.price_minor FROM unnest($1::uuid[], $2::bigint[]) AS price (sku_id, price_minor)
"""


async def set_prices(database: Database, caller: Caller, shop_id: ShopId, wishes: Sequence[PriceWish]) -> None:
    """From now on the SKUs cost this; orders placed keep their prices. Tells of each product that changed.

    Raises NotFoundError, ForbiddenError; InvalidInputError that names the wish which cannot be.
    """
    sku_ids = [wish.sku_id for wish in wishes]
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        await connection.execute(_HOLD, sku_ids, shop_id)
        found = {row["sku_id"]: row for row in await connection.fetch(_FIND, sku_ids, shop_id)}
        check_named_once(sku_ids, found, "prices")
        changes = [wish for wish in wishes if wish.price_minor != found[wish.sku_id]["price_minor"]]
        columns = [change.sku_id for change in changes], [change.price_minor for change in changes]
        await connection.execute(_UPDATE, *columns)
        await connection.execute(_JOURNAL, *columns, utc_now())
        product_ids = dict.fromkeys(found[change.sku_id]["product_id"] for change in changes)
        await outbox.emit(
            connection, *(ProductChanged(product_id=product_id, shop_id=shop_id) for product_id in product_ids)
        )
