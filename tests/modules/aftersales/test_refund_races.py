"""Several hands at once: whatever happens, no cent goes back twice and nobody waits for ever."""

import asyncio
from collections import Counter as Tally
from datetime import timedelta
from typing import Any

import httpx
from tests.conftest import once
from tests.modules.aftersales.counter import ADDRESS, FREIGHT_MINOR, PRICE_MINOR, Counter

from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.aftersales.service.run_clock import time_out


def codes(answers: list[httpx.Response]) -> Tally[int]:
    """How often each status came."""
    return Tally(answer.status_code for answer in answers)


async def test_of_many_requests_for_one_line_one_is_taken(counter: Counter) -> None:
    order = await counter.shipped(await counter.market.sku(), 2)
    answers = await asyncio.gather(*(counter.try_ask(order, "refund_only", 2) for _ in range(6)))
    assert codes(answers) == {201: 1, 409: 5}
    assert {answer.json()["params"]["reason"] for answer in answers if answer.status_code == 409} == {"is_open"}
    assert await counter.holds(order) == 1


async def test_two_agreements_at_once_pay_once(counter: Counter) -> None:
    order = await counter.paid(await counter.market.sku(), 2)
    asked = await counter.ask(order, "refund_only", 2)
    answers = await asyncio.gather(*(counter.try_to(counter.seller, asked, "agreement", {}) for _ in range(5)))
    assert codes(answers) == {200: 1, 409: 4}
    await counter.work()
    assert await counter.market.count("payments.refund") == 1
    assert await counter.market.balances() == {}


async def test_agreement_withdrawal_refusal_and_time_at_once_end_in_one_of_them(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=50)
    for _ in range(5):
        order = await counter.paid(sku_id, 1)
        asked = await counter.ask(order, "refund_only")
        agreed, withdrawn, refused, _ = await asyncio.gather(
            counter.try_to(counter.seller, asked, "agreement", {}),
            counter.try_to(counter.buyer.client, asked, "withdrawal"),
            counter.try_to(counter.seller, asked, "refusal", {"reason": "不"}),
            counter.stay_silent(),
        )
        assert {agreed.status_code, withdrawn.status_code, refused.status_code} <= {200, 409}
        seen = await counter.see(asked)
        paid_back = seen["state"] == "refunding"
        assert seen["state"] in ("refunding", "closed", "refused")
        assert await counter.holds(order) == (1 if seen["state"] == "refused" else 0)
        assert await counter.escrow(order) == (0 if paid_back else PRICE_MINOR)


async def test_an_order_cancelled_while_its_refund_is_agreed_pays_back_once(counter: Counter) -> None:
    await counter.market.freight(FREIGHT_MINOR)
    sku_id = await counter.market.sku(stock=50)
    for _ in range(5):
        order = await counter.paid(sku_id, 2)
        asked = await counter.ask(order, "refund_only", 1)
        cancelled, agreed = await asyncio.gather(
            counter.buyer.client.post(f"/api/orders/{order['order_id']}/cancel", json={"reason": None}, headers=once()),
            counter.try_to(counter.seller, asked, "agreement", {}),
        )
        assert (cancelled.status_code, agreed.status_code) == (200, 200), (cancelled.text, agreed.text)
        await counter.work()
        assert (await counter.buyer.see(order["order_id"]))["state"] == "cancelled"
        assert (await counter.see(asked))["state"] in ("refunded", "closed")
        assert await counter.holds(order) == 0
    assert await counter.market.balances() == {}
    assert await counter.market.stock(sku_id) == (50, 0, 0)


async def test_refunds_of_several_lines_at_once_give_all_back_and_the_freight_once(counter: Counter) -> None:
    await counter.market.freight(FREIGHT_MINOR)
    sku_ids = await counter.market.product([10, 10, 10])
    [order] = await counter.buyer.orders([(sku_id, 2) for sku_id in sku_ids])
    await counter.buyer.pay(order["order_id"])
    asked = [await counter.ask(order, "refund_only", 2, line_no=line["line_no"]) for line in order["lines"]]
    assert [one["freight_minor"] for one in asked] == [0, 0, 0]
    answers = await asyncio.gather(*(counter.try_to(counter.seller, one, "agreement", {}) for one in asked))
    assert codes(answers) == {200: 3}
    assert sorted(answer.json()["freight_minor"] for answer in answers) == [0, 0, FREIGHT_MINOR]
    await counter.work()
    assert (await counter.buyer.see(order["order_id"]))["state"] == "cancelled"
    assert await counter.market.balances() == {}
    assert [await counter.market.stock(sku_id) for sku_id in sku_ids] == [(10, 0, 0)] * 3


async def test_exchanges_of_many_buyers_never_promise_more_than_there_is(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=8)
    asked = [await counter.ask(await counter.shipped(sku_id), "exchange") for _ in range(5)]
    answers = await asyncio.gather(
        *(counter.try_to(counter.seller, one, "agreement", {"return_address": ADDRESS}) for one in asked)
    )
    assert codes(answers) == {200: 3, 409: 2}
    assert await counter.market.stock(sku_id) == (0, 0, 8)


async def test_deeds_and_deadlines_in_other_processes_do_not_block_each_other(counter: Counter) -> None:
    sku_ids = await counter.market.product([50, 50])
    orders: list[dict[str, Any]] = []
    for _ in range(4):
        [order] = await counter.buyer.orders([(sku_id, 1) for sku_id in sku_ids])
        await counter.buyer.pay(order["order_id"])
        orders.append(order)
    asked = [await counter.ask(order, "refund_only", 1, line_no=number) for order in orders for number in (0, 1)]
    pools = [await Database.connect(counter.ctx.settings.database_url, pool_size=2) for _ in range(3)]
    later = utc_now() + timedelta(days=60)
    try:
        answers = await asyncio.gather(
            *(counter.try_to(counter.seller, one, "agreement", {}) for one in asked),
            *(time_out(pool, later) for pool in pools),
            return_exceptions=True,
        )
    finally:
        for pool in pools:
            await pool.close()
    assert not [answer for answer in answers if isinstance(answer, BaseException)]
    await counter.work()
    assert {(await counter.see(one))["state"] for one in asked} == {"refunded"}
    assert await counter.market.balances() == {}
    assert await counter.market.stock(sku_ids[0]) == (50, 0, 0)
