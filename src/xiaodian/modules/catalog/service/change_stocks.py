"""A shop's staff, or its program, says how many pieces there are of many SKUs at once: all of it, or nothing."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.catalog import JournalKind, SkuId, StockChanged, StockWish
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog.models import Stock
from xiaodian.modules.catalog.rules import check_named_once, read_stock_wish
from xiaodian.modules.catalog.service.journal import JournalLine, write_journal
from xiaodian.modules.catalog.service.set_available import refuse_external
from xiaodian.modules.shops import api as shops

_HOLD = """
    SELECT stock.stock_id, stock.sku_id, sku.product_id, sku.shop_id, stock.on_hand - stock.reserved AS available
    FROM catalog.stock JOIN catalog.sku ON sku.sku_id = stock.stock_id
    WHERE stock.stock_id = ANY($1::uuid[]) AND sku.shop_id = $2 AND NOT sku.is_removed
    ORDER BY stock.stock_id FOR UPDATE OF stock
"""
_UPDATE = """
    UPDATE catalog.stock SET on_hand = stock.on_hand + change.delta
    FROM unnest($1::uuid[], $2::int[]) AS change (stock_id, delta)
    WHERE stock.stock_id = change.stock_id
"""


async def change_stocks(
    database: Database, caller: Caller, shop_id: ShopId, wishes: Sequence[StockWish], reason: str
) -> dict[SkuId, int]:
    """What can be bought of each SKU afterwards. Journals and tells of those that changed.

    Raises NotFoundError, ForbiddenError; InvalidInputError that names the wish which cannot be.
    """
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.STOCK_WRITE)
        stocks = await _hold_stocks(connection, shop_id, wishes)
        after = {
            stocks[wish.sku_id].stock_id: read_stock_wish(wish, stocks[wish.sku_id].available, f"changes[{number}]")
            for number, wish in enumerate(wishes)
        }
        lines = [
            JournalLine(shop_id, stock.sku_id, stock.stock_id, stock.available, available, available - stock.available)
            for stock in stocks.values()
            if (available := after[stock.stock_id]) != stock.available
        ]
        await refuse_external(connection, [line.sku_id for line in lines], "changes")
        await _write(connection, caller, stocks, lines, reason)
        details = {"count": len(lines)}
        await shops.note_deed(connection, caller, shop_id, deed="stock.changed_many", target="", details=details)
    return {stock.sku_id: after[stock.stock_id] for stock in stocks.values()}


async def _hold_stocks(connection: Connection, shop_id: ShopId, wishes: Sequence[StockWish]) -> dict[SkuId, Stock]:
    """The SKUs' own stocks, locked. Raises InvalidInputError if one is not of the shop, or named twice."""
    rows = await connection.fetch(_HOLD, [wish.sku_id for wish in wishes], shop_id)
    stocks = {row["sku_id"]: Stock(**row) for row in rows}
    check_named_once([wish.sku_id for wish in wishes], stocks, "changes")
    return stocks


async def _write(
    connection: Connection, caller: Caller, stocks: dict[SkuId, Stock], lines: Sequence[JournalLine], reason: str
) -> None:
    if not lines:
        return
    await connection.execute(_UPDATE, [line.stock_id for line in lines], [line.delta for line in lines])
    await write_journal(connection, lines, JournalKind.CORRECTION, by=caller.account_id, reason=reason or None)
    await outbox.emit(
        connection,
        *(
            StockChanged(
                shop_id=line.shop_id,
                product_id=stocks[line.sku_id].product_id,
                sku_id=line.sku_id,
                stock_id=line.stock_id,
                available=line.available_to,
            )
            for line in lines
        ),
    )
