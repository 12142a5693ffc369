"""Fans of creators: whoever follows them, was with them, or bought what brings them a commission."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.modules.fans.creator_sql import RECOUNT, SAVE_FOUND
from xiaodian.modules.fans.service.count_purchases import LOCK
from xiaodian.modules.fans.service.hosts import find_people
from xiaodian.modules.shops import api as shops

Pair = tuple[UUID, AccountId]
"""A creator, and somebody who may be their fan."""


async def count_found(connection: Connection, order_ids: Collection[OrderId]) -> None:
    """Count what these orders bring creators now, in the caller's transaction; counting it again changes nothing."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    rows = await connection.fetch(SAVE_FOUND, list(order_ids))
    await recount_for_creators(connection, {(row["creator_id"], row["account_id"]) for row in rows})


async def recount_for_creators(connection: Connection, pairs: Collection[Pair]) -> None:
    """Make these fans anew as they are now, in the caller's transaction, which holds the fans' lock. Of who owns a
    shop, those who bought others' goods are.
    """
    if not pairs:
        return
    owned = await shops.find_owned(connection, {AccountId(creator_id) for creator_id, _ in pairs})
    people = await find_people(connection, {account_id for _, account_id in pairs})
    mine = [(*pair, pair[0] in owned) for pair in sorted(pairs) if pair[1] in people]
    if mine:
        await connection.execute(RECOUNT, *map(list, zip(*mine, strict=True)))
