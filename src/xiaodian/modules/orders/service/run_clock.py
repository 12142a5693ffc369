"""What happens to orders by time alone. Any number of workers may do it at once: a row is worked on by one of them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from xiaodian.infra.database import Connection, Database
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.service.cancel_orders import cancel_unpaid
from xiaodian.modules.orders.service.idempotency import forget_answers
from xiaodian.modules.orders.service.move_orders import Actor, move_orders

BATCH = 500
ANSWERS_KEPT = timedelta(hours=24)

_CLOCK = Actor(role=Role.CLOCK)


async def cancel_overdue_payments(database: Database, now: datetime) -> int:
    """Cancel orders that nobody paid in time; stock and coupons are free again. Says how many."""

    async def _batch(connection: Connection) -> int:
        orders = await queries.lock_overdue_payments(connection, now, BATCH)
        return len(await cancel_unpaid(connection, orders, Deed.TIME_OUT, _CLOCK, now))

    return await _until_done(database, _batch)


async def complete_overdue_receipts(database: Database, now: datetime) -> int:
    """Complete orders whose buyers did not say that they came. Says how many."""

    async def _batch(connection: Connection) -> int:
        orders = await queries.lock_overdue_receipts(connection, now, BATCH)
        return len(await move_orders(connection, orders, Deed.AUTO_COMPLETE, _CLOCK, now=now))

    return await _until_done(database, _batch)


async def forget_old_answers(database: Database, now: datetime) -> int:
    """Delete the answers kept for retries, after a day. Says how many."""

    async def _batch(connection: Connection) -> int:
        return await forget_answers(connection, now - ANSWERS_KEPT, BATCH)

    return await _until_done(database, _batch)


async def _until_done(database: Database, batch: Callable[[Connection], Awaitable[int]]) -> int:
    total = 0
    while True:
        async with database.transaction() as connection:
            done = await batch(connection)
        total += done
        if done < BATCH:
            return total
