"""The door of fans."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.service.rebuild import Rebuilt, rebuild

__all__ = ["Rebuilt", "count_members", "list_members", "rebuild"]


async def count_members(connection: Connection, shop_id: ShopId, segment: SegmentCode) -> int:
    """How many fans are in a ready segment now."""
    return next(each.fans for each in await queries.count_segments(connection, shop_id) if each.segment is segment)


async def list_members(
    connection: Connection, shop_id: ShopId, segment: SegmentCode, *, after: AccountId | None, limit: int
) -> list[AccountId]:
    """Who is in a ready segment, by id, those after this one."""
    return await queries.list_members(connection, shop_id, segment, after=after, limit=limit)
