"""Viewings and acquaintances are forgotten once they are old; what was summed and learned of them stays."""

from datetime import UTC, date, datetime, timedelta

from xiaodian.infra.database import Connection, Database
from xiaodian.modules.surfacing.learning.viewing import DAY_MS
from xiaodian.modules.surfacing.service.learn_viewings import LOCK

BOUGHT_KEPT = timedelta(days=730)
"""Sizes and prices of purchases longer ago say nothing of somebody any more."""
AT_ONCE = 20_000

# Of which card an order came stays as it was known last.
_VIEWINGS = """
    WITH gone AS (
        DELETE FROM surfacing.viewing WHERE ctid = ANY(
            ARRAY (SELECT ctid FROM surfacing.viewing WHERE last_day < $1 LIMIT $2)
        ) RETURNING film_id, person_id
    ), unknown AS (
        UPDATE surfacing.moment_order AS bought SET person_id = NULL FROM gone
        WHERE (bought.person_id, bought.film_id) = (gone.person_id, gone.film_id)
    )
    SELECT count(*) FROM gone
"""
_STRANGERS = """
    DELETE FROM surfacing.acquaintance
    WHERE coalesce(viewed_at, '-infinity') < $1 AND coalesce(bought_at, '-infinity') < $2
"""
_LOOKS = "UPDATE surfacing.acquaintance SET viewed_at = NULL WHERE viewed_at < $1"
_PURCHASES = """
    UPDATE surfacing.acquaintance SET bought_at = NULL, sku_name = NULL, price_minor = NULL WHERE bought_at < $1
"""


async def forget_old(database: Database, today: date, kept: timedelta) -> None:
    """`kept`: for as long as what pages told is kept by insights, at least, as a rebuild counts on it.

    A viewing is over when nothing was told of it for so long: who comes back then is counted as somebody new.
    """
    last_day = int(_start(today - kept).timestamp() * 1000) // DAY_MS
    gone = 1
    while gone:
        async with database.transaction() as connection:
            # Whoever is in the middle of adding to a viewing must find it, or find it gone.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            gone = await connection.fetchval(_VIEWINGS, last_day, AT_ONCE)
    async with database.transaction() as connection:
        await forget_acquaintances(connection, today, kept)


async def forget_acquaintances(connection: Connection, today: date, kept: timedelta) -> None:
    """What accounts looked at or bought too long ago, in the caller's transaction."""
    looks, purchases = _start(today - kept), _start(today - BOUGHT_KEPT)
    await connection.execute(_STRANGERS, looks, purchases)
    await connection.execute(_LOOKS, looks)
    await connection.execute(_PURCHASES, purchases)


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
