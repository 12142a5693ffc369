"""The one place where a room changes its state."""

from datetime import datetime

import msgspec

from xiaodian.contracts.live import BagMoment, RoomMoved, RoomState, StateMoment
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.queries import get_bag
from xiaodian.modules.live.rules import Timeline, move
from xiaodian.modules.live.service.control import tell
from xiaodian.modules.live.service.cues import end_open_cue
from xiaodian.modules.live.service.set_bag import clear_prices
from xiaodian.modules.live.service.show_bags import show_bags


async def move_room(connection: Connection, room: Room, to: RoomState, at: datetime) -> Room:
    """Move a locked room to another state and tell it; does nothing where the state table knows no such move.

    Going on air for the first time tells the bag anew, since stock is not told before. The end closes what is open:
    nothing is on show any more, and prices of this room are gone.
    """
    timeline = move(Timeline(state=room.state, started_at=room.started_at, ended_at=room.ended_at), to, at)
    if timeline is None:
        return room
    is_bag_stale = room.state is RoomState.PLANNED and to is RoomState.ON_AIR
    if to is RoomState.ENDED:
        await end_open_cue(connection, room, at)
        products = await catalog.get_products(connection, await get_bag(connection, room.room_id))
        is_bag_stale = await clear_prices(connection, room.room_id, products)
    await connection.execute(
        "UPDATE live.room SET state = $2, started_at = $3, ended_at = $4 WHERE room_id = $1",
        room.room_id,
        timeline.state,
        timeline.started_at,
        timeline.ended_at,
    )
    at_ms = to_epoch_ms(at)
    if is_bag_stale:
        items = (await show_bags(connection, [room.room_id]))[room.room_id]
        await tell(connection, room.room_id, BagMoment(at_ms=at_ms, items=items))
    await tell(connection, room.room_id, StateMoment(at_ms=at_ms, state=to))
    moved = RoomMoved(room_id=room.room_id, host_id=room.host_id, shop_id=room.shop_id, state=to, at_ms=at_ms)
    await outbox.emit(connection, moved)
    return msgspec.structs.replace(
        room, state=timeline.state, started_at=timeline.started_at, ended_at=timeline.ended_at
    )
