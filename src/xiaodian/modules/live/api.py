"""The door of live."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.media import PublishGrant, PublishRefusedError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.live import queries
from xiaodian.modules.live.gateway.server import run_gateway

__all__ = ["RoomGate", "get_room", "run_gateway"]


async def get_room(connection: Connection, room_id: RoomId) -> RoomInfo:
    """What other modules may know of a room. Raises NotFoundError."""
    room = await queries.get_room(connection, room_id)
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
