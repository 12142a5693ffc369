"""Reads of the ledger."""

from datetime import datetime

from xiaodian.infra.database import Connection


async def get_balance(connection: Connection, account: str, currency: str, at: datetime | None = None) -> int:
    """The sum of an account's entries in minor units, up to and including `at` (now if None); 0 if it has none."""
    balance = await connection.fetchval(
        """
        SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger.entry
        WHERE account = $1 AND currency = $2 AND ($3::timestamptz IS NULL OR posted_at <= $3)
        """,
        account,
        currency,
        at,
    )
    return int(balance)
