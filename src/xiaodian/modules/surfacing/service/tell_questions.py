"""What viewers of a room that is over asked is counted, once, and handed down to its report."""

import asyncio
from collections.abc import Collection

from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.edge.context import Context
from xiaodian.modules.insights import api as insights
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing.room_asked import KINDS, RoomAsked

READ_AT_ONCE = 50
"""Questions after which others have their turn."""


async def tell_questions(ctx: Context, room_ids: Collection[RoomId]) -> None:
    """Of those of the rooms that are over. Told again, what was told is replaced. Raises UnavailableError."""
    async with ctx.database.connection() as connection:
        rooms = await live.get_rooms(connection, room_ids)
        over = [room_id for room_id, room in rooms.items() if room.state is RoomState.ENDED]
        cues = {room_id: await live.list_cues(connection, room_id) for room_id in over}
    for room_id in over:
        asked = RoomAsked(str(room_id), cues[room_id])
        read = 0
        async for entry in live.read_room(ctx.broker, room_id, KINDS):
            read += asked.take(entry.moment)
            if read == READ_AT_ONCE:
                read = 0
                await asyncio.sleep(0)
        async with ctx.database.transaction() as connection:
            await insights.set_room_questions(connection, room_id, asked.count())
