"""Whoever says nothing until the deadline has said what the rules say."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.modules.aftersales.counter import ADDRESS, PRICE_MINOR, SHIPMENT, Counter

from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.aftersales.service import run_clock
from xiaodian.modules.aftersales.service.move import move
from xiaodian.modules.aftersales.service.run_clock import time_out
from xiaodian.modules.orders import api as orders


async def test_a_silent_seller_has_agreed_to_pay(counter: Counter) -> None:
    order = await counter.paid(await counter.market.sku())
    asked = await counter.ask(order, "refund_only")
    deadline = from_epoch_ms(asked["deadline_at_ms"])
    assert await time_out(counter.ctx.database, deadline - timedelta(seconds=1)) == 0
    assert await time_out(counter.ctx.database, deadline + timedelta(seconds=1)) == 1
    assert await time_out(counter.ctx.database, deadline + timedelta(seconds=1)) == 0
    await counter.work()
    done = await counter.see(asked)
    assert (done["state"], done["history"][1]["by"], done["history"][1]["deed"]) == ("refunded", "clock", "time_out")
    assert await counter.market.balances() == {}


async def test_a_silent_seller_has_agreed_to_a_return_to_where_goods_went_before(counter: Counter) -> None:
    sku_id = await counter.market.sku()
    first = await counter.ask(await counter.shipped(sku_id), "return_refund")
    await counter.agree(first)
    await counter.do(counter.buyer.client, first, "withdrawal")
    asked = await counter.ask(await counter.shipped(sku_id), "return_refund")
    await counter.stay_silent(3)
    seen = await counter.see(asked)
    assert (seen["state"], seen["return_address"], seen["waits_for"]) == ("awaiting_return", ADDRESS, "buyer")


async def test_a_seller_who_never_says_where_to_has_lost_the_goods_too(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    asked = await counter.ask(await counter.shipped(sku_id), "return_refund")
    await counter.stay_silent(3)
    seen = await counter.see(asked)
    assert (seen["state"], seen["waits_for"], seen["allowed"]) == ("awaiting_return", "seller", ["withdraw"])
    await counter.stay_silent(30)
    assert (await counter.see(asked))["state"] == "refunding"
    assert await counter.market.stock(sku_id) == (9, 0, 1)


async def test_a_buyer_who_lets_a_refusal_rest_has_given_up(counter: Counter) -> None:
    order = await counter.shipped(await counter.market.sku())
    asked = await counter.ask(order, "refund_only")
    await counter.refuse(asked)
    await counter.stay_silent()
    assert (await counter.see(asked))["state"] == "closed"
    assert (await counter.holds(order), await counter.escrow(order)) == (0, PRICE_MINOR)


@pytest.mark.parametrize("kind", ["return_refund", "exchange"])
async def test_a_buyer_who_sends_nothing_back_keeps_the_goods_and_no_piece_is_lost(counter: Counter, kind: str) -> None:
    sku_id = await counter.market.sku(stock=10)
    order = await counter.shipped(sku_id, 2)
    asked = await counter.ask(order, kind, 2)
    await counter.agree(asked)
    await counter.stay_silent()
    assert (await counter.see(asked))["state"] == "closed"
    assert await counter.market.stock(sku_id) == (8, 0, 2)
    assert await counter.holds(order) == 0


async def test_a_seller_silent_on_a_return_has_received_it(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    asked = await counter.ask(await counter.shipped(sku_id), "return_refund")
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.stay_silent()
    assert (await counter.see(asked))["state"] == "refunding"
    assert await counter.market.stock(sku_id) == (10, 0, 0)


async def test_an_exchange_that_is_never_sent_becomes_money(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    order = await counter.shipped(sku_id, 2)
    asked = await counter.ask(order, "exchange", 1)
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "return-receipt")
    await counter.stay_silent()
    await counter.work()
    done = await counter.see(asked)
    assert (done["state"], done["kind"], done["refund_minor"]) == ("refunded", "return_refund", PRICE_MINOR)
    assert await counter.market.stock(sku_id) == (9, 0, 1)
    assert await counter.escrow(order) == PRICE_MINOR


async def test_an_exchange_on_its_way_counts_as_come(counter: Counter) -> None:
    asked = await counter.ask(await counter.shipped(await counter.market.sku()), "exchange", 1)
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "return-receipt")
    await counter.do(counter.seller, asked, "resend", SHIPMENT)
    await counter.stay_silent()
    assert (await counter.see(asked))["state"] == "exchanged"


async def test_an_exchange_agreed_by_silence_without_goods_becomes_a_return_for_money(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=1)
    asked = await counter.ask(await counter.shipped(sku_id), "exchange", 1)
    await counter.stay_silent(3)
    seen = await counter.see(asked)
    assert (seen["state"], seen["kind"], seen["refund_minor"]) == ("awaiting_return", "return_refund", PRICE_MINOR)
    assert [step["deed"] for step in seen["history"]] == ["open", "turn_to_refund", "time_out"]


async def test_an_operator_who_never_decides_has_decided_for_the_buyer(counter: Counter) -> None:
    asked = await counter.ask(await counter.shipped(await counter.market.sku()), "refund_only")
    await counter.refuse(asked)
    await counter.escalate(asked)
    await counter.rule(asked, "evidence")
    await counter.stay_silent(4)
    seen = await counter.see(asked)
    assert (seen["state"], seen["evidence_wanted"]) == ("escalated", False)
    await counter.stay_silent(60)
    assert (await counter.see(asked))["state"] == "refunding"


async def test_several_workers_time_each_out_once(counter: Counter, ctx: Context) -> None:
    sku_id = await counter.market.sku(stock=40)
    asked = [await counter.ask(await counter.paid(sku_id), "refund_only") for _ in range(8)]
    later = from_epoch_ms(asked[-1]["deadline_at_ms"]) + timedelta(days=1)
    pools = [await Database.connect(ctx.settings.database_url, pool_size=2) for _ in range(3)]
    try:
        counts = await asyncio.gather(*(time_out(pool, later) for pool in pools))
    finally:
        for pool in pools:
            await pool.close()
    assert sum(counts) == 8
    await counter.work()
    assert await counter.market.count("payments.refund") == 8
    assert await counter.market.stock(sku_id) == (40, 0, 0)
    assert await counter.market.balances() == {}


async def test_one_that_fails_does_not_keep_the_others_waiting(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku_id = await counter.market.sku()
    asked = [await counter.ask(await counter.paid(sku_id), "refund_only") for _ in range(3)]

    async def _move(connection: Any, after_sale: Any, *rest: Any) -> Any:
        if str(after_sale.after_sale_id) == asked[0]["after_sale_id"]:
            raise RuntimeError("a fault of ours")
        return await move(connection, after_sale, *rest)

    monkeypatch.setattr(run_clock, "move", _move)
    assert await counter.stay_silent() == 2
    assert [(await counter.see(one))["state"] for one in asked] == ["requested", "refunding", "refunding"]
    monkeypatch.undo()
    assert await counter.stay_silent() == 1


async def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await counter.paid(await counter.market.sku())
    asked = await counter.ask(order, "refund_only")
    real = orders.hold

    async def _die(*_: Any) -> Any:
        raise asyncio.CancelledError

    monkeypatch.setattr(orders, "hold", _die)
    with pytest.raises(asyncio.CancelledError):
        await counter.stay_silent()
    assert (await counter.see(asked))["state"] == "requested"
    assert await counter.market.count("payments.refund") == 0
    monkeypatch.setattr(orders, "hold", real)
    assert await counter.stay_silent() == 1
    assert await counter.market.count("payments.refund") == 1
