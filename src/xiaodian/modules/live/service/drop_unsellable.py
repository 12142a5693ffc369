"""A shop no longer lets somebody sell its goods: they leave the bags they are in."""

from collections.abc import Collection

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.rules import OPEN_STATES
from xiaodian.modules.live.service.cues import end_open_cue
from xiaodian.modules.live.service.show_bags import tell_bags
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


async def drop_unsellable(connection: Connection, product_ids: Collection[ProductId]) -> None:
    """Take those of the products out of bags whose host neither works live for the shop nor has a commission.

    The others in the bag keep their number. A room that loses something is told its bag afresh.
    """
    found = await queries.find_rooms_with(connection, product_ids, OPEN_STATES)
    rooms = await queries.get_rooms(connection, {room_id for room_id, _ in found})
    shop_of = {each.product_id: each.shop_id for each in await catalog.get_products(connection, list(product_ids))}
    hosted = await shops.find_hosts(
        connection, {(rooms[room_id].host_id, shop_of[each]) for room_id, each in found if each in shop_of}
    )
    pairs = [(rooms[room_id].host_id, product_id) for room_id, product_id in found]
    commissioned = await promotion.find_commissions(connection, pairs)
    changed: set[RoomId] = set()
    for room_id, product_id in found:
        room = rooms[room_id]
        is_own = product_id in shop_of and (room.host_id, shop_of[product_id]) in hosted
        if not is_own and (room.host_id, product_id) not in commissioned:
            await _drop(connection, room, product_id)
            changed.add(room_id)
    await tell_bags(connection, changed)


async def _drop(connection: Connection, room: Room, product_id: ProductId) -> None:
    cue = await queries.find_open_cue(connection, room.room_id)
    if cue and cue.product_id == product_id:
        await end_open_cue(connection, room, utc_now())
    await connection.execute(
        "DELETE FROM live.bag_item WHERE room_id = $1 AND product_id = $2", room.room_id, product_id
    )
