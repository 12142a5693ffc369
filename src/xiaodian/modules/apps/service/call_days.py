"""The log of calls has a table for each day (UTC), so that a day is forgotten by dropping it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import earliest_id

KEPT_DAYS = 30
USAGE_KEPT_DAYS = 400
AHEAD_DAYS = 3
_NAME = "call_%Y%m%d"


def day_of(call_id: UUID) -> date:
    """The day on which an id was made."""
    return datetime.fromtimestamp((call_id.int >> 80) / 1000, UTC).date()


async def ensure_days(connection: Connection, days: Sequence[date]) -> None:
    """Make the tables of these days, where they are missing."""
    for day in days:
        name = day.strftime(_NAME)
        if await connection.fetchval("SELECT to_regclass($1)", f"apps.{name}") is not None:
            continue
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('apps.call'))")
        start = datetime.combine(day, datetime.min.time(), UTC)
        await connection.execute(
            f"""
            CREATE TABLE IF NOT EXISTS apps.{name} PARTITION OF apps.call
            FOR VALUES FROM ('{earliest_id(start)}') TO ('{earliest_id(start + timedelta(days=1))}')
            """
        )


async def turn_days(ctx: Context) -> None:
    """Make the tables of the next days before they are needed, and forget days that are old enough."""
    today = utc_now().date()
    async with ctx.database.transaction() as connection:
        await ensure_days(connection, [today + timedelta(days=ahead) for ahead in range(AHEAD_DAYS)])
    oldest = (today - timedelta(days=KEPT_DAYS)).strftime(_NAME)
    async with ctx.database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = 'apps.call'::regclass AND relname < $1
            """,
            oldest,
        )
        for row in rows:
            await connection.execute(f"DROP TABLE apps.{row['relname']}")
        await connection.execute("DELETE FROM apps.usage WHERE day < $1::date", today - timedelta(days=USAGE_KEPT_DAYS))
