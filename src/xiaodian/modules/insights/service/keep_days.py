"""The days of what visitors did: those to come are made, those past their time are dropped whole."""

from datetime import UTC, date, datetime, timedelta

from xiaodian.infra.database import Connection, Database

AHEAD_DAYS = 3
_PREFIX = "behaviour_"
_NOTE = "UPDATE insights.behaviour_kept SET first_day = $1 WHERE first_day < $1"


async def keep_days(database: Database, today: date, kept: timedelta) -> None:
    """Make the partitions of today and the next days, drop those whose days are older than `kept`.

    From which day on everything is kept is noted first, which waits for who reads all of it (`hold_first_day`).
    """
    async with database.transaction() as connection:
        await connection.execute(_NOTE, today - kept)
        present = await list_days(connection)
        for day in (today + timedelta(days=number) for number in range(AHEAD_DAYS)):
            if day not in present:
                await _make_day(connection, day)
        for day in present:
            if day < today - kept:
                await connection.execute(f"DROP TABLE insights.{_name(day)}")
        await connection.execute("DELETE FROM insights.behaviour_other WHERE at < $1", start_of(today - kept))


async def list_days(connection: Connection) -> list[date]:
    """The days that have a table of their own, the oldest first."""
    rows = await connection.fetch(
        """
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'insights.behaviour'::regclass AND relname ~ '^behaviour_[0-9]{8}$' ORDER BY relname
        """
    )
    return [datetime.strptime(row["relname"], f"{_PREFIX}%Y%m%d").replace(tzinfo=UTC).date() for row in rows]


async def _make_day(connection: Connection, day: date) -> None:
    """What came of this day before it had a table moves into it."""
    name, start, end = _name(day), start_of(day), start_of(day + timedelta(days=1))
    await connection.execute(f"CREATE TABLE insights.{name} (LIKE insights.behaviour INCLUDING ALL)")
    await connection.execute("LOCK TABLE insights.behaviour_other IN ACCESS EXCLUSIVE MODE")
    await connection.execute(
        f"""
        WITH moved AS (DELETE FROM insights.behaviour_other WHERE at >= $1 AND at < $2 RETURNING *)
        INSERT INTO insights.{name} SELECT * FROM moved
        """,
        start,
        end,
    )
    await connection.execute(
        f"ALTER TABLE insights.behaviour ATTACH PARTITION insights.{name} "
        f"FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    )


def _name(day: date) -> str:
    return f"{_PREFIX}{day:%Y%m%d}"


def start_of(day: date) -> datetime:
    """When a day begins whose rows are kept together."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
