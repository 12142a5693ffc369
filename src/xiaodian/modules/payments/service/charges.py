"""A charge from its creation to its refund. Each inside the caller's transaction, who holds the order locked."""

from collections.abc import Sequence

from xiaodian.contracts.payments import Charge, ChargeId, ChargeState, NewCharge, PaymentRefunded
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.payments import queries

_CREATE = """
    INSERT INTO payments.charge (charge_id, order_id, shop_id, payer_id, provider, amount_minor, currency, state,
        created_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8)
    ON CONFLICT (order_id, provider) WHERE state = 'pending' DO UPDATE SET changed_at = excluded.changed_at
    RETURNING charge_id, order_id, shop_id, payer_id, provider, amount_minor, currency, state, pay_url
"""


async def create_charge(connection: Connection, new: NewCharge) -> Charge:
    """A pending charge; the one that the order already has with this provider, if there is one."""
    row = await connection.fetchrow(
        _CREATE,
        new_id(),
        new.order_id,
        new.shop_id,
        new.payer_id,
        new.provider,
        new.amount_minor,
        new.currency,
        utc_now(),
    )
    assert row is not None
    return queries.to_charge(row)


async def set_pay_url(connection: Connection, charge_id: ChargeId, pay_url: str) -> None:
    """Remember where the provider lets the buyer pay."""
    await connection.execute("UPDATE payments.charge SET pay_url = $2 WHERE charge_id = $1", charge_id, pay_url)


async def set_states(connection: Connection, states: dict[ChargeId, ChargeState]) -> None:
    """Write new states of charges that this transaction holds locked."""
    await connection.execute(
        """
        UPDATE payments.charge SET state = change.state, changed_at = $3
        FROM unnest($1::uuid[], $2::text[]) AS change (charge_id, state) WHERE charge.charge_id = change.charge_id
        """,
        list(states),
        list(states.values()),
        utc_now(),
    )


async def refund_charges(connection: Connection, charges: Sequence[Charge]) -> None:
    """The money of these captured, locked charges goes back to those who paid. Emits PaymentRefunded."""
    if not charges:
        return
    await set_states(connection, {charge.charge_id: ChargeState.REFUNDED for charge in charges})
    await outbox.emit(
        connection,
        *(
            PaymentRefunded(order_id=charge.order_id, charge_id=charge.charge_id, amount_minor=charge.amount_minor)
            for charge in charges
        ),
    )
