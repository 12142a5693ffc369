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
