"""Money that shall go back: never more than was paid, whoever asks at the same time."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from tests.modules.payments.conftest import Till, notice_of

from xiaodian.contracts.payments import RefundState, RefundTooLargeError


async def test_a_refund_leaves_escrow_at_once_and_waits_for_the_provider(till: Till) -> None:
    charge = await till.paid(1000)
    refund = await till.request(charge, 300)
    assert (refund.state, refund.amount_minor, refund.provider) == (RefundState.PENDING, 300, "sandbox")
    assert await till.balances() == {"provider": -1000, "escrow": 700, "refunds": 300}
    assert await till.events("PaymentRefunded") == []


async def test_the_same_refund_asked_again_takes_nothing_more(till: Till) -> None:
    charge, refund_id = await till.paid(1000), uuid4()
    first = await till.request(charge, 600, refund_id)
    assert await till.request(charge, 600, refund_id) == first
    assert await till.balances() == {"provider": -1000, "escrow": 400, "refunds": 600}


async def test_more_than_was_paid_is_refused_and_says_what_is_left(till: Till) -> None:
    charge = await till.paid(1000, 5000)
    order_amount = charge.parts[0].amount_minor
    await till.request(charge, order_amount - 100)
    with pytest.raises(RefundTooLargeError) as refused:
        await till.request(charge, 101)
    assert refused.value.params == {"left_minor": 100}
    with pytest.raises(RefundTooLargeError):
        await till.request(await till.charge(), 1)
    assert await till.count("payments.refund") == 1


async def test_refunds_that_race_never_give_back_more_than_was_paid(till: Till) -> None:
    charge = await till.paid(1000)
    answers = await asyncio.gather(*(till.request(charge, 300) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(answer, RefundTooLargeError) for answer in answers) == 3
    assert all(isinstance(answer, RefundTooLargeError) or not isinstance(answer, BaseException) for answer in answers)
    assert await till.balances() == {"provider": -1000, "escrow": 100, "refunds": 900}


async def test_the_same_refund_asked_by_several_at_once_is_one(till: Till) -> None:
    charge, refund_id = await till.paid(1000), uuid4()
    refunds = await asyncio.gather(*(till.request(charge, 600, refund_id) for _ in range(4)))
    assert len({refund.refund_id for refund in refunds}) == 1
    assert await till.balances() == {"provider": -1000, "escrow": 400, "refunds": 600}


async def test_what_was_paid_twice_goes_back_from_one_of_the_payments(till: Till) -> None:
    order_id = uuid4()
    first, second = (
        await till.charge(900, order_ids=(order_id,)),
        await till.charge(900, order_ids=(order_id,), method="other"),
    )
    await till.accept(notice_of(first))
    await till.accept(notice_of(second))
    refunds = [await till.request(first, 900), await till.request(first, 900)]
    assert {refund.charge_id for refund in refunds} == {first.charge_id, second.charge_id}
    assert await till.balances() == {"provider": -1800, "refunds": 1800}


async def test_the_table_itself_refuses_more_back_than_paid(till: Till) -> None:
    await till.paid(1000)
    async with till.ctx.database.connection() as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("UPDATE payments.charge_part SET refunded_minor = amount_minor + 1")
