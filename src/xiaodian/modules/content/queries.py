"""Reads of content; explicit columns, structs out."""

from typing import cast

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection


async def count_fans(connection: Connection, creator_id: AccountId) -> int:
    """How many follow this creator."""
    return cast(
        "int",
        await connection.fetchval(
            "SELECT coalesce(sum(fans), 0)::bigint FROM content.fan_count WHERE creator_id = $1", creator_id
        ),
    )


async def is_fan(connection: Connection, creator_id: AccountId, fan_id: AccountId) -> bool:
    """Whether one follows the other."""
    return cast(
        "bool",
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM content.follow WHERE creator_id = $1 AND fan_id = $2)", creator_id, fan_id
        ),
    )
