"""Whom an account follows."""

from collections.abc import Collection

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection


async def list_followed(connection: Connection, fan_id: AccountId, limit: int) -> list[AccountId]:
    """The creators whom an account follows, those followed last first."""
    rows = await connection.fetch(
        "SELECT creator_id FROM content.follow WHERE fan_id = $1 ORDER BY since DESC LIMIT $2", fan_id, limit
    )
    return [row["creator_id"] for row in rows]


async def list_fans_after(
    connection: Connection, creator_id: AccountId, after: AccountId | None, limit: int
) -> list[AccountId]:
    """Who follows a creator, by their ids, those beyond `after`."""
    rows = await connection.fetch(
        """
        SELECT fan_id FROM content.follow WHERE creator_id = $1 AND ($2::uuid IS NULL OR fan_id > $2)
        ORDER BY fan_id LIMIT $3
        """,
        creator_id,
        after,
        limit,
    )
    return [row["fan_id"] for row in rows]


async def list_followed_of(
    connection: Connection, fan_id: AccountId, creator_ids: Collection[AccountId]
) -> frozenset[AccountId]:
    """Those of the creators whom an account follows."""
    rows = await connection.fetch(
        "SELECT creator_id FROM content.follow WHERE fan_id = $1 AND creator_id = ANY($2::uuid[])",
        fan_id,
        list(creator_ids),
    )
    return frozenset(row["creator_id"] for row in rows)
