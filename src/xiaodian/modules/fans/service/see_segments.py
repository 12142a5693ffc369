"""A shop's segments, the ready ones and its own."""

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import wire
from xiaodian.modules.fans.service import own_segments
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.service.questions import heavy_questions
from xiaodian.modules.shops import api as shops


async def see_segments(records: Records, caller: Caller, shop_id: ShopId) -> wire.SegmentList:
    """The ready ones counted now, the shop's own as they were counted last. Raises NotFoundError, ForbiddenError."""
    async with records.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        today = day_of_books(utc_now(), records.settings.books_utc_offset_h)
        items = await heavy_questions(records.settings, connection).count_segments(shop_id, today)
        own = await own_segments.list_segments(connection, shop_id)
    return wire.SegmentList(items=items, fans=sum(each.fans for each in items), own=own)
