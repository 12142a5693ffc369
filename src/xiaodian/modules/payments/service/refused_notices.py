"""Messages that providers signed and we did not believe, for the reconciliation's eyes."""

from datetime import datetime

from xiaodian.contracts.payments import RefusedNotice
from xiaodian.infra.database import Connection


async def list_refused_notices(
    connection: Connection, start: datetime, end: datetime, limit: int
) -> list[RefusedNotice]:
    """Those that came in [start, end), the oldest first."""
    rows = await connection.fetch(
        """
        SELECT provider, notice_id, refused AS reason,
            CASE kind WHEN 'payment' THEN subject_id END AS charge_id,
            CASE kind WHEN 'refund' THEN subject_id END AS refund_id,
            amount_minor, currency
        FROM payments.notice WHERE refused IS NOT NULL AND received_at >= $1 AND received_at < $2
        ORDER BY received_at, provider, notice_id LIMIT $3
        """,
        start,
        end,
        limit,
    )
    return [RefusedNotice(**row) for row in rows]
