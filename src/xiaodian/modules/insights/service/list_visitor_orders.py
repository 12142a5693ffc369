"""The purchases behind a day's visitors who bought: of those who came into an own room for the first time, and paid."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import encode_cursor
from xiaodian.modules.insights import queries, seen_queries
from xiaodian.modules.insights.day_rules import DAY, day_start
from xiaodian.modules.insights.sale_rules import day_of
from xiaodian.modules.insights.seen_queries import Visitors
from xiaodian.modules.insights.service.compare_days import list_own_room_ids
from xiaodian.modules.insights.wire import VisitorOrders
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops


async def list_visitor_orders(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    noon: datetime,
    *,
    until_ms: int | None,
    before: UUID | None,
    limit: int,
) -> VisitorOrders:
    """A page of them, of the day around a moment or of its part up to another, for who sees orders and rooms.

    Raises NotFoundError, ForbiddenError.
    """
    offset_h = ctx.settings.books_utc_offset_h
    start = day_start(noon, offset_h)
    end = start + DAY if until_ms is None else min(start + DAY, max(start, from_epoch_ms(until_ms)))
    async with ctx.database.connection() as connection:
        for right in (Scope.ORDERS_READ, Scope.ROOMS_READ):
            await shops.require_right(connection, caller, shop_id, right)
        rights = await shops.get_rights(connection, caller, shop_id)
        room_ids = await list_own_room_ids(connection, shop_id)
        visitors = Visitors(shop_id, room_ids, day_of(noon, offset_h), start, end)
        sums = await seen_queries.sum_of_visitors(connection, visitors)
        ids = await seen_queries.list_ids_of_visitors(connection, visitors, before=before, limit=limit + 1)
        seen = await queries.list_comers(connection, room_ids, [(start, end)])
        items = await orders.list_behind(connection, ids[:limit], lambda _: True, sees_fans=Scope.FANS_READ in rights)
    return VisitorOrders(
        day=visitors.day.isoformat(),
        viewers=sum(each.viewers for each in seen),
        buyers=sums.buyers,
        orders=sums.orders,
        gmv_minor=sums.gmv_minor if Scope.FINANCE_READ in rights else None,
        currency=DEFAULT_CURRENCY,
        items=items,
        next_cursor=encode_cursor(ids[limit - 1]) if len(ids) > limit else None,
    )
