"""What happens to flash sales by time alone. Any number of workers may do it at once: each row is done by one of them.

Prices follow the clock by themselves (`find_flash_sales`); what is done here is to tell rooms of it, and to give back
what is left of the stock.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from xiaodian.contracts.promotion import FlashSaleAnnounced, FlashSaleStarted
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion import flash_queries as queries
from xiaodian.modules.promotion.models import FlashSaleRow
from xiaodian.modules.promotion.rules import ANNOUNCED_AHEAD, next_sweep
from xiaodian.modules.promotion.service.flash_sales import write_ended

BATCH = 100


async def announce_flash_sales(database: Database, now: datetime) -> int:
    """Tell of sales that start within the hour. Says how many."""

    async def _batch(connection: Connection) -> int:
        sales = await queries.mark_announced(connection, now, now + ANNOUNCED_AHEAD, BATCH)
        await outbox.emit(connection, *(_event(FlashSaleAnnounced, sale) for sale in sales))
        return len(sales)

    return await _until_done(database, _batch)


async def start_flash_sales(database: Database, now: datetime) -> int:
    """Tell of sales whose time has come. Says how many."""

    async def _batch(connection: Connection) -> int:
        sales = await queries.mark_started(connection, now, BATCH)
        await outbox.emit(connection, *(_event(FlashSaleStarted, sale) for sale in sales))
        return len(sales)

    return await _until_done(database, _batch)


async def end_flash_sales(database: Database, now: datetime) -> int:
    """End sales whose time is up; what is left is ordinary stock again. Says how many."""

    async def _batch(connection: Connection) -> int:
        sales = await queries.lock_over(connection, now, BATCH)
        if sales:
            await write_ended(connection, sales, now)
        return len(sales)

    return await _until_done(database, _batch)


async def sweep_flash_sales(database: Database, now: datetime) -> int:
    """Give back what orders released after the end of their sale. Says how many sales were looked at."""

    async def _batch(connection: Connection) -> int:
        sales = await queries.lock_to_sweep(connection, now, BATCH)
        if sales:
            await catalog.give_back(connection, [sale.flash_sale_id for sale in sales])
            await queries.write_next_sweeps(
                connection, {sale.flash_sale_id: next_sweep(sale.ended_at or now, now) for sale in sales}
            )
        return len(sales)

    return await _until_done(database, _batch)


def _event(
    kind: type[FlashSaleAnnounced] | type[FlashSaleStarted], sale: FlashSaleRow
) -> FlashSaleAnnounced | FlashSaleStarted:
    return kind(flash_sale_id=sale.flash_sale_id, shop_id=sale.shop_id, product_id=sale.product_id, sku_id=sale.sku_id)


async def _until_done(database: Database, batch: Callable[[Connection], Awaitable[int]]) -> int:
    total = 0
    while True:
        async with database.transaction() as connection:
            done = await batch(connection)
        total += done
        if done < BATCH:
            return total
