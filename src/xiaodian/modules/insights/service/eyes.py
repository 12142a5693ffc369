"""Whose eyes look at a room: its host sees all that was sold in it, a shop what it sold itself."""

from typing import NamedTuple

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights import queries
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops


class Eyes(NamedTuple):
    """What may be seen of a room."""

    room: RoomInfo
    shop_id: ShopId | None
    """Sales of this shop alone; None: of all."""
    sees_money: bool
    sees_traffic: bool

    def money(self, minor: int | None) -> int | None:
        """The amount, if it is for these eyes."""
        return minor if self.sees_money else None


async def open_eyes(connection: Connection, caller: Caller, room_id: RoomId, shop_id: ShopId | None) -> Eyes:
    """What this caller may see of a room: as its host, or on the staff of a shop that sold there.

    Raises NotFoundError to everybody else, ForbiddenError to staff whose role does not look at rooms.
    """
    room = await live.get_room(connection, room_id)
    if shop_id is None and caller.shop_id is None and room.host_id == caller.account_id:
        return Eyes(room, None, sees_money=True, sees_traffic=True)
    chosen = shop_id or caller.shop_id or room.shop_id
    if chosen is None:
        raise NotFoundError
    looking = ShopId(chosen)
    rights = await shops.get_rights(connection, caller, looking)
    is_own = room.shop_id == looking
    if not is_own and await queries.get_room_sums(connection, room_id, looking) == queries.SaleSums():
        raise NotFoundError
    if Scope.ROOMS_READ not in rights:
        raise ForbiddenError(right=Scope.ROOMS_READ)
    return Eyes(room, looking, sees_money=Scope.FINANCE_READ in rights, sees_traffic=is_own)
