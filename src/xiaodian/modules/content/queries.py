"""Reads of who follows whom and who is to be reminded of what; explicit columns, structs out."""

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection


async def count_fans(connection: Connection, creator_id: AccountId) -> int:
    """How many follow this creator."""
    return cast(
        "int",
        await connection.fetchval(
            "SELECT coalesce(sum(fans), 0)::bigint FROM content.fan_count WHERE creator_id = $1", creator_id
        ),
    )


async def list_followed_since(
    connection: Connection, creator_id: AccountId, fan_ids: Collection[AccountId]
) -> dict[AccountId, datetime]:
    """Those of these who follow this creator, and since when."""
    rows = await connection.fetch(
        "SELECT fan_id, since FROM content.follow WHERE creator_id = $1 AND fan_id = ANY($2::uuid[])",
        creator_id,
        list(fan_ids),
    )
    return {row["fan_id"]: row["since"] for row in rows}


async def is_fan(connection: Connection, creator_id: AccountId, fan_id: AccountId) -> bool:
    """Whether one follows the other."""
    return cast(
        "bool",
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM content.follow WHERE creator_id = $1 AND fan_id = $2)", creator_id, fan_id
        ),
    )


async def count_fans_of(connection: Connection, creator_ids: Collection[AccountId]) -> dict[AccountId, int]:
    """How many follow each of these creators; who has no fans is left out."""
    rows = await connection.fetch(
        """
        SELECT creator_id, sum(fans)::bigint FROM content.fan_count
        WHERE creator_id = ANY($1::uuid[]) GROUP BY creator_id
        """,
        list(creator_ids),
    )
    return {row[0]: row[1] for row in rows}


async def count_following(connection: Connection, fan_id: AccountId) -> int:
    """How many creators the account follows."""
    return int(await connection.fetchval("SELECT count(*) FROM content.follow WHERE fan_id = $1", fan_id))


async def list_following(
    connection: Connection, fan_id: AccountId, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[AccountId, datetime]]:
    """Whom the account follows and since when, the latest first."""
    since, creator_id = before or (None, None)
    rows = await connection.fetch(
        """
        SELECT creator_id, since FROM content.follow
        WHERE fan_id = $1 AND ($2::timestamptz IS NULL OR (since, creator_id) < ($2, $3::uuid))
        ORDER BY since DESC, creator_id DESC LIMIT $4
        """,
        fan_id,
        since,
        creator_id,
        limit,
    )
    return [(row["creator_id"], row["since"]) for row in rows]


async def find_reminded(
    connection: Connection, account_id: AccountId | None, room_ids: Collection[RoomId]
) -> set[RoomId]:
    """Of which of these rooms the account is to be reminded."""
    if account_id is None:
        return set()
    rows = await connection.fetch(
        "SELECT room_id FROM content.reminder WHERE account_id = $1 AND room_id = ANY($2::uuid[])",
        account_id,
        list(room_ids),
    )
    return {row["room_id"] for row in rows}


async def list_who_asked(
    connection: Connection, room_id: RoomId, account_ids: Collection[AccountId]
) -> frozenset[AccountId]:
    """Who of these people asked to be reminded of the room, as long as it has not begun."""
    rows = await connection.fetch(
        "SELECT account_id FROM content.reminder WHERE room_id = $1 AND account_id = ANY($2::uuid[])",
        room_id,
        list(account_ids),
    )
    return frozenset(row["account_id"] for row in rows)
