"""What happened to buyers' money, for their eyes, the shop's, and the reconciliation's."""

from collections.abc import AsyncGenerator, Collection
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

_LINE = ", ".join(BookedLine.__struct_fields__)
_CAPTURED = """
    SELECT provider, charge_id, NULL::uuid AS refund_id, amount_minor, currency, captured_at AS at
    FROM payments.charge WHERE captured_at >= $1 AND captured_at < $2
"""
_REFUNDED = """
    SELECT provider, charge_id, refund_id, -amount_minor AS amount_minor, currency, settled_at AS at
    FROM payments.refund WHERE state = 'succeeded' AND settled_at >= $1 AND settled_at < $2
"""

# Each side is limited by itself, so that each is read along its index no further than a page.
_DAY = f"""
    (
        {_CAPTURED} AND ($3::text IS NULL OR provider = $3) AND (captured_at, charge_id) > ($4, $5)
        ORDER BY captured_at, charge_id LIMIT $6
    ) UNION ALL (
        {_REFUNDED} AND ($3::text IS NULL OR provider = $3) AND (settled_at, refund_id) > ($4, $5)
        ORDER BY settled_at, refund_id LIMIT $6
    )
"""
_BOOKED = f"""
    {_CAPTURED} AND provider = $3 AND charge_id = ANY($4::uuid[])
    UNION ALL
    {_REFUNDED} AND provider = $3 AND refund_id = ANY($5::uuid[])
"""


async def list_movements(connection: Connection, order_ids: Collection[UUID]) -> list[Movement]:
    """Every movement of money of these orders, the oldest first."""
    rows = await connection.fetch(_MOVEMENTS, list(order_ids))
    return [Movement(**{**row, "kind": MovementKind(row["kind"])}) for row in rows]


async def list_day(
    connection: Connection,
    start: datetime,
    end: datetime,
    *,
    provider: str | None = None,
    after: BookedLine | None = None,
    limit: int,
) -> list[BookedLine]:
    """What we think a provider (None: each of them) took in and gave back in [start, end), the oldest first."""
    after_at, after_id = (after.at, after.refund_id or after.charge_id) if after else (start, UUID(int=0))
    rows = await connection.fetch(
        f"SELECT {_LINE} FROM ({_DAY}) AS line ORDER BY at, coalesce(refund_id, charge_id) LIMIT $6",
        start,
        end,
        provider,
        after_at,
        after_id,
        limit,
    )
    return [BookedLine(**row) for row in rows]


async def find_booked(
    connection: Connection,
    provider: str,
    start: datetime,
    end: datetime,
    *,
    charge_ids: Collection[UUID],
    refund_ids: Collection[UUID],
) -> list[BookedLine]:
    """Those of these charges and refunds that we think the provider carried out in [start, end)."""
    rows = await connection.fetch(_BOOKED, start, end, provider, list(charge_ids), list(refund_ids))
    return [BookedLine(**row) for row in rows]


def get_statement_lines(provider: PaymentProvider, day: date) -> AsyncGenerator[StatementLine, None]:
    """What a provider says it took in and gave back on a day. To be called outside of transactions.

    Raises UnavailableError at the first line or a later one, also while the provider has not yet made up the day's
    statement.
    """
    return provider.get_statement(day)
