"""The desk's list: orders of a shop by any filter, for its staff and its programs."""

from collections.abc import Collection

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError
from xiaodian.contracts.orders import OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import Page
from xiaodian.modules.orders.models import OrderSeen, Role
from xiaodian.modules.orders.order_filter import OF_FANS, OrderFilter, decode_place, encode_place
from xiaodian.modules.orders.service.order_access import see_many, sees_buyers
from xiaodian.modules.orders.shop_queries import count_orders_for_shop as count
from xiaodian.modules.orders.shop_queries import list_orders_for_shop as list_orders
from xiaodian.modules.shops import api as shops


async def list_orders_for_shop(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    wanted: OrderFilter,
    cursor: str | None,
    limit: int,
    *,
    with_history: bool = True,
) -> Page[OrderSeen]:
    """A page of the shop's orders, with what became of each or without. That their buyers were seen is written
    down; who may not see them sees them masked.

    Raises NotFoundError, ForbiddenError, BadCursorError.
    """
    after = decode_place(cursor) if cursor else None
    now = utc_now()
    # Without a transaction: each statement sees the newest anyway, and two round trips less are felt.
    async with ctx.database.connection() as connection:
        rights = await shops.get_rights(connection, caller, shop_id)
        if Scope.ORDERS_READ not in rights:
            raise ForbiddenError(right=Scope.ORDERS_READ)
        check_asked(wanted, rights)
        offset_h = ctx.settings.books_utc_offset_h
        found = await list_orders(connection, shop_id, wanted, now, offset_h, after=after, limit=limit + 1)
        page = found[:limit]
        if page and sees_buyers(rights):
            await shops.note_look(
                connection, caller, shop_id, deed="order.list_seen", target="", details={"count": len(page)}
            )
        seen = await see_many(connection, page, Role.SELLER, caller, now, rights=rights, with_history=with_history)
    return Page(items=seen, next_cursor=encode_place(page[-1]) if len(found) > limit else None)


async def count_orders_for_shop(
    ctx: Context, caller: Caller, shop_id: ShopId, wanted: OrderFilter
) -> dict[OrderState, int]:
    """How many there are of each state, counted up to a limit. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
        check_asked(wanted, await shops.get_rights(connection, caller, shop_id))
        return await count(connection, shop_id, wanted, utc_now(), ctx.settings.books_utc_offset_h)


def check_asked(wanted: OrderFilter, rights: Collection[Scope]) -> None:
    """Whose orders they are is asked by those alone who may see fans. Raises ForbiddenError."""
    if Scope.FANS_READ not in rights and any(getattr(wanted, name) for name in OF_FANS):
        raise ForbiddenError(right=Scope.FANS_READ)
