"""What happened to buyers' money, for their eyes, the shop's, and the reconciliation's."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from xiaodian.contracts.payments import BookedLine, Movement, MovementKind, PaymentProvider, StatementLine
from xiaodian.infra.database import Connection

_MOVEMENTS = """
    SELECT part.order_id, charge.captured_at AS at, 'paid' AS kind, part.amount_minor, charge.currency,
        charge.provider, NULL::text AS reason
    FROM payments.charge_part AS part JOIN payments.charge USING (charge_id)
    WHERE part.order_id = ANY($1::uuid[]) AND charge.state = 'captured'
    UNION ALL
    SELECT order_id, requested_at, 'refund_requested', amount_minor, currency, provider, reason
    FROM payments.refund WHERE order_id = ANY($1::uuid[])
    UNION ALL
    SELECT order_id, settled_at, CASE state WHEN 'succeeded' THEN 'refunded' ELSE 'refund_failed' END, amount_minor,
        currency, provider, reason
    FROM payments.refund WHERE order_id = ANY($1::uuid[]) AND state <> 'pending'
    ORDER BY at
"""

_BOOKED = """
    SELECT provider, charge_id, NULL::uuid AS refund_id, amount_minor, currency, captured_at AS at
    FROM payments.charge WHERE captured_at >= $1 AND captured_at < $2
    UNION ALL
    SELECT provider, charge_id, refund_id, -amount_minor, currency, settled_at
    FROM payments.refund WHERE state = 'succeeded' AND settled_at >= $1 AND settled_at < $2
    ORDER BY at
"""


async def list_movements(connection: Connection, order_ids: Collection[UUID]) -> list[Movement]:
    """Every movement of money of these orders, the oldest first."""
    rows = await connection.fetch(_MOVEMENTS, list(order_ids))
    return [Movement(**{**row, "kind": MovementKind(row["kind"])}) for row in rows]


async def list_day(connection: Connection, start: datetime, end: datetime) -> list[BookedLine]:
    """What we think all providers took in and gave back from `start` until before `end`, the oldest first."""
    return [BookedLine(**row) for row in await connection.fetch(_BOOKED, start, end)]


async def get_statement_lines(provider: PaymentProvider, day: date) -> list[StatementLine]:
    """What a provider says it took in and gave back on a day. To be called outside of transactions.

    Raises UnavailableError, also while the provider has not yet made up the day's statement.
    """
    return await provider.get_statement(day)
