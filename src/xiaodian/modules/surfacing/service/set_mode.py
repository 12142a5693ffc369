"""The host chooses who puts cards up; rooms that go on air begin as their host last chose."""

from collections.abc import Collection

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing import room_queries
from xiaodian.modules.surfacing.room_rules import Mode
from xiaodian.modules.surfacing.service.films import mark_replays_stale
from xiaodian.modules.surfacing.service.room_host import get_own_room
from xiaodian.modules.surfacing.service.signals import MODES


async def set_mode(ctx: Context, caller: Caller, room_id: RoomId, mode: Mode) -> None:
    """From now on, and in the host's next rooms. Raises NotFoundError, ForbiddenError, RoomEndedError."""
    async with ctx.database.transaction() as connection:
        room = await get_own_room(connection, caller, room_id)
        await connection.execute(
            """
            INSERT INTO surfacing.room_mode (room_id, mode) VALUES ($1, $2)
            ON CONFLICT (room_id) DO UPDATE SET mode = excluded.mode, set_at = now()
            """,
            room_id,
            mode,
        )
        await connection.execute(
            """
            INSERT INTO surfacing.host_mode (host_id, mode) VALUES ($1, $2)
            ON CONFLICT (host_id) DO UPDATE SET mode = excluded.mode
            """,
            room.host_id,
            mode,
        )
        if mode is not Mode.SUGGEST:
            await connection.execute(
                "UPDATE surfacing.decision SET outcome = 'replaced' WHERE room_id = $1 AND outcome = 'open'", room_id
            )
        await note_states(connection, [room_id])
    await ctx.broker.poke(MODES)


async def follow_rooms(ctx: Context, room_ids: Collection[RoomId]) -> None:
    """Rooms went on air or ended: those that nobody has chosen for begin as their host last chose; replays learn."""
    async with ctx.database.transaction() as connection:
        rooms = await live.get_rooms(connection, room_ids)
        for room in rooms.values():
            mode = await room_queries.get_host_mode(connection, room.host_id)
            if mode is not Mode.MANUAL:
                await connection.execute(
                    "INSERT INTO surfacing.room_mode (room_id, mode) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    room.room_id,
                    mode,
                )
        await note_states(connection, list(rooms))
        over = [room.room_id for room in rooms.values() if room.state is RoomState.ENDED]
        await mark_replays_stale(connection, over)
    await ctx.broker.poke(MODES)


async def note_states(connection: Connection, room_ids: Collection[RoomId]) -> None:
    """Whether the rooms are on air as they are now, not as an event said: events may come late, or a second time."""
    rows = await connection.fetch(
        "SELECT room_id FROM surfacing.room_mode WHERE room_id = ANY($1::uuid[]) ORDER BY room_id FOR UPDATE",
        list(room_ids),
    )
    rooms = await live.get_rooms(connection, [row["room_id"] for row in rows])
    await connection.execute(
        """
        UPDATE surfacing.room_mode SET is_on_air = told.is_on_air
        FROM unnest($1::uuid[], $2::boolean[]) AS told (room_id, is_on_air) WHERE room_mode.room_id = told.room_id
        """,
        list(rooms),
        [room.state in live.ON_AIR_STATES for room in rooms.values()],
    )
