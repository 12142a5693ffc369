"""The door of live."""

from collections.abc import Collection

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.media import PublishGrant, PublishRefusedError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.live import queries
from xiaodian.modules.live.gateway.server import run_gateway
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.process import LiveProcess
from xiaodian.modules.live.queries import open_counters

__all__ = ["LiveProcess", "RoomGate", "get_room", "get_rooms", "open_counters", "run_gateway"]


async def get_room(connection: Connection, room_id: RoomId) -> RoomInfo:
    """What other modules may know of a room. Raises NotFoundError."""
    return _to_info(await queries.get_room(connection, room_id))


async def get_rooms(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, RoomInfo]:
    """Those of the rooms that exist, by id."""
    rooms = await queries.get_rooms(connection, room_ids)
    return {room_id: _to_info(room) for room_id, room in rooms.items()}


def _to_info(room: Room) -> RoomInfo:
    return RoomInfo(
        room_id=room.room_id, host_id=room.host_id, title=room.title, state=room.state, stream_id=room.stream_id
    )


class RoomGate:
    """Lets a host publish into the newest of the host's rooms that is not over. A PublishGate."""

    def __init__(self, ctx: Context) -> None:
        self._database = ctx.database

    async def stream_for(self, owner_id: AccountId) -> PublishGrant:
        """The stream to publish to. Raises PublishRefusedError, UnavailableError."""
        async with self._database.connection() as connection:
            room = await queries.find_open_room_of(connection, owner_id)
        if room is None:
            raise PublishRefusedError
        return PublishGrant(stream_id=room.stream_id)
