"""A charge from its creation to its end. Each inside the caller's transaction, who holds the orders locked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from xiaodian.contracts.payments import Charge, ChargeId, ChargePart, ChargeState, NewCharge, PayAction
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.payments import queries
from xiaodian.modules.payments.rules import FIRST_ASKED_AFTER

_ORDERS_NAMESPACE = UUID("6f0d3e52-5b0c-5d0e-9f6a-1b8f3f0c7a11")

_CREATE = """
    INSERT INTO payments.charge (charge_id, orders_key, payer_id, provider, method, amount_minor, currency, state,
        created_at, changed_at, ask_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8, $9)
    ON CONFLICT (orders_key, provider, method) WHERE state = 'pending' DO NOTHING
    RETURNING charge_id
"""

_ADD_PARTS = """
    INSERT INTO payments.charge_part (charge_id, order_id, shop_id, amount_minor)
    SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::bigint[])
"""

_FIND_PENDING = """
    SELECT charge_id FROM payments.charge
    WHERE orders_key = $1 AND provider = $2 AND method = $3 AND state = 'pending' FOR UPDATE
"""

_SET_STATES = """
    UPDATE payments.charge SET
        state = change.state,
        provider_ref = coalesce(change.provider_ref, charge.provider_ref),
        captured_at = CASE change.state WHEN 'captured' THEN $4::timestamptz END,
        ask_at = CASE change.state WHEN 'captured' THEN NULL ELSE $5::timestamptz END,
        times_asked = 0,
        close_at = NULL,
        changed_at = $4
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS change (charge_id, state, provider_ref)
    WHERE charge.charge_id = change.charge_id
"""

_CLOSE = """
    UPDATE payments.charge SET
        state = 'closed', changed_at = $2, close_at = $2, times_closed = 0, ask_at = $3, times_asked = 0
    WHERE charge_id = ANY($1::uuid[]) AND state = 'pending'
"""


async def create_charge(connection: Connection, new: NewCharge) -> Charge:
    """A pending charge; the one that exactly these orders already have with this provider and way to pay, if any."""
    parts = sorted(new.parts, key=lambda part: part.order_id)
    orders_key = _orders_key(parts)
    while True:
        charge_id = await _insert(connection, new, orders_key, parts)
        if charge_id is None:
            # It may have been captured or closed between the two statements; then a new one is needed after all.
            charge_id = await connection.fetchval(_FIND_PENDING, orders_key, new.provider, new.method)
        if charge_id is not None:
            return (await queries.find_charges(connection, [charge_id]))[charge_id]


async def _insert(
    connection: Connection, new: NewCharge, orders_key: UUID, parts: Sequence[ChargePart]
) -> ChargeId | None:
    now = utc_now()
    charge_id: ChargeId | None = await connection.fetchval(
        _CREATE,
        new_id(),
        orders_key,
        new.payer_id,
        new.provider,
        new.method,
        sum(part.amount_minor for part in parts),
        new.currency,
        now,
        now + FIRST_ASKED_AFTER,
    )
    if charge_id is not None:
        await connection.execute(
            _ADD_PARTS,
            charge_id,
            [part.order_id for part in parts],
            [part.shop_id for part in parts],
            [part.amount_minor for part in parts],
        )
    return charge_id


def _orders_key(parts: Sequence[ChargePart]) -> UUID:
    """The same for the same set of orders; of one order its own id."""
    if len(parts) == 1:
        return parts[0].order_id
    return uuid5(_ORDERS_NAMESPACE, ",".join(str(part.order_id) for part in parts))


async def set_action(connection: Connection, charge_id: ChargeId, action: PayAction) -> None:
    """Remember how the provider lets the buyer pay."""
    await connection.execute("UPDATE payments.charge SET action = $2 WHERE charge_id = $1", charge_id, action)


async def set_states(
    connection: Connection, states: Mapping[ChargeId, tuple[ChargeState, str | None]], now: datetime
) -> None:
    """Write new states, and the provider's own ids if told, of charges that this transaction holds locked."""
    await connection.execute(
        _SET_STATES,
        list(states),
        [state for state, _ in states.values()],
        [provider_ref for _, provider_ref in states.values()],
        now,
        now + FIRST_ASKED_AFTER,
    )


async def close_charges_of(connection: Connection, order_ids: Collection[UUID]) -> int:
    """Close what is pending for these orders: nobody shall pay it any more. Says how many.

    The provider is told by a job, afterwards; a buyer who is quicker has the money sent back. A charge for several
    orders closes as a whole: whoever still wants to pay the others begins anew.
    """
    rows = await connection.fetch(
        "SELECT charge_id FROM payments.charge_part WHERE order_id = ANY($1::uuid[])", list(order_ids)
    )
    return await close_charges(connection, {row["charge_id"] for row in rows})


async def close_charges(connection: Connection, charge_ids: Collection[ChargeId]) -> int:
    """Close those of these charges that are pending. Says how many."""
    if not charge_ids:
        return 0
    now = utc_now()
    status = await connection.execute(_CLOSE, sorted(charge_ids), now, now + FIRST_ASKED_AFTER)
    return int(status.rpartition(" ")[2])
