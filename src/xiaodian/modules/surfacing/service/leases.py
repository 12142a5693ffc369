"""Which worker's engine decides in which room: held by a lease that the living renew and the dead lose."""

from uuid import UUID

from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Database
from xiaodian.modules.surfacing.room_rules import LEASE

MAX_ROOMS = 200
"""Most rooms that one worker decides in; more wait for another worker."""

# A row that a decision holds right now is skipped: its turn comes with the next beat, well before its lease is over.
_CLAIM = """
    WITH free AS (
        SELECT room_id FROM surfacing.room_mode
        WHERE is_on_air AND mode <> 'manual' AND (holder = $1 OR held_until < clock_timestamp())
        ORDER BY holder IS DISTINCT FROM $1, room_id LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    UPDATE surfacing.room_mode SET holder = $1, held_until = clock_timestamp() + $2::interval
    FROM free WHERE room_mode.room_id = free.room_id
"""


async def hold_rooms(database: Database, holder: UUID) -> set[RoomId]:
    """Renew what is ours, take what is nobody's; answers all that is ours now. Raises UnavailableError."""
    async with database.transaction() as connection:
        await connection.execute(_CLAIM, holder, LEASE, MAX_ROOMS)
        rows = await connection.fetch(
            """
            SELECT room_id FROM surfacing.room_mode
            WHERE holder = $1 AND is_on_air AND mode <> 'manual' AND held_until > clock_timestamp()
            """,
            holder,
        )
    return {row["room_id"] for row in rows}


async def let_rooms_go(database: Database, holder: UUID) -> None:
    """Others need not wait for the leases to run out. Raises UnavailableError."""
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE surfacing.room_mode SET holder = NULL, held_until = '-infinity' WHERE holder = $1", holder
        )
