"""Whose room it is: only its host, by session or by a program that the host lets control rooms, decides about cards."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.live import RoomEndedError, RoomId, RoomInfo, RoomState
from xiaodian.infra.database import Connection
from xiaodian.modules.live import api as live


async def get_own_room(
    connection: Connection, caller: Caller, room_id: RoomId, *, even_if_ended: bool = False
) -> RoomInfo:
    """The caller's own room. Raises NotFoundError, ForbiddenError, RoomEndedError."""
    room = await live.get_room(connection, room_id)
    if room.host_id != caller.account_id:
        raise ForbiddenError
    if caller.shop_id is not None and room.shop_id != caller.shop_id:
        raise NotFoundError
    if room.state is RoomState.ENDED and not even_if_ended:
        raise RoomEndedError
    return room
