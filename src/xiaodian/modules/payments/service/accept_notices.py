"""Believe providers' verified messages about charges: each once, and only if it fits the charge it names."""

from collections.abc import Mapping, Sequence

import msgspec

from xiaodian.contracts.payments import BadCallbackError, Charge, ChargeId, ChargeState, PaymentNotice
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments import queries
from xiaodian.modules.payments.rules import NEXT_STATES, is_about
from xiaodian.modules.payments.service.charges import close_charges, set_states
from xiaodian.modules.payments.service.inbox_rows import handle_once, key_of


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch of notices came to."""

    refusals: list[BadCallbackError | None]
    """One for each notice, in order: why it was not believed; None if it was, or had been before."""
    captured: list[Charge]
    """Charges whose money has come in by this batch."""


async def accept_notices(connection: Connection, notices: Sequence[PaymentNotice]) -> Accepted:
    """Mark notices in the inbox as handled and write what they say onto their charges, in the caller's transaction.

    The caller holds the orders of the charges locked. What else is pending for orders that are paid now is closed.
    """
    now = utc_now()
    charges, charges_of = await queries.lock_charges(connection, {notice.charge_id for notice in notices})
    refusals = [_why_not(notice, charges) for notice in notices]
    fresh = await handle_once(connection, list(zip(notices, refusals, strict=True)), now)
    states: dict[ChargeId, tuple[ChargeState, str | None]] = {}
    for notice, refusal in zip(notices, refusals, strict=True):
        if refusal is None and key_of(notice) in fresh:
            before = states.get(notice.charge_id, (charges[notice.charge_id].state, None))[0]
            if after := NEXT_STATES.get((before, notice.outcome)):
                states[notice.charge_id] = after, notice.provider_ref
    if states:
        await set_states(connection, states, now)
    captured = [
        msgspec.structs.replace(charges[charge_id], state=state, provider_ref=ref or charges[charge_id].provider_ref)
        for charge_id, (state, ref) in states.items()
        if state is ChargeState.CAPTURED
    ]
    others = {one for charge in captured for part in charge.parts for one in charges_of[part.order_id]}
    await close_charges(connection, others - {charge.charge_id for charge in captured})
    return Accepted(
        refusals=[BadCallbackError(reason=refusal) if refusal else None for refusal in refusals], captured=captured
    )


def _why_not(notice: PaymentNotice, charges: Mapping[ChargeId, Charge]) -> str | None:
    charge = charges.get(notice.charge_id)
    return None if charge is not None and is_about(notice, charge) else "unknown_charge"
