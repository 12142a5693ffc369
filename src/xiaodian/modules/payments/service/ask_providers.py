"""What is told and asked of providers by time: silent charges, closed ones, refunds.

Any number of workers may do it at once. Each claims rows in a transaction that also says when they are due again, then
talks to the provider outside of any transaction, then writes what came of it. Who dies in between leaves rows that
come up again, and every call to a provider may be made again.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import (
    Charge,
    ChargeId,
    ChargeState,
    PaymentNotice,
    Refund,
    RefundId,
    RefundOutcome,
    RefundState,
)
from xiaodian.infra.database import Connection, Database, Record
from xiaodian.infra.logging import get_logger
from xiaodian.modules.payments import queries
from xiaodian.modules.payments.rules import TIMES_ASKED_AFTER_THE_END, TIMES_CLOSED, pause_after
from xiaodian.modules.payments.service.inbox_rows import keep_notices
from xiaodian.modules.payments.service.providers import Providers
from xiaodian.modules.payments.service.refunds import REFUND, settle_refunds, to_refund

BATCH = 100
AT_ONCE = 32
"""Calls to providers under way at the same time in one process."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")

log = get_logger(__name__)

_DUE = f"""
    SELECT {queries.CHARGE}, {{times}} AS times FROM payments.charge
    WHERE {{due}} <= $1 AND provider = ANY($2::text[]) ORDER BY {{due}} LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_DUE_AGAIN = """
    UPDATE payments.charge SET {times} = {times} + 1, {due} = later.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS later (charge_id, at) WHERE charge.charge_id = later.charge_id
"""
_REFUNDS_DUE = f"""
    SELECT {REFUND}, times_tried, is_under_way FROM payments.refund
    WHERE try_at <= $1 AND state = 'pending' AND provider = ANY($2::text[])
    ORDER BY try_at LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_REFUNDS_DUE_AGAIN = """
    UPDATE payments.refund SET times_tried = times_tried + 1, try_at = later.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS later (refund_id, at) WHERE refund.refund_id = later.refund_id
"""


class _DueRefund(msgspec.Struct, frozen=True, kw_only=True):
    refund: Refund
    charge: Charge
    is_under_way: bool


async def ask_about_charges(database: Database, providers: Providers, now: datetime) -> int:
    """Ask about charges that nobody has told us about for a while; the answers go into the inbox. Says how many."""

    async def _find(charge: Charge) -> PaymentNotice | None:
        return await providers.get(charge.provider).find_charge(charge)

    async def _batch() -> tuple[int, int]:
        charges = await _claim_charges(database, providers, now, due="ask_at", times="times_asked")
        notices = [notice for _, notice in await _call_all(_find, charges) if notice is not None]
        if notices:
            async with database.connection() as connection:
                await keep_notices(connection, notices, now)
        return len(charges), len(notices)

    return await _until_done(_batch)


async def close_charges(database: Database, providers: Providers, now: datetime) -> int:
    """Tell providers of charges that nobody shall pay any more. Says how many were told."""

    async def _close(charge: Charge) -> None:
        await providers.get(charge.provider).close_charge(charge)

    async def _batch() -> tuple[int, int]:
        charges = await _claim_charges(database, providers, now, due="close_at", times="times_closed")
        told = [charge.charge_id for charge, _ in await _call_all(_close, charges)]
        if told:
            async with database.connection() as connection:
                await connection.execute(
                    "UPDATE payments.charge SET close_at = NULL WHERE charge_id = ANY($1::uuid[])", told
                )
        return len(charges), len(told)

    return await _until_done(_batch)


async def carry_out_refunds(database: Database, providers: Providers, now: datetime) -> int:
    """Have providers give back what was decided. Says how many refunds came to an end."""

    async def _refund(one: _DueRefund) -> RefundOutcome:
        provider = providers.get(one.refund.provider)
        if one.is_under_way:
            return await provider.find_refund(one.refund, one.charge)
        return await provider.refund(one.refund, one.charge)

    async def _batch() -> tuple[int, int]:
        due = await _claim_refunds(database, providers, now)
        answers = await _call_all(_refund, due)
        if not answers:
            return len(due), 0
        outcomes = {one.refund.refund_id: outcome for one, outcome in answers}
        async with database.transaction() as connection:
            await _mark_under_way(connection, outcomes)
            words = {refund_id: (outcome.state, outcome.detail) for refund_id, outcome in outcomes.items()}
            return len(due), len(await settle_refunds(connection, words))

    return await _until_done(_batch)


async def _until_done(batch: Callable[[], Awaitable[tuple[int, int]]]) -> int:
    """Batch after batch (how many were due, how many came to something) until there is no full one any more."""
    total = 0
    while True:
        due, done = await batch()
        total += done
        if due < BATCH:
            return total


async def _mark_under_way(connection: Connection, outcomes: dict[RefundId, RefundOutcome]) -> None:
    under_way = [refund_id for refund_id, outcome in outcomes.items() if outcome.state is RefundState.PENDING]
    if under_way:
        await connection.execute(
            "UPDATE payments.refund SET is_under_way = true WHERE refund_id = ANY($1::uuid[])", under_way
        )


async def _claim_charges(
    database: Database, providers: Providers, now: datetime, *, due: str, times: str
) -> list[Charge]:
    async with database.transaction() as connection:
        rows = await connection.fetch(_DUE.format(due=due, times=times), now, list(providers.names), BATCH)
        charges = await queries.add_parts(connection, rows)
        again = [_due_again(row, now, due) for row in rows]
        await connection.execute(
            _DUE_AGAIN.format(due=due, times=times), [charge.charge_id for charge in charges], again
        )
    return charges


def _due_again(row: Record, now: datetime, due: str) -> datetime | None:
    times: int = row["times"] + 1
    is_over = row["state"] != ChargeState.PENDING
    if (due == "ask_at" and is_over and times >= TIMES_ASKED_AFTER_THE_END) or (
        due == "close_at" and times >= TIMES_CLOSED
    ):
        return None
    return now + pause_after(times, random.random())


async def _claim_refunds(database: Database, providers: Providers, now: datetime) -> list[_DueRefund]:
    async with database.transaction() as connection:
        rows = await connection.fetch(_REFUNDS_DUE, now, list(providers.names), BATCH)
        if not rows:
            return []
        charges = await queries.find_charges(connection, {ChargeId(row["charge_id"]) for row in rows})
        await connection.execute(
            _REFUNDS_DUE_AGAIN,
            [row["refund_id"] for row in rows],
            [now + pause_after(row["times_tried"] + 1, random.random()) for row in rows],
        )
    return [
        _DueRefund(refund=to_refund(row), charge=charges[row["charge_id"]], is_under_way=row["is_under_way"])
        for row in rows
    ]


async def _call_all(call: Callable[[Item], Awaitable[Answer]], items: Sequence[Item]) -> list[tuple[Item, Answer]]:
    """Call a provider for each item, a few at a time; those that were answered. The others come up again."""
    free = asyncio.Semaphore(AT_ONCE)
    answers: list[tuple[Item, Answer]] = []

    async def _one(item: Item) -> None:
        async with free:
            try:
                answers.append((item, await call(item)))
            except UnavailableError:
                log.warning("provider_away", item=type(item).__name__)
            except Exception:
                log.exception("provider_call_failed", item=type(item).__name__)

    await asyncio.gather(*(_one(item) for item in items))
    return answers
