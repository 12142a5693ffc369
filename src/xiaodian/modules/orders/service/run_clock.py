"""What happens to orders by time alone. Any number of workers may do it at once: a row is worked on by one of them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import asyncpg

from xiaodian.contracts.payments import BadCallbackError, PaymentNotice
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.logging import get_logger
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.service.cancel_orders import cancel_unpaid
from xiaodian.modules.orders.service.capture_payments import capture_payments
from xiaodian.modules.orders.service.decide import decide
from xiaodian.modules.orders.service.idempotency import forget_answers
from xiaodian.modules.orders.service.move_orders import Actor, move_orders
from xiaodian.modules.payments import api as payments

log = get_logger(__name__)

BATCH = 500
DEADLOCKS_BORNE = 4
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


async def handle_left_notices(database: Database, received_before: datetime) -> int:
    """Handle what providers told us and no process has handled since it was kept. Says how many.

    A process that took a notice in and was killed leaves it; what we asked of providers ourselves lies here as well.
    """
    async with database.connection() as connection:
        notices = await payments.list_unhandled_payments(connection, received_before, BATCH)
    if not notices:
        return 0

    async def _capture(batch: Sequence[PaymentNotice]) -> Sequence[BadCallbackError | None]:
        return await capture_payments(database, batch)

    for notice, answer in zip(notices, await decide(_capture, notices), strict=True):
        if isinstance(answer, Exception):
            log.error("notice_not_handled", provider=notice.provider, notice_id=notice.notice_id, exc_info=answer)
    return len(notices)


async def forget_old_answers(database: Database) -> int:
    """Delete the answers kept for retries, after a day. Says how many."""

    async def _batch(connection: Connection) -> int:
        return await forget_answers(connection, ANSWERS_KEPT, BATCH)

    return await _until_done(database, _batch)


async def _until_done(database: Database, batch: Callable[[Connection], Awaitable[int]]) -> int:
    total, deadlocks = 0, 0
    while True:
        try:
            async with database.transaction() as connection:
                done = await batch(connection)
        except asyncpg.DeadlockDetectedError:
            # Somebody else goes on; what this batch locked and wrote is undone, so it may begin again.
            deadlocks += 1
            if deadlocks == DEADLOCKS_BORNE:
                raise
            continue
        total, deadlocks = total + done, 0
        if done < BATCH:
            return total
