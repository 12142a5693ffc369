"""Rooms in which a shop sold, whoever hosted them."""

from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import Page, encode_cursor
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.insights import queries
from xiaodian.modules.insights.wire import ShopRoom
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops


async def list_shop_rooms(
    connection: Connection, caller: Caller, shop_id: ShopId, *, before: UUID | None, limit: int
) -> Page[ShopRoom]:
    """A page of them, the newest first. Raises NotFoundError, ForbiddenError."""
    rights = await shops.get_rights(connection, caller, shop_id)
    if Scope.ROOMS_READ not in rights:
        raise ForbiddenError(right=Scope.ROOMS_READ)
    rows = await queries.list_rooms_with_sales(connection, shop_id, before=before, limit=limit + 1)
    shown = rows[:limit]
    rooms = await live.get_rooms(connection, [room_id for room_id, _ in shown])
    hosts = await accounts.get_accounts(connection, list({room.host_id for room in rooms.values()}))
    sees_money = Scope.FINANCE_READ in rights
    items = [
        ShopRoom(
            room_id=room_id,
            title=rooms[room_id].title,
            host_name=hosts[rooms[room_id].host_id].display_name if rooms[room_id].host_id in hosts else "",
            cover_url=rooms[room_id].cover_url,
            state=rooms[room_id].state,
            started_at_ms=None if (at := rooms[room_id].started_at) is None else to_epoch_ms(at),
            ended_at_ms=None if (at := rooms[room_id].ended_at) is None else to_epoch_ms(at),
            is_own=rooms[room_id].shop_id == shop_id,
            orders_paid=sums.orders_paid,
            gmv_minor=sums.gmv_minor if sees_money else None,
        )
        for room_id, sums in shown
        if room_id in rooms
    ]
    return Page(items=items, next_cursor=encode_cursor(shown[-1][0]) if len(rows) > limit else None)
