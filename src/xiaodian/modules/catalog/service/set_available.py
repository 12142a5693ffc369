"""The seller says how many pieces can be bought."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import Sku, SkuId, StockChanged
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.rules import MAX_STOCK

_JOURNAL = """
    INSERT INTO catalog.stock_journal
        (shop_id, journal_id, sku_id, changed_at, changed_by, available_from, available_to)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def set_available(connection: Connection, sku_id: SkuId, available: int, by: AccountId) -> Sku:
    """Set what can be bought, beyond what is reserved; inside the caller's transaction. Setting it again does nothing.

    Emits StockChanged and writes the journal. The caller has checked that `by` may. Raises NotFoundError,
    InvalidInputError.
    """
    if not 0 <= available <= MAX_STOCK:
        raise InvalidInputError(field="available", reason="out_of_range")
    await connection.execute("SELECT FROM catalog.stock WHERE sku_id = $1 FOR UPDATE", sku_id)
    found = await queries.get_skus(connection, [sku_id])
    if not found:
        raise NotFoundError
    sku = found[0]
    if sku.available == available:
        return sku
    await connection.execute("UPDATE catalog.stock SET on_hand = reserved + $2 WHERE sku_id = $1", sku_id, available)
    await write_journal(connection, sku, sku.available, available, by)
    await outbox.emit(
        connection,
        StockChanged(shop_id=sku.shop_id, product_id=sku.product_id, sku_id=sku_id, available=available),
    )
    return (await queries.get_skus(connection, [sku_id]))[0]


async def write_journal(
    connection: Connection, sku: Sku, available_from: int | None, available_to: int, by: AccountId
) -> None:
    """One line of the stock journal; `available_from` is None for a SKU that is new."""
    await connection.execute(_JOURNAL, sku.shop_id, new_id(), sku.sku_id, utc_now(), by, available_from, available_to)
