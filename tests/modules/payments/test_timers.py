"""Providers that are silent, late, down or hang: money is neither lost nor moved twice, whoever dies when."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from tests.modules.payments.conftest import PRICE_MINOR, Till, notice_of
from tests.modules.payments.servers import read

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeClosedError,
    ChargeState,
    PaymentNotice,
    Refund,
    RefundNotice,
    RefundOutcome,
    RefundState,
)
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments.jobs import jobs
from xiaodian.modules.payments.service.ask_providers import ask_about_charges, carry_out_refunds, close_charges
from xiaodian.modules.payments.service.failed_refunds import retry_refund
from xiaodian.modules.payments.service.inbox_rows import keep_notices
from xiaodian.modules.payments.service.sandbox_books import RefundPlan

SandboxOutcome = payments.SandboxOutcome


async def _ask(till: Till, providers: payments.Providers | None = None) -> int:
    await till.hurry()
    return await ask_about_charges(till.ctx.database, providers or payments.Providers(till.ctx), utc_now())


async def _refund(till: Till, providers: payments.Providers | None = None) -> int:
    await till.hurry()
    return await carry_out_refunds(till.ctx.database, providers or payments.Providers(till.ctx), utc_now())


async def _handle_inbox(till: Till) -> int:
    """What orders' job does."""
    async with till.ctx.database.connection() as connection:
        notices = await payments.list_unhandled_payments(connection, utc_now(), 100)
    if notices:
        return len((await till.accept(*notices)).captured)
    return 0


async def _close(till: Till, charge: Charge) -> None:
    async with till.ctx.database.transaction() as connection:
        await payments.close_charges_of(connection, [part.order_id for part in charge.parts])


async def _decide(till: Till, charge: Charge, outcome: SandboxOutcome, delay_s: int = 60) -> list[Any]:
    return await payments.decide(payments.Providers(till.ctx).get_sandbox(), charge, outcome, delay_s)


async def _run(till: Till, name: str) -> None:
    [job] = [job for job in jobs(till.ctx) if job.name == name]
    await job.run()


async def test_a_payment_that_nobody_tells_us_of_is_found_by_asking(till: Till) -> None:
    paid, undecided, failed = await till.charge(), await till.charge(), await till.charge()
    assert await _decide(till, paid, SandboxOutcome.NEVER) == []
    await _decide(till, failed, SandboxOutcome.FAIL)
    assert await _ask(till) == 2
    assert await _handle_inbox(till) == 1
    states = [(await till.see(charge)).state for charge in (paid, undecided, failed)]
    assert states == [ChargeState.CAPTURED, ChargeState.PENDING, ChargeState.FAILED]
    assert await till.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}
    assert (await _ask(till), await _handle_inbox(till)) == (1, 0)


async def test_a_charge_is_not_asked_for_before_its_time_and_ever_more_rarely(till: Till) -> None:
    await till.charge()
    providers = payments.Providers(till.ctx)
    calls: list[Charge] = []

    async def _find(charge: Charge) -> PaymentNotice | None:
        calls.append(charge)
        return None

    providers.get_sandbox().find_charge = _find  # type: ignore[method-assign]
    await ask_about_charges(till.ctx.database, providers, utc_now())
    assert calls == []
    pauses = []
    for _ in range(12):
        await _ask(till, providers)
        async with till.ctx.database.connection() as connection:
            pauses.append(
                await connection.fetchval("SELECT extract(epoch FROM ask_at - now())::float FROM payments.charge")
            )
    assert len(calls) == 12
    assert pauses[0] <= 31
    assert all(before * 1.4 < after for before, after in pairwise(pauses[:9]))
    assert max(pauses) <= 6 * 3600 + 1


async def test_a_closed_charge_is_watched_for_a_while_and_then_let_go(till: Till) -> None:
    charge = await till.charge()
    await _close(till, charge)
    for _ in range(13):
        await _ask(till)
    assert await till.count("payments.charge", "ask_at IS NULL") == 1


async def test_many_workers_ask_about_each_charge_once(till: Till) -> None:
    for _ in range(20):
        await till.charge()
    await till.hurry()
    providers = payments.Providers(till.ctx)
    asked: list[Charge] = []

    async def _find(charge: Charge) -> PaymentNotice | None:
        asked.append(charge)
        return notice_of(charge)

    providers.get_sandbox().find_charge = _find  # type: ignore[method-assign]
    await asyncio.gather(*(ask_about_charges(till.ctx.database, providers, utc_now()) for _ in range(4)))
    assert len({charge.charge_id for charge in asked}) == len(asked) == 20


async def test_a_provider_that_is_away_for_one_charge_does_not_hold_up_the_others(till: Till) -> None:
    charges = [await till.charge() for _ in range(3)]
    providers = payments.Providers(till.ctx)
    faults = {charges[0].charge_id: UnavailableError(), charges[1].charge_id: RuntimeError("strange answer")}

    async def _find(charge: Charge) -> PaymentNotice | None:
        if charge.charge_id in faults:
            raise faults[charge.charge_id]
        return notice_of(charge)

    providers.get_sandbox().find_charge = _find  # type: ignore[method-assign]
    assert await _ask(till, providers) == 1
    faults.clear()
    assert await _ask(till, providers) == 3


async def test_the_provider_is_told_of_closed_charges_until_it_hears(till: Till) -> None:
    charge = await till.charge()
    await _close(till, charge)
    providers = payments.Providers(till.ctx)
    sandbox = providers.get_sandbox()
    real, away = sandbox.close_charge, True

    async def _maybe(charge: Charge) -> None:
        if away:
            raise UnavailableError
        await real(charge)

    sandbox.close_charge = _maybe  # type: ignore[method-assign]
    assert await close_charges(till.ctx.database, providers, utc_now()) == 0
    away = False
    await till.hurry()
    assert await close_charges(till.ctx.database, providers, utc_now()) == 1
    await till.hurry()
    assert await close_charges(till.ctx.database, providers, utc_now()) == 0
    with pytest.raises(ChargeClosedError):
        await _decide(till, charge, SandboxOutcome.SUCCEED)


async def test_who_paid_before_the_provider_heard_of_the_closing_is_found_out(till: Till) -> None:
    charge = await till.charge()
    await _decide(till, charge, SandboxOutcome.NEVER)
    await _close(till, charge)
    assert await close_charges(till.ctx.database, payments.Providers(till.ctx), utc_now()) == 1
    await _ask(till)
    assert await _handle_inbox(till) == 1


async def test_a_refund_goes_back_through_the_provider_and_is_told(till: Till) -> None:
    charge = await till.paid(1000)
    await till.request(charge, 400)
    assert await _refund(till) == 1
    assert await till.refund_states(charge) == ["succeeded"]
    assert await till.balances() == {"provider": -600, "escrow": 600}
    assert await till.events("PaymentRefunded", "RefundFailed") == ["PaymentRefunded"]
    assert await _refund(till) == 0
    async with till.ctx.database.connection() as connection:
        movements = await payments.list_movements(connection, [charge.parts[0].order_id])
        day = await payments.list_day(connection, charge.created_at, utc_now(), limit=10)
    assert [(one.kind.value, one.amount_minor) for one in movements] == [
        ("paid", 1000),
        ("refund_requested", 400),
        ("refunded", 400),
    ]
    sandbox = payments.Providers(till.ctx).get("sandbox")
    days = sorted({charge.created_at.date(), utc_now().date()})
    told = [line for each in days for line in await read(payments.get_statement_lines(sandbox, each))]
    assert [(line.charge_id, line.refund_id, line.amount_minor) for line in told] == [
        (line.charge_id, line.refund_id, line.amount_minor) for line in day
    ]
    assert [line.amount_minor for line in day] == [1000, -400]


async def test_a_refund_asked_twice_because_a_worker_died_gives_back_once(till: Till) -> None:
    charge = await till.paid(1000)
    refund = await till.request(charge, 400)
    sandbox = payments.Providers(till.ctx).get_sandbox()
    assert (await sandbox.refund(refund, charge)).state is RefundState.SUCCEEDED
    assert await till.refund_states(charge) == ["pending"]
    assert await _refund(till) == 1
    assert await till.count("payments.sandbox_refund") == 1
    assert await till.balances() == {"provider": -600, "escrow": 600}


async def test_workers_that_race_carry_out_each_refund_once(till: Till) -> None:
    charges = [await till.paid(1000) for _ in range(5)]
    for charge in charges:
        await till.request(charge, 700)
    await till.hurry()
    providers = payments.Providers(till.ctx)
    done = await asyncio.gather(*(carry_out_refunds(till.ctx.database, providers, utc_now()) for _ in range(4)))
    assert sum(done) == 5
    assert await till.events("PaymentRefunded") == ["PaymentRefunded"] * 5
    assert await till.balances() == {"provider": -1500, "escrow": 1500}


async def test_a_refund_under_way_is_asked_for_and_not_made_again(till: Till) -> None:
    charge = await till.paid(1000)
    providers = payments.Providers(till.ctx)
    sandbox = providers.get_sandbox()
    await sandbox.books.plan_refunds(charge.charge_id, RefundPlan.WAIT)
    await till.request(charge, 400)
    assert await _refund(till, providers) == 0

    async def _never(refund: Refund, charge: Charge) -> RefundOutcome:
        raise AssertionError("made again")

    sandbox.refund = _never  # type: ignore[method-assign]
    assert await _refund(till, providers) == 0
    await sandbox.books.plan_refunds(charge.charge_id, RefundPlan.SUCCEED)
    assert await _refund(till, providers) == 1
    assert await till.balances() == {"provider": -600, "escrow": 600}


async def test_a_refused_refund_waits_for_an_operator_and_can_be_tried_again(till: Till) -> None:
    charge = await till.paid(1000)
    sandbox = payments.Providers(till.ctx).get_sandbox()
    await sandbox.books.plan_refunds(charge.charge_id, RefundPlan.FAIL)
    refund = await till.request(charge, 400)
    assert await _refund(till) == 1
    assert await till.refund_states(charge) == ["failed"]
    assert await till.balances() == {"provider": -1000, "escrow": 600, "refunds": 400}
    assert await till.events("PaymentRefunded", "RefundFailed") == ["RefundFailed"]
    assert await _refund(till) == 0
    await sandbox.books.plan_refunds(charge.charge_id, RefundPlan.SUCCEED)
    async with till.ctx.database.transaction() as connection:
        retried = await retry_refund(connection, refund.refund_id)
        assert (retried.state, retried.attempt) == (RefundState.PENDING, 2)
        assert (await retry_refund(connection, refund.refund_id)).attempt == 2
    assert await _refund(till) == 1
    assert await till.events("PaymentRefunded", "RefundFailed") == ["RefundFailed", "PaymentRefunded"]
    assert await till.balances() == {"provider": -600, "escrow": 600}


async def test_a_callback_about_a_refund_ends_it_once_even_if_the_process_died_before_it_was_handled(
    till: Till,
) -> None:
    charge = await till.paid(1000)
    refund = await till.request(charge, 400)
    sandbox = payments.Providers(till.ctx).get_sandbox()
    headers, body = await sandbox.sign_refund_notice(refund, RefundState.SUCCEEDED, "r1")
    notice = await sandbox.verify_callback(headers, body)
    assert isinstance(notice, RefundNotice)
    async with till.ctx.database.connection() as connection:
        for _ in range(2):
            kept = await keep_notices(connection, [notice], utc_now())
            assert kept["sandbox", "r1"].refused is None
        await connection.execute("UPDATE payments.notice SET received_at = received_at - interval '1 minute'")
    await _run(till, "payments_handle_refund_notices")
    await _run(till, "payments_handle_refund_notices")
    assert await payments.accept_refund_notices(till.ctx.database, [notice]) == 0
    assert await till.refund_states(charge) == ["succeeded"]
    assert await till.events("PaymentRefunded") == ["PaymentRefunded"]
    assert await till.balances() == {"provider": -600, "escrow": 600}


@pytest.mark.parametrize("change", [{"amount_minor": 1}, {"currency": "USD"}])
async def test_a_word_about_another_amount_is_kept_as_refused_at_the_door(till: Till, change: dict[str, Any]) -> None:
    charge = await till.charge()
    notice = notice_of(charge, notice_id="n1", **change)
    async with till.ctx.database.connection() as connection:
        for _ in range(2):
            kept = await keep_notices(connection, [notice, notice_of(charge)], utc_now())
            assert (kept["sandbox", "n1"].refused, kept["sandbox", "n1"].is_handled) == ("unknown_charge", True)
    assert await till.count("payments.notice", "refused IS NOT NULL") == 1
    assert await _handle_inbox(till) == 1


async def test_a_callback_comes_later_if_the_sandbox_was_told_so(till: Till) -> None:
    charge = await till.charge()
    assert await _decide(till, charge, SandboxOutcome.LATER, 3600) == []
    await _run(till, "payments_deliver_sandbox_callbacks")
    assert await _handle_inbox(till) == 0
    await till.hurry()
    await _run(till, "payments_deliver_sandbox_callbacks")
    assert await till.count("payments.sandbox_callback") == 0
    assert await _handle_inbox(till) == 1


@pytest.mark.parametrize(
    ("outcome", "told", "state"),
    [
        (SandboxOutcome.SUCCEED, 1, ChargeState.CAPTURED),
        (SandboxOutcome.FAIL, 1, ChargeState.FAILED),
        (SandboxOutcome.SUCCEED_TWICE, 2, ChargeState.CAPTURED),
        (SandboxOutcome.OUT_OF_ORDER, 2, ChargeState.CAPTURED),
    ],
)
async def test_the_sandbox_tells_what_it_was_told_to_tell(
    till: Till, outcome: SandboxOutcome, told: int, state: ChargeState
) -> None:
    charge = await till.charge()
    callbacks = await _decide(till, charge, outcome)
    assert len(callbacks) == told
    sandbox = payments.Providers(till.ctx).get_sandbox()
    for headers, body in callbacks:
        notice = await sandbox.verify_callback(headers, body)
        assert isinstance(notice, PaymentNotice)
        await till.accept(notice)
    assert (await till.see(charge)).state is state
    with pytest.raises(BadCallbackError):
        await sandbox.verify_callback({**callbacks[0][0], "webhook-id": "other"}, callbacks[0][1])
