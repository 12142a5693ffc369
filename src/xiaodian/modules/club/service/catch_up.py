"""Members whose time has come: another month as follower, rules that were set anew, a rebuild of all."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Database
from xiaodian.modules.club.models import Buyer
from xiaodian.modules.club.service.facts import count_anew
from xiaodian.modules.club.service.recount import hold_members, recount

AT_ONCE = 500
MAX_BATCHES = 40
"""What one run counts at most, so that it can be stopped."""
_DUE = "SELECT shop_id, account_id FROM club.member WHERE recount_at <= $1 ORDER BY recount_at LIMIT $2"
_CHANGED = "SELECT shop_id, version FROM club.club WHERE applied_version < version ORDER BY shop_id"
_BEHIND = """
    SELECT shop_id, account_id FROM club.member
    WHERE shop_id = $1 AND version < $2 AND account_id > $3 ORDER BY account_id LIMIT $4
"""
_APPLIED = "UPDATE club.club SET applied_version = $2 WHERE shop_id = $1 AND applied_version < $2"
_ALL = """
    SELECT shop_id, account_id FROM club.member WHERE (shop_id, account_id) > ($1, $2)
    ORDER BY shop_id, account_id LIMIT $3
"""


async def count_due(database: Database, now: datetime) -> None:
    """Count anew whom another month has made whole, and who joined without being counted."""
    for _ in range(MAX_BATCHES):
        async with database.transaction() as connection:
            rows = await connection.fetch(_DUE, now, AT_ONCE)
            await count_anew(connection, [(row["shop_id"], row["account_id"]) for row in rows], now)
        if len(rows) < AT_ONCE:
            return


async def apply_rules(database: Database, now: datetime) -> None:
    """Count members by the rules that their shops have set since."""
    async with database.connection() as connection:
        changed = [(ShopId(row["shop_id"]), row["version"]) for row in await connection.fetch(_CHANGED)]
    for shop_id, version in changed:
        after: UUID | None = UUID(int=0)
        while after is not None:
            after = await _apply_batch(database, shop_id, version, after, now)


async def _apply_batch(
    database: Database, shop_id: ShopId, version: int, after: UUID, now: datetime
) -> AccountId | None:
    async with database.transaction() as connection:
        rows = await connection.fetch(_BEHIND, shop_id, version, after, AT_ONCE)
        buyers: list[Buyer] = [(row["shop_id"], row["account_id"]) for row in rows]
        await recount(connection, await hold_members(connection, buyers), now)
        if len(rows) < AT_ONCE:
            await connection.execute(_APPLIED, shop_id, version)
            return None
    return buyers[-1][1]


async def rebuild(records: Records, now: datetime) -> int:
    """Count all members anew from orders, follows and attendance; only rows that are not as they should be are written.

    Answers how many. Attendance is a fact of its own: what pages told of it expires.
    """
    done = 0
    after: Buyer = ShopId(UUID(int=0)), AccountId(UUID(int=0))
    while True:
        async with records.database.transaction() as connection:
            rows = await connection.fetch(_ALL, *after, AT_ONCE)
            buyers: list[Buyer] = [(row["shop_id"], row["account_id"]) for row in rows]
            await count_anew(connection, buyers, now)
        done += len(rows)
        if len(rows) < AT_ONCE:
            return done
        after = buyers[-1]
