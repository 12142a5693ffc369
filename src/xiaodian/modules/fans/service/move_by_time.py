"""Fans of whom nothing is heard move to the segment that time, or other thresholds, put them in."""

from collections.abc import Sequence
from datetime import date, datetime

from xiaodian.infra.database import Connection, Database, Record
from xiaodian.modules.fans.count_sql import MOVED
from xiaodian.modules.fans.segment_rules import moves_on, segment_of
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books, tell_moved

FANS_AT_ONCE = 2000
FOUND_AT_ONCE = 50_000
"""Fans whose day has come, found by one look at all fans: no index has these days (decision 50)."""


def _move(chosen: str, answer: str) -> str:
    return f"""
        WITH chosen AS MATERIALIZED (SELECT * FROM fans.fan {chosen}),
            placed AS (
                SELECT fan.shop_id, fan.account_id, {segment_of("$3::date")} AS segment,
                    {moves_on("$3::date")} AS moves_on
                FROM chosen AS fan LEFT JOIN fans.threshold USING (shop_id)
            ),
            kept AS (
                UPDATE fans.fan AS known SET segment = placed.segment, moves_on = placed.moves_on,
                    segment_since = CASE WHEN known.segment = placed.segment THEN known.segment_since ELSE $3::date END
                FROM placed WHERE (known.shop_id, known.account_id) = (placed.shop_id, placed.account_id)
                RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
            ), {MOVED} {answer}
    """


_ANSWER = "SELECT shop_id, account_id, from_segment, to_segment FROM moved"
_BY_TIME = _move(
    "JOIN unnest($1::uuid[], $2::uuid[]) AS due (shop_id, account_id) USING (shop_id, account_id) "
    "WHERE moves_on <= $3::date",
    _ANSWER,
)
_BY_SHOP = _move(
    "WHERE shop_id = $2 AND account_id > (SELECT applied_after FROM fans.threshold WHERE shop_id = $2) "
    "ORDER BY account_id LIMIT $1",
    f""", noted AS (
        UPDATE fans.threshold SET is_applied = NOT EXISTS (SELECT FROM chosen),
            applied_after = coalesce((SELECT max(account_id::text)::uuid FROM chosen), applied_after)
        WHERE shop_id = $2
    ) {_ANSWER}""",
)
_DUE = "SELECT shop_id, account_id FROM fans.fan WHERE moves_on <= $1 LIMIT $2"
_TO_SORT = "SELECT shop_id FROM fans.threshold WHERE NOT is_applied ORDER BY shop_id LIMIT 1"


async def move_by_time(database: Database, utc_offset_h: int, now: datetime) -> None:
    """Move all whose day has come, some thousands a transaction."""
    today = day_of_books(now, utc_offset_h)
    while True:
        async with database.connection() as connection:
            due = await connection.fetch(_DUE, today, FOUND_AT_ONCE)
        for start in range(0, len(due), FANS_AT_ONCE):
            await _move_some(database, due[start : start + FANS_AT_ONCE], today)
        if len(due) < FOUND_AT_ONCE:
            return


async def _move_some(database: Database, due: Sequence[Record], today: date) -> None:
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        keys = [row["shop_id"] for row in due], [row["account_id"] for row in due]
        await tell_moved(connection, await connection.fetch(_BY_TIME, *keys, today), today)


async def apply_thresholds(database: Database, utc_offset_h: int, now: datetime) -> None:
    """Sort the fans of shops whose thresholds are others now; goes on where it was if it was cut off."""
    while True:
        async with database.transaction() as connection:
            if not await _apply_some(connection, utc_offset_h, now):
                return


async def _apply_some(connection: Connection, utc_offset_h: int, now: datetime) -> bool:
    shop_id = await connection.fetchval(_TO_SORT)
    if shop_id is not None:
        today = day_of_books(now, utc_offset_h)
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await tell_moved(connection, await connection.fetch(_BY_SHOP, FANS_AT_ONCE, shop_id, today), today)
    return shop_id is not None
