"""What happens by time alone."""

from datetime import timedelta

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import bulk
from xiaodian.modules.orders.service.run_clock import (
    cancel_overdue_payments,
    complete_overdue_receipts,
    forget_old_answers,
    handle_left_notices,
)
from xiaodian.modules.orders.service.search_index import fill_search

KINDS = bulk.KINDS
"""Long work that shops ask for (edge/bulk.py)."""
LEFT_ALONE = timedelta(seconds=3)
"""The process that took a message in handles it by itself, unless it died."""


def jobs(ctx: Context) -> list[Job]:
    """Time-outs of payments, receipts and kept answers; notices that nobody handled; older orders for the search."""

    async def _handle() -> None:
        if await handle_left_notices(ctx.database, utc_now() - LEFT_ALONE):
            await ctx.broker.poke("outbox")

    async def _cancel() -> None:
        if await cancel_overdue_payments(ctx.database, utc_now()):
            await ctx.broker.poke("outbox")

    async def _complete() -> None:
        if await complete_overdue_receipts(ctx.database, utc_now()):
            await ctx.broker.poke("outbox")

    async def _forget() -> None:
        await forget_old_answers(ctx.database)

    async def _fill() -> None:
        await fill_search(ctx.database)

    return [
        Job(name="orders_cancel_overdue_payments", period_s=1.0, run=_cancel),
        Job(name="orders_handle_left_notices", period_s=1.0, run=_handle),
        Job(name="orders_complete_overdue_receipts", period_s=60.0, run=_complete),
        Job(name="orders_forget_old_answers", period_s=60.0, run=_forget),
        Job(name="orders_fill_search", period_s=1.0, run=_fill),
    ]
