"""Two workers, each with connections of its own, run every clock at the same moment: each thing is done once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tests.modules.aftersales.books import check_all_books
from tests.modules.aftersales.counter import PRICE_MINOR, Counter

from xiaodian.contracts.catalog import SkuId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.aftersales.service.run_clock import time_out
from xiaodian.modules.orders.service import run_clock
from xiaodian.modules.payments.service import ask_providers
from xiaodian.modules.payments.service.providers import Providers
from xiaodian.modules.settlement.service import settle_orders

EACH = 6
Timer = Callable[[Database], Awaitable[int]]


@pytest.fixture
async def workers(ctx: Context) -> AsyncIterator[list[Database]]:
    """Two workers' connections."""
    pools = [await Database.connect(ctx.settings.database_url, pool_size=4) for _ in range(2)]
    yield pools
    for pool in pools:
        await pool.close()


async def at_once(workers: list[Database], *timers: Timer) -> list[int]:
    """All workers run all of these at the same moment; how much each timer has done, by both together."""
    done = await asyncio.gather(*(timer(worker) for timer in timers for worker in workers))
    return [sum(done[start : start + len(workers)]) for start in range(0, len(done), len(workers))]


async def make_overdue(counter: Counter, sku_id: SkuId) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Unpaid orders, delivered ones, settled ones to come, refunds that are asked for: all of it is due by now.

    Answers the orders that are completed, and those for which an after-sale waits for the seller.
    """
    for _ in range(EACH):
        await counter.buyer.order(sku_id)
    for _ in range(EACH):
        await counter.shipped(sku_id)
    completed = [await counter.completed(sku_id) for _ in range(EACH)]
    asked_for = [await counter.paid(sku_id) for _ in range(EACH)]
    for order in asked_for:
        await counter.ask(order, "refund_only")
    await counter.tell()
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE orders.order SET expires_at = now() WHERE state = 'pending_payment'")
        await connection.execute("UPDATE orders.order SET completes_at = now() WHERE state = 'shipped'")
        await connection.execute("UPDATE aftersales.after_sale SET deadline_at = now()")
    return completed, asked_for


async def test_two_workers_who_run_all_clocks_at_once_do_each_thing_once(
    counter: Counter, workers: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small batches, so that both come round several times.
    for module in (run_clock, settle_orders, ask_providers):
        monkeypatch.setattr(module, "BATCH", 2)
    sku_id = await counter.market.sku(stock=100)
    completed, asked_for = await make_overdue(counter, sku_id)
    providers = Providers(counter.ctx)
    done = await at_once(
        workers,
        lambda worker: run_clock.cancel_overdue_payments(worker, utc_now()),
        lambda worker: run_clock.complete_overdue_receipts(worker, utc_now()),
        lambda worker: settle_orders.settle_due(worker, utc_now()),
        lambda worker: time_out(worker, utc_now()),
    )
    assert done == [EACH] * 4
    assert await at_once(workers, lambda worker: ask_providers.carry_out_refunds(worker, providers, utc_now())) == [
        EACH
    ]
    told = await counter.market.events("OrderCancelled", "OrderCompleted", "OrderSettled", "PaymentRefunded")
    # Fully refunded orders are cancelled as well.
    assert {kind: told.count(kind) for kind in set(told)} == {
        "OrderCancelled": 2 * EACH,
        "OrderCompleted": 2 * EACH,
        "OrderSettled": EACH,
        "PaymentRefunded": EACH,
    }
    assert await counter.market.stock(sku_id) == (100 - 2 * EACH, 0, 2 * EACH)
    assert [await counter.escrow(order) for order in [*completed, *asked_for]] == [0] * 2 * EACH
    async with counter.ctx.database.connection() as connection:
        await check_all_books(connection)


async def test_two_workers_pay_a_buyer_back_and_settle_the_order_once_whoever_comes_first(
    counter: Counter, workers: list[Database]
) -> None:
    sku_id = await counter.market.sku(stock=100)
    orders = [await counter.completed(sku_id, 2) for _ in range(EACH)]
    await counter.tell()
    for order in orders:
        await counter.ask(order, "refund_only", 2, refund_minor=PRICE_MINOR)
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE aftersales.after_sale SET deadline_at = now()")
    providers = Providers(counter.ctx)
    for _ in range(2):
        await at_once(
            workers,
            lambda worker: time_out(worker, utc_now()),
            lambda worker: settle_orders.settle_due(worker, utc_now()),
            lambda worker: ask_providers.carry_out_refunds(worker, providers, utc_now()),
        )
        async with counter.ctx.database.connection() as connection:
            await check_all_books(connection)
            await connection.execute("UPDATE settlement.due SET look_at = now()")
    await counter.work()
    assert await counter.market.count("payments.refund") == EACH
    assert await counter.market.count("settlement.settlement") == EACH
    found = await counter.market.balances()
    assert found["shop"] + found["platform"] == -found["provider"] == EACH * PRICE_MINOR
