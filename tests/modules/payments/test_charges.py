"""One payment for several orders: what providers say is believed once, and only if it fits."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.modules.payments.conftest import PRICE_MINOR, Till, notice_of

from xiaodian.contracts.payments import Charge, ChargeState, PayAction, PayKind
from xiaodian.modules.payments import api as payments


async def test_one_payment_pays_the_orders_of_several_shops_each_into_its_own_escrow(till: Till) -> None:
    charge = await till.charge(1000, 250)
    assert (charge.amount_minor, [part.amount_minor for part in charge.parts]) in (
        (1250, [1000, 250]),
        (1250, [250, 1000]),
    )
    accepted = await till.accept(notice_of(charge, provider_ref="p-1"))
    assert (accepted.captured[0].state, accepted.captured[0].provider_ref) == (ChargeState.CAPTURED, "p-1")
    assert await till.balances() == {"provider": -1250, "escrow": 1250}
    assert await till.count("ledger.entry", "account LIKE 'escrow:%'") == 2


async def test_the_platforms_subsidy_joins_the_buyers_money_in_escrow(till: Till) -> None:
    charge = await till.charge(1000)
    [transfer] = payments.transfers.capture(charge, {charge.parts[0].order_id: 200})
    assert {entry.account.partition(":")[0]: entry.amount_minor for entry in transfer.entries} == {
        "provider": -1000,
        "platform": -200,
        "escrow": 1200,
    }
    assert payments.transfers.capture(charge, {})[0].transfer_id == transfer.transfer_id
    assert len(payments.transfers.capture(charge, {})[0].entries) == 2


async def test_whoever_comes_back_to_pay_the_same_orders_takes_up_the_same_charge(till: Till) -> None:
    one, two = uuid4(), uuid4()
    first = await till.charge(100, 200, order_ids=(one, two))
    assert (await till.charge(200, 100, order_ids=(two, one))).charge_id == first.charge_id
    others = [
        await till.charge(100, order_ids=(one,)),
        await till.charge(100, 200, order_ids=(one, two), method="other"),
        await till.charge(100, 200, order_ids=(one, two), provider="other"),
    ]
    assert len({first.charge_id, *(charge.charge_id for charge in others)}) == 4


async def test_many_that_begin_to_pay_at_once_get_one_charge(till: Till) -> None:
    order_id = uuid4()
    charges = await asyncio.gather(*(till.charge(100, order_ids=(order_id,)) for _ in range(6)))
    assert len({charge.charge_id for charge in charges}) == 1
    assert await till.count("payments.charge_part") == 1


async def test_how_the_buyer_goes_on_is_remembered(till: Till) -> None:
    charge = await till.charge()
    action = PayAction(kind=PayKind.CLIENT, data={"secret": "s"})
    async with till.ctx.database.transaction() as connection:
        await payments.set_action(connection, charge.charge_id, action)
    assert (await till.see(charge)).action == action


async def test_a_word_that_comes_again_or_twice_in_a_batch_brings_money_once(till: Till) -> None:
    charge = await till.charge()
    notice = notice_of(charge, notice_id="n1")
    first = await till.accept(notice, notice, notice_of(charge))
    assert (len(first.captured), first.refusals) == (1, [None, None, None])
    again = await till.accept(notice)
    assert (again.captured, again.refusals) == ([], [None])
    assert await till.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}


async def test_the_same_words_told_to_several_processes_bring_money_once_without_a_deadlock(till: Till) -> None:
    charges = [await till.charge() for _ in range(8)]
    notices = [notice_of(charge) for charge in charges]
    orders = [notices, notices[::-1], notices[4:] + notices[:4], notices]
    accepted = await asyncio.gather(*(till.accept(*batch) for batch in orders))
    assert sorted(charge.charge_id for one in accepted for charge in one.captured) == sorted(
        charge.charge_id for charge in charges
    )
    assert await till.balances() == {"provider": -8 * PRICE_MINOR, "escrow": 8 * PRICE_MINOR}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([ChargeState.FAILED], ChargeState.FAILED),
        ([ChargeState.FAILED, ChargeState.CAPTURED], ChargeState.CAPTURED),
        ([ChargeState.CAPTURED, ChargeState.FAILED], ChargeState.CAPTURED),
        ([ChargeState.CAPTURED, ChargeState.FAILED, ChargeState.CAPTURED], ChargeState.CAPTURED),
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_words_out_of_order_never_lose_money_that_came(
    till: Till, told: list[ChargeState], state: ChargeState, together: bool
) -> None:
    charge = await till.charge()
    notices = [notice_of(charge, outcome) for outcome in told]
    for batch in [notices] if together else [[notice] for notice in notices]:
        await till.accept(*batch)
    assert (await till.see(charge)).state is state
    captured = state is ChargeState.CAPTURED
    assert await till.balances() == ({"provider": -PRICE_MINOR, "escrow": PRICE_MINOR} if captured else {})


@pytest.mark.parametrize(
    "change", [{"amount_minor": 1}, {"currency": "USD"}, {"charge_id": UUID(int=7)}, {"provider": "other"}]
)
async def test_a_word_about_another_amount_currency_charge_or_provider_is_kept_and_not_believed(
    till: Till, change: dict[str, Any]
) -> None:
    charge = await till.charge()
    accepted = await till.accept(notice_of(charge, **change))
    assert accepted.captured == []
    assert accepted.refusals[0] is not None
    assert (await till.see(charge)).state is ChargeState.PENDING
    assert await till.count("payments.notice", "refused = 'unknown_charge' AND handled_at IS NOT NULL") == 1


async def _close(till: Till, charge: Charge) -> int:
    async with till.ctx.database.transaction() as connection:
        return await payments.close_charges_of(connection, [charge.parts[0].order_id])


async def test_a_closed_charge_that_is_paid_all_the_same_is_captured_so_that_it_can_go_back(till: Till) -> None:
    charge = await till.charge(100, 200)
    assert (await _close(till, charge), await _close(till, charge)) == (1, 0)
    assert (await till.see(charge)).state is ChargeState.CLOSED
    await till.accept(notice_of(charge, ChargeState.FAILED))
    assert (await till.see(charge)).state is ChargeState.CLOSED
    assert len((await till.accept(notice_of(charge))).captured) == 1


async def test_paying_an_order_one_way_closes_the_other_ways(till: Till) -> None:
    one, two = uuid4(), uuid4()
    together = await till.charge(100, 200, order_ids=(one, two))
    alone, stranger = await till.charge(100, order_ids=(one,)), await till.charge(100)
    await till.accept(notice_of(alone))
    assert (await till.see(together)).state is ChargeState.CLOSED
    assert (await till.see(stranger)).state is ChargeState.PENDING
