"""Make fans and the sums over them anew from the orders, and from what fans watched, said, liked and follow."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection, forget_old_plans
from xiaodian.modules.fans.count_sql import CELL_TABLES, REBUILD_CELLS, REBUILD_FACTS
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books
from xiaodian.modules.fans.service.rebuild_behaviour import rebuild_behaviour
from xiaodian.modules.fans.service.write_histories import write_histories
from xiaodian.modules.orders import api as orders

ORDERS_AT_ONCE = 100_000
NO_LIMIT_S = 24 * 3600.0
"""A rebuild takes as long as it takes."""
_MEMORY = "SET LOCAL work_mem = '256MB'"
_SIZES = """
    INSERT INTO fans.segment_size (shop_id, segment, fans) SELECT shop_id, segment, count(*) FROM fans.fan GROUP BY 1, 2
"""


class Rebuilt(Contract, frozen=True, kw_only=True):
    """What a rebuild went through."""

    orders: int


async def rebuild(records: Records, now: datetime) -> Rebuilt:
    """In one transaction, so that readers see the old rows until the new ones are there; events wait meanwhile.

    What was said in rooms the worker reads once more in their logs. What was kept of segments' history stays, as do
    notes, tags and thresholds, which nobody could make anew.
    """
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK, timeout=NO_LIMIT_S)
        await connection.execute(_MEMORY)
        done = await _rebuild_facts(connection, records.settings.books_utc_offset_h, now)
        await rebuild_behaviour(connection, day_of_books(now, records.settings.books_utc_offset_h))
        for table in CELL_TABLES:
            await connection.execute(f"DELETE FROM fans.{table}", timeout=NO_LIMIT_S)
        await connection.execute(REBUILD_CELLS, timeout=NO_LIMIT_S)
        await connection.execute("DELETE FROM fans.segment_size")
        await connection.execute(_SIZES, timeout=NO_LIMIT_S)
    await write_histories(records.database)
    return Rebuilt(orders=done)


async def _rebuild_facts(connection: Connection, utc_offset_h: int, now: datetime) -> int:
    """Buyer by buyer: only rows that are not as they should be are written."""
    done, after = 0, UUID(int=0)
    today = day_of_books(now, utc_offset_h)
    while True:
        last = await connection.fetchval(orders.BUYERS_AFTER, after, ORDERS_AT_ONCE, timeout=NO_LIMIT_S)
        if last is None:
            return done
        await forget_old_plans(connection)
        done += await connection.fetchval(REBUILD_FACTS, after, utc_offset_h, today, last, timeout=NO_LIMIT_S)
        after = last
