"""Beginning to pay is safe to be tried again, whatever became of the first try."""

import asyncio
from typing import Any

import pytest
from tests.modules.orders.market import Buyer, Market
from tests.modules.orders.test_payment import pay_again

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import Charge, PayAction
from xiaodian.modules.payments.service.sandbox import SandboxProvider


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


async def test_a_repeated_key_gets_the_same_charge_even_after_it_failed(market: Market, buyer: Buyer) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"]]
    answers = [await pay_again(buyer, order_ids, "pay-once") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    await buyer.decide(answers[0].json()["charge_id"], "fail")
    assert (await pay_again(buyer, order_ids, "pay-once")).content == answers[0].content
    other = [(await buyer.order(await market.sku()))["order_id"]]
    mismatch = await pay_again(buyer, other, "pay-once")
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "idempotency_mismatch")


async def test_twenty_requests_at_once_with_one_key_open_one_charge(market: Market, buyer: Buyer) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"]]
    answers = await asyncio.gather(*(pay_again(buyer, order_ids, "pay-once") for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    again = await pay_again(buyer, order_ids, "pay-once")
    assert {answer.content for answer in answers if answer.status_code == 201} == {again.content}
    assert await market.count("payments.charge") == 1


class SlowCashier:
    """The sandbox, but its answer to a new charge waits until it may come, or is that it is away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.is_away = False
        self._open = SandboxProvider.open_charge

        async def _open_charge(sandbox: SandboxProvider, charge: Charge, **more: Any) -> PayAction:
            self.is_asked.set()
            await self.may_answer.wait()
            if self.is_away:
                raise UnavailableError
            return await self._open(sandbox, charge, **more)

        monkeypatch.setattr(SandboxProvider, "open_charge", _open_charge)


async def test_while_the_provider_is_asked_the_same_key_has_to_wait(
    market: Market, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"]]
    others = [(await buyer.order(await market.sku()))["order_id"]]
    cashier = SlowCashier(monkeypatch)
    first = asyncio.create_task(pay_again(buyer, order_ids, "k"))
    await cashier.is_asked.wait()
    waits = await pay_again(buyer, order_ids, "k")
    assert (waits.status_code, waits.json()["code"]) == (409, "idempotency_in_flight")
    assert waits.headers["retry-after"] == "1"
    mismatch = await pay_again(buyer, others, "k")
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "idempotency_mismatch")
    cashier.may_answer.set()
    assert (await first).status_code == 201
    assert (await pay_again(buyer, order_ids, "k")).content == (await first).content
    assert await market.count("payments.charge") == 1


async def test_a_provider_that_was_away_is_asked_again_under_the_same_key(
    market: Market, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"]]
    cashier = SlowCashier(monkeypatch)
    cashier.is_away = True
    cashier.may_answer.set()
    assert (await pay_again(buyer, order_ids, "k")).status_code == 503
    cashier.is_away = False
    assert (await pay_again(buyer, order_ids, "k")).json()["action"]["kind"] == "page"
    assert await market.count("payments.charge") == 1


async def test_a_process_killed_while_it_asked_the_provider_does_not_keep_the_key_for_ever(
    market: Market, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_ids = [(await buyer.order(await market.sku()))["order_id"]]
    cashier = SlowCashier(monkeypatch)
    killed = asyncio.create_task(pay_again(buyer, order_ids, "k"))
    await cashier.is_asked.wait()
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    assert (await pay_again(buyer, order_ids, "k")).status_code == 409
    async with market.ctx.database.connection() as connection:
        await connection.execute("UPDATE orders.idempotency SET created_at = created_at - interval '2 minutes'")
    cashier.may_answer.set()
    assert (await pay_again(buyer, order_ids, "k")).json()["action"]["kind"] == "page"
    assert await market.count("payments.charge") == 1
