"""The purchases behind a room's conversion: of those who were in it and bought, as far as a shop sold them."""

from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Line
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import encode_cursor
from xiaodian.modules.insights import queries, seen_queries
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.wire import SeenOrders
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops


async def list_seen_orders(
    connection: Connection, caller: Caller, shop_id: ShopId, room_id: RoomId, *, before: UUID | None, limit: int
) -> SeenOrders:
    """A page of them, for who sees both the shop's orders and who came: to its own room, or as the room's host.

    Raises NotFoundError, ForbiddenError.
    """
    await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
    room = await live.get_room(connection, room_id)
    is_host = caller.shop_id is None and room.host_id == caller.account_id
    eyes = await open_eyes(connection, caller, room_id, None if is_host else shop_id)
    if not eyes.sees_traffic:
        raise NotFoundError
    rights = await shops.get_rights(connection, caller, shop_id)
    sums = await seen_queries.sum_seen(connection, room_id, shop_id)
    ids = await seen_queries.list_seen_ids(connection, room_id, shop_id, before=before, limit=limit + 1)

    def _is_counted(line: Line) -> bool:
        return line.room_id == room_id

    return SeenOrders(
        room_id=room_id,
        title=room.title,
        started_at_ms=None if room.started_at is None else to_epoch_ms(room.started_at),
        viewers=(await queries.get_visit(connection, room_id)).viewers,
        buyers=await queries.count_seen_buyers(connection, room_id, eyes.shop_id),
        buyers_here=sums.buyers,
        orders=sums.orders,
        gmv_minor=eyes.money(sums.gmv_minor),
        currency=DEFAULT_CURRENCY,
        items=await orders.list_behind(connection, ids[:limit], _is_counted, sees_fans=Scope.FANS_READ in rights),
        next_cursor=encode_cursor(ids[limit - 1]) if len(ids) > limit else None,
    )
