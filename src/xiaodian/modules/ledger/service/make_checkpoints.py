"""Keep sums of the beginnings of long accounts, so that their balances need not add up everything.

Entries get their numbers while their transactions still run, and commit in any order. So first a number is fixed, then
all transactions that could have taken a number below it are waited for; only then is summed up to it.
"""

import asyncio

from xiaodian.infra.database import Connection, Database

WORTH_A_CHECKPOINT = 500
"""Entries since the last checkpoint that make a new one worth its row."""
LOOK_AT_EVERY = 31
"""Of so many entries one names an account to look at. A prime: transfers of one kind follow each other with the same
number of entries, and no place in them may be passed over for ever."""
MOST_AT_ONCE = 200_000
WAIT_S = 0.05
MOST_WAITS = 200

_FIX = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ledger.entry_entry_id_seq"
_NOBODY_BEFORE = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8"

_PROGRESS = "SELECT entry_id FROM ledger.checkpoint_progress FOR UPDATE"

_CHECKPOINTS = """
    INSERT INTO ledger.checkpoint (account, currency, entry_id, balance_minor, through_at)
    SELECT looked.account, looked.currency, $2, coalesce(past.balance_minor, 0) + recent.amount_minor,
        greatest(past.through_at, recent.through_at)
    FROM (
        SELECT DISTINCT account, currency FROM ledger.entry
        WHERE entry_id > $1 AND entry_id <= $2 AND entry_id % $3 = 0
    ) AS looked
    LEFT JOIN LATERAL (
        SELECT c.entry_id, c.balance_minor, c.through_at FROM ledger.checkpoint AS c
        WHERE (c.account, c.currency) = (looked.account, looked.currency) ORDER BY c.entry_id DESC LIMIT 1
    ) AS past ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS entries, sum(e.amount_minor) AS amount_minor, max(e.posted_at) AS through_at
        FROM ledger.entry AS e
        WHERE e.account = looked.account AND e.currency = looked.currency
            AND e.entry_id > coalesce(past.entry_id, 0) AND e.entry_id <= $2
    ) AS recent
    WHERE recent.entries >= $4
    ON CONFLICT DO NOTHING
"""


async def make_checkpoints(
    database: Database, *, worth: int = WORTH_A_CHECKPOINT, look_at_every: int = LOOK_AT_EVERY
) -> int:
    """Look at what was posted since the last time; says how many checkpoints were made."""
    newest = await _fix_committed(database)
    if newest is None:
        return 0
    made = 0
    while True:
        async with database.transaction() as connection:
            done: int = await connection.fetchval(_PROGRESS)
            if done >= newest:
                return made
            through = min(newest, done + MOST_AT_ONCE)
            made += await _write(connection, done, through, worth, look_at_every)


async def _fix_committed(database: Database) -> int | None:
    """A number up to which every entry that will ever be there is there; None if some transaction takes very long."""
    async with database.connection() as connection:
        newest: int = await connection.fetchval(_FIX)
        # In a statement of its own: it must look after the number was read, not at the same time.
        horizon: str = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    for _ in range(MOST_WAITS):
        async with database.connection() as connection:
            if await connection.fetchval(_NOBODY_BEFORE, horizon):
                return newest
        # PostgreSQL has no way to wait for the end of several transactions of others.
        await asyncio.sleep(WAIT_S)
    return None


async def _write(connection: Connection, done: int, through: int, worth: int, look_at_every: int) -> int:
    status: str = await connection.execute(_CHECKPOINTS, done, through, look_at_every, worth)
    await connection.execute("UPDATE ledger.checkpoint_progress SET entry_id = $1", through)
    return int(status.rpartition(" ")[2])
