"""The host ends the room."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.service.control import control
from xiaodian.modules.live.service.move_room import move_room
from xiaodian.modules.media import api as media


async def end_room(ctx: Context, caller: Caller, room_id: RoomId) -> Room:
    """The room is over and becomes its replay; ending it again does nothing. Raises NotFoundError, ForbiddenError."""
    async with control(ctx, caller, room_id, even_if_ended=True) as (connection, room):
        room = await move_room(connection, room, RoomState.ENDED, utc_now())
    # Also when the room was over already: a first try may have stopped half-way.
    await media.end_stream(ctx, room.stream_id)
    return room
