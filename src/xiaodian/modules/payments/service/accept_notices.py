"""Believe providers' verified messages: each once, and only if it fits the charge it names."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.payments import BadCallbackError, Charge, ChargeId, ChargeState, PaymentNotice
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments import queries
from xiaodian.modules.payments.rules import NEXT_STATES, is_about
from xiaodian.modules.payments.service.charges import set_states

_INBOX = """
    INSERT INTO payments.notice (provider, notice_id, charge_id, outcome, received_at)
    SELECT *, $5::timestamptz FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[])
    ON CONFLICT DO NOTHING RETURNING provider, notice_id
"""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch of notices came to."""

    refusals: list[BadCallbackError | None]
    """One for each notice, in order: why it was not believed; None if it was, or had been before."""
    captured: list[Charge]
    """Charges whose money has come in by this batch."""


async def accept_notices(connection: Connection, notices: Sequence[PaymentNotice]) -> Accepted:
    """Write notices into the inbox and what they say onto their charges, inside the caller's transaction.

    The caller holds the orders of the charges locked.
    """
    charges = await queries.lock_charges(connection, {notice.charge_id for notice in notices})
    fitting = [notice for notice in notices if _fits(notice, charges)]
    fresh = await _keep_fresh(connection, fitting)
    states: dict[ChargeId, ChargeState] = {}
    for notice in fresh:
        charge = charges[notice.charge_id]
        before = states.get(charge.charge_id, charge.state)
        if after := NEXT_STATES.get((before, notice.outcome)):
            states[charge.charge_id] = after
    if states:
        await set_states(connection, states)
    return Accepted(
        refusals=[None if _fits(notice, charges) else BadCallbackError(reason="unknown_charge") for notice in notices],
        captured=[
            msgspec.structs.replace(charges[charge_id], state=state)
            for charge_id, state in states.items()
            if state is ChargeState.CAPTURED
        ],
    )


def _fits(notice: PaymentNotice, charges: dict[ChargeId, Charge]) -> bool:
    charge = charges.get(notice.charge_id)
    return charge is not None and is_about(notice, charge)


async def _keep_fresh(connection: Connection, notices: Sequence[PaymentNotice]) -> list[PaymentNotice]:
    """Put notices into the inbox; those that were not there yet, each once, in the order they came."""
    first_seen: dict[tuple[str, str], PaymentNotice] = {}
    for notice in notices:
        first_seen.setdefault((notice.provider, notice.notice_id), notice)
    # In key order, so that two processes that are told the same things do not wait for each other in a circle.
    keys = sorted(first_seen)
    rows = await connection.fetch(
        _INBOX,
        [provider for provider, _ in keys],
        [notice_id for _, notice_id in keys],
        [first_seen[key].charge_id for key in keys],
        [first_seen[key].outcome for key in keys],
        utc_now(),
    )
    fresh = {(row["provider"], row["notice_id"]) for row in rows}
    return [notice for key, notice in first_seen.items() if key in fresh]
