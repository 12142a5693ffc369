"""A use case behind an Idempotency-Key runs once, whoever asks how often."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from tests.modules.orders.market import Buyer, Market

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError
from xiaodian.infra.database import Connection
from xiaodian.modules.orders.api import answer_once


class Body(msgspec.Struct):
    """What is asked."""

    amount_minor: int


class Told(msgspec.Struct):
    """What is answered."""

    number: int


class Till:
    """A use case that leaves a trace each time it runs."""

    def __init__(self, market: Market, buyer: Buyer) -> None:
        self._database = market.ctx.database
        self._buyer = buyer
        self.runs = 0
        self.refuses = False
        self.may_go_on = asyncio.Event()
        self.is_running = asyncio.Event()
        self.may_go_on.set()

    async def ask(self, key: str = "key", amount_minor: int = 1, operation: str = "pay out") -> Told:
        """Ask once."""
        return await answer_once(
            self._database, self._buyer.caller, key, operation, Body(amount_minor), Told, self._run
        )

    async def _run(self, connection: Connection) -> Told:
        self.runs += 1
        self.is_running.set()
        await connection.execute(
            "INSERT INTO orders.cart_item VALUES ($1, $2, NULL, 1, 1, now())", self._buyer.account_id, uuid4()
        )
        await self.may_go_on.wait()
        if self.refuses:
            raise NotFoundError
        return Told(self.runs)


@pytest.fixture
async def till(market: Market) -> Till:
    """A use case of a buyer's."""
    return Till(market, await market.buyer())


async def test_the_same_request_gets_the_same_answer_and_is_done_once(market: Market, till: Till) -> None:
    assert [await till.ask(), await till.ask()] == [Told(1), Told(1)]
    assert (till.runs, await market.count("orders.cart_item")) == (1, 1)
    assert await till.ask("another") == Told(2)


async def test_a_key_that_came_for_something_else_is_refused(till: Till) -> None:
    await till.ask()
    for other in ({"amount_minor": 2}, {"operation": "pay in"}):
        with pytest.raises(IdempotencyMismatchError):
            await till.ask(**other)
    assert till.runs == 1


async def test_what_is_still_being_answered_is_not_begun_again(market: Market, till: Till) -> None:
    till.may_go_on.clear()
    first = asyncio.create_task(till.ask())
    await till.is_running.wait()
    with pytest.raises(IdempotencyInFlightError) as refused:
        await till.ask()
    assert refused.value.retry_after_s == 1
    till.may_go_on.set()
    assert await first == await till.ask() == Told(1)
    assert await market.count("orders.cart_item") == 1


async def test_a_refusal_leaves_nothing_behind_and_may_be_tried_again(market: Market, till: Till) -> None:
    till.refuses = True
    with pytest.raises(NotFoundError):
        await till.ask()
    assert await market.count("orders.cart_item") == await market.count("orders.idempotency") == 0
    till.refuses = False
    assert await till.ask() == Told(2)


async def test_twenty_at_once_are_one(market: Market, till: Till) -> None:
    answers = await asyncio.gather(*(till.ask() for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} <= {Told, IdempotencyInFlightError}
    assert await market.count("orders.cart_item") == 1
    assert await till.ask() == Told(till.runs)
