"""The platform ends a room, whoever its host is."""

from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.queries import lock_room
from xiaodian.modules.live.service.move_room import move_room


async def stop_room(connection: Connection, room_id: RoomId) -> Room:
    """The room is over, in the caller's transaction, which then ends its stream; answers what the room was before.

    Raises NotFoundError.
    """
    room = await lock_room(connection, room_id)
    await move_room(connection, room, RoomState.ENDED, utc_now())
    return room
