"""Which process has which room: held by a lease that the living renew and the dead lose."""

from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Database
from xiaodian.modules.surfacing.room_rules import LEASE


class Lease(NamedTuple):
    """Columns of surfacing.room_mode that say who has a room, and until when."""

    holder: str
    until: str


DECIDE = Lease("holder", "held_until")
"""Whose engine decides."""
LISTEN = Lease("listener", "listened_until")
"""Who hears what is said."""


async def hold_rooms(database: Database, holder: UUID, limit: int, lease: Lease = DECIDE) -> set[RoomId]:
    """Renew what is ours, take what is nobody's; answers all that is ours now. Raises UnavailableError."""
    async with database.transaction() as connection:
        # A row that a decision holds right now is skipped: its turn comes with the next beat, well before the lease is
        # over.
        await connection.execute(
            f"""
            WITH free AS (
                SELECT room_id FROM surfacing.room_mode
                WHERE is_on_air AND mode <> 'manual' AND ({lease.holder} = $1 OR {lease.until} < clock_timestamp())
                ORDER BY {lease.holder} IS DISTINCT FROM $1, room_id LIMIT $3 FOR UPDATE SKIP LOCKED
            )
            UPDATE surfacing.room_mode SET {lease.holder} = $1, {lease.until} = clock_timestamp() + $2::interval
            FROM free WHERE room_mode.room_id = free.room_id
            """,
            holder,
            LEASE,
            limit,
        )
        rows = await connection.fetch(
            f"""
            SELECT room_id FROM surfacing.room_mode
            WHERE {lease.holder} = $1 AND is_on_air AND mode <> 'manual' AND {lease.until} > clock_timestamp()
            """,
            holder,
        )
    return {row["room_id"] for row in rows}


async def let_rooms_go(database: Database, holder: UUID, lease: Lease = DECIDE) -> None:
    """Others need not wait for the leases to run out. Raises UnavailableError."""
    async with database.transaction() as connection:
        await connection.execute(
            f"""
            UPDATE surfacing.room_mode SET {lease.holder} = NULL, {lease.until} = '-infinity'
            WHERE {lease.holder} = $1
            """,
            holder,
        )
