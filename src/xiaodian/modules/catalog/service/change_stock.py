"""A shop's staff says how many pieces there are."""

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import Sku, SkuId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.service.product_input import StockCorrection
from xiaodian.modules.catalog.service.set_available import correct_stock, set_available
from xiaodian.modules.shops import api as shops


async def set_stock(database: Database, caller: Caller, sku_id: SkuId, available: int) -> Sku:
    """Set what can be bought of a SKU of one's own shop. Raises NotFoundError."""
    async with database.transaction() as connection:
        sku = await get_sku_of_staff(connection, caller, sku_id, Scope.STOCK_WRITE)
        details = {"name": sku.name, "available": available}
        await shops.note_deed(connection, caller, sku.shop_id, deed="stock.set", target=str(sku_id), details=details)
        return await set_available(connection, sku_id, available, caller.account_id)


async def add_to_stock(database: Database, caller: Caller, sku_id: SkuId, correction: StockCorrection, key: str) -> Sku:
    """More or fewer pieces of a SKU of one's own shop, once for an Idempotency-Key.

    Raises NotFoundError, InvalidInputError, IdempotencyMismatchError.
    """
    async with database.transaction() as connection:
        sku = await get_sku_of_staff(connection, caller, sku_id, Scope.STOCK_WRITE)
        changed = await correct_stock(connection, sku_id, correction, caller.account_id, key)
        details = {"name": sku.name, "delta": correction.delta}
        if changed != sku:
            await shops.note_deed(
                connection, caller, sku.shop_id, deed="stock.corrected", target=str(sku_id), details=details
            )
        return changed


async def get_sku_of_staff(connection: Connection, caller: Caller, sku_id: SkuId, right: Scope) -> Sku:
    """A SKU of a shop where the caller has this right. Raises NotFoundError, ForbiddenError."""
    found = await queries.get_skus(connection, [sku_id])
    if not found:
        raise NotFoundError
    await shops.require_right(connection, caller, found[0].shop_id, right)
    return found[0]
