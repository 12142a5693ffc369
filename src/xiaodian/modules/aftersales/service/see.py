"""Look at after-sales: one, or a page of them. Strangers are told that there is none."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.models import AfterSale, Role
from xiaodian.modules.aftersales.queries import AfterSaleFilter, Owner
from xiaodian.modules.aftersales.wire import AfterSaleView, to_view
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops


async def get_after_sale(database: Database, caller: Caller, after_sale_id: UUID) -> AfterSaleView:
    """One, for its buyer, the staff of its shop and operators. Raises NotFoundError."""
    async with database.connection() as connection:
        after_sale = await queries.find_after_sale(connection, after_sale_id)
        roles = await get_roles(connection, after_sale, caller, Scope.AFTERSALES_READ)
        assert after_sale is not None
        view = await see(connection, after_sale, roles, caller, utc_now())
        if Role.SELLER in roles and Role.BUYER not in roles:
            await shops.note_look(
                connection,
                caller,
                after_sale.shop_id,
                deed="aftersale.seen",
                target=str(after_sale_id),
                details={"number": view.order_number},
            )
        return view


async def list_of_order(
    database: Database, caller: Caller, order_id: OrderId, cursor: str | None, limit: int
) -> Page[AfterSaleView]:
    """What was asked for an order, for its buyer, the staff of its shop and operators. Raises NotFoundError."""
    async with database.connection() as connection:
        order = (await orders.find_orders(connection, [order_id])).get(order_id)
        if order is None:
            raise NotFoundError
        roles = await _roles(connection, order.buyer_id, order.shop_id, caller, Scope.AFTERSALES_READ)
        acting = await _narrow(connection, roles, caller, order.shop_id)
        return await _page(connection, Owner.ORDER, order_id, acting, cursor, limit, None)


async def list_of_buyer(
    database: Database, caller: Caller, cursor: str | None, limit: int, state: AfterSaleFilter | None
) -> Page[AfterSaleView]:
    """What the caller has asked for."""
    async with database.connection() as connection:
        return await _page(connection, Owner.BUYER, caller.account_id, {Role.BUYER}, cursor, limit, state)


async def list_of_shop(
    database: Database, caller: Caller, shop_id: ShopId, cursor: str | None, limit: int, state: AfterSaleFilter | None
) -> Page[AfterSaleView]:
    """What is asked of a shop, for its staff. Raises NotFoundError."""
    async with database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.AFTERSALES_READ)
        acting = await _narrow(connection, {Role.SELLER}, caller, shop_id)
        return await _page(connection, Owner.SHOP, shop_id, acting, cursor, limit, state)


async def list_all(database: Database, cursor: str | None, limit: int, state: AfterSaleFilter) -> Page[AfterSaleView]:
    """What is asked of all shops, for operators."""
    async with database.connection() as connection:
        return await _page(connection, None, None, {Role.OPERATOR}, cursor, limit, state)


async def get_roles(connection: Connection, after_sale: AfterSale | None, caller: Caller, right: Scope) -> set[Role]:
    """What the caller is to this after-sale; the seller only with this right.

    Raises NotFoundError if nothing, or if there is none; ForbiddenError to staff without the right.
    """
    if after_sale is None:
        raise NotFoundError
    return await _roles(connection, after_sale.buyer_id, after_sale.shop_id, caller, right)


async def see(
    connection: Connection, after_sale: AfterSale, roles: Collection[Role], caller: Caller, now: datetime
) -> AfterSaleView:
    """One, as somebody in these roles sees it."""
    acting = await _narrow(connection, roles, caller, after_sale.shop_id)
    return (await _see_all(connection, [after_sale], acting, now))[0]


async def _narrow(connection: Connection, roles: Collection[Role], caller: Caller, shop_id: ShopId) -> Collection[Role]:
    """Those of the roles in which one may do something: who only may look on the seller's side may do nothing there."""
    if Role.SELLER not in roles:
        return roles
    rights = await shops.get_rights(connection, caller, shop_id)
    return roles if Scope.AFTERSALES_WRITE in rights else [role for role in roles if role is not Role.SELLER]


async def _roles(connection: Connection, buyer_id: UUID, shop_id: ShopId, caller: Caller, right: Scope) -> set[Role]:
    # An app acts for the shop that has let it in, not for the person.
    is_person = caller.shop_id is None
    roles = {Role.BUYER} if caller.account_id == buyer_id and is_person else set()
    if caller.is_operator and is_person:
        roles.add(Role.OPERATOR)
    try:
        await shops.require_right(connection, caller, shop_id, right)
    except (NotFoundError, ForbiddenError):
        if not roles:
            raise
        return roles
    return roles | {Role.SELLER}


async def _page(
    connection: Connection,
    owner: Owner | None,
    owner_id: UUID | None,
    roles: Collection[Role],
    cursor: str | None,
    limit: int,
    state: AfterSaleFilter | None,
) -> Page[AfterSaleView]:
    before = decode_cursor(cursor) if cursor else None
    found = await queries.list_after_sales(connection, owner, owner_id, before=before, limit=limit + 1, state=state)
    shown = found[:limit]
    return Page(
        items=await _see_all(connection, shown, roles, utc_now()),
        next_cursor=encode_cursor(shown[-1].after_sale_id) if len(found) > limit else None,
    )


async def _see_all(
    connection: Connection, after_sales: Sequence[AfterSale], roles: Collection[Role], now: datetime
) -> list[AfterSaleView]:
    of_orders = await orders.find_orders(connection, {after_sale.order_id for after_sale in after_sales})
    history = await queries.get_history(connection, after_sales)
    return [
        to_view(after_sale, of_orders[after_sale.order_id], history[after_sale.after_sale_id], roles, now)
        for after_sale in after_sales
    ]
