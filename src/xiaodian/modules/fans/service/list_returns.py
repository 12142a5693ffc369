"""The orders behind a repurchase rate: of each fan who came back within its days, the one with which they did."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import earliest_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import encode_cursor
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.service.see_repurchase import see_repurchase
from xiaodian.modules.fans.wire import Returns
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops

BOTH_SIDES = timedelta(days=2)
"""Days of the books are not those of ids, and an order is paid within a day: so much more of them is looked at."""


async def list_returns(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    period: tuple[date, date],
    within: int,
    *,
    before: UUID | None,
    limit: int,
) -> Returns:
    """A page of them, for who sees fans and orders. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    today = day_of_books(utc_now(), ctx.settings.books_utc_offset_h)
    async with ctx.database.connection() as connection:
        for right in (Scope.FANS_READ, Scope.ORDERS_READ):
            await shops.require_right(connection, caller, shop_id, right)
        rates = (await see_repurchase(connection, shop_id, period, today)).rates
        rate = next((each for each in rates if each.within_days == within), None)
        if rate is None:
            raise InvalidInputError(field="within", reason="out_of_range")
        ids = await _list_ids(connection, shop_id, period, within, today, before, limit + 1)
        items = await orders.list_behind(connection, ids[:limit], lambda _: True, sees_fans=True)
    return Returns(
        first=period[0].isoformat(),
        last=period[1].isoformat(),
        within_days=within,
        of=rate.of,
        orders=rate.came_back,
        currency=DEFAULT_CURRENCY,
        items=items,
        next_cursor=encode_cursor(ids[limit - 1]) if len(ids) > limit else None,
    )


async def _list_ids(
    connection: Connection,
    shop_id: ShopId,
    period: tuple[date, date],
    within: int,
    today: date,
    before: UUID | None,
    limit: int,
) -> Sequence[OrderId]:
    first, last = period
    rows = await connection.fetch(
        """
        SELECT order_id FROM fans.purchase
        WHERE shop_id = $1 AND is_counted AND starts AND occasion = 2
            AND first_day BETWEEN $2 AND least($3::date, $4::date - $5::integer) AND day - first_day <= $5
            AND order_id >= $6 AND order_id < least($7::uuid, coalesce($8::uuid, $7::uuid))
        ORDER BY order_id DESC LIMIT $9
        """,
        shop_id,
        first,
        last,
        today,
        within,
        earliest_id(_noon(first) - BOTH_SIDES),
        earliest_id(_noon(last) + timedelta(days=within) + BOTH_SIDES),
        before,
        limit,
    )
    return [row[0] for row in rows]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
