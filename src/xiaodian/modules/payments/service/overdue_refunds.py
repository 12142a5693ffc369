"""Refunds that buyers still wait for, for the reconciliation's eyes."""

from datetime import datetime

from xiaodian.contracts.payments import Refund
from xiaodian.infra.database import Connection
from xiaodian.modules.payments.service.refunds import REFUND, to_refund


async def list_overdue_refunds(connection: Connection, before: datetime, limit: int) -> list[Refund]:
    """Refunds asked for before a moment that the provider has not carried out, or refuses; the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {REFUND} FROM payments.refund WHERE state IN ('pending', 'failed') AND requested_at < $1
        ORDER BY requested_at LIMIT $2
        """,
        before,
        limit,
    )
    return [to_refund(row) for row in rows]
