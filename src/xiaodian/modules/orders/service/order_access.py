"""Who is what to an order."""

from collections.abc import Set
from datetime import datetime

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.masking import mask_name, mask_phone
from xiaodian.modules.orders import desk_queries, queries
from xiaodian.modules.orders.models import OrderSeen, Role
from xiaodian.modules.shops import api as shops


async def get_order_for(
    connection: Connection, caller: Caller, order_id: OrderId, right: Scope
) -> tuple[Order, set[Role]]:
    """An order of one's own, or of a shop where one has this right, with what one is to it.

    Raises NotFoundError to anybody else, ForbiddenError to staff without the right.
    """
    order = (await queries.find_orders(connection, [order_id])).get(order_id)
    return await _with_roles(connection, order, caller, right)


async def lock_order_for(
    connection: Connection, caller: Caller, order_id: OrderId, right: Scope
) -> tuple[Order, set[Role]]:
    """The same, and the order stays locked until the transaction ends."""
    order = (await queries.lock_orders(connection, [order_id])).get(order_id)
    return await _with_roles(connection, order, caller, right)


def first_role(roles: set[Role]) -> Role:
    """Through whose eyes an order is shown to somebody who is both: the buyer's."""
    return Role.BUYER if Role.BUYER in roles else Role.SELLER


async def see(connection: Connection, order: Order, role: Role, caller: Caller, now: datetime) -> OrderSeen:
    """An order with its history."""
    return (await see_many(connection, [order], role, caller, now))[0]


async def see_many(
    connection: Connection,
    orders: list[Order],
    role: Role,
    caller: Caller,
    now: datetime,
    *,
    rights: frozenset[Scope] | None = None,
    with_history: bool = True,
) -> list[OrderSeen]:
    """Orders with their history, in the same order; of one shop, if its staff sees them. `rights`: if known already.

    The shop's own words are for its staff alone, and who the buyers are, for those of them whose work it is.
    """
    if not orders:
        return []
    moves = await queries.get_moves(connection, orders) if with_history else {}
    events = await queries.get_tracking(connection, orders) if with_history else {}
    changes = await desk_queries.get_address_changes(connection, orders) if with_history else {}
    is_seller = role is Role.SELLER
    if rights is None:
        rights = await shops.get_rights(connection, caller, orders[0].shop_id) if is_seller else frozenset()
    shows_buyers = not is_seller or sees_buyers(rights)
    notes, tags = await desk_queries.get_notes_and_tags(connection, orders) if is_seller else ({}, {})
    return [
        OrderSeen(
            order=order if shows_buyers else mask_buyer(order),
            moves=moves.get(order.order_id, []),
            events=events.get(order.order_id, []),
            role=role,
            now=now,
            rights=rights,
            change=changes.get(order.order_id) if shows_buyers else None,
            notes=notes.get(order.order_id, []) if shows_buyers else [],
            tags=tags.get(order.order_id, []),
        )
        for order in orders
    ]


def mask_buyer(order: Order) -> Order:
    """The order without what tells who its buyer is."""
    return msgspec.structs.replace(
        order, recipient=mask_name(order.recipient), phone=mask_phone(order.phone), detail="***", note=""
    )


async def may_see_buyers(connection: Connection, caller: Caller, shop_id: ShopId) -> bool:
    """Whether one sees the names, phones and addresses of buyers: who serves customers or sends parcels."""
    return sees_buyers(await shops.get_rights(connection, caller, shop_id))


def sees_buyers(rights: Set[Scope]) -> bool:
    """Whether these rights are such."""
    return not rights.isdisjoint({Scope.CUSTOMERS_READ, Scope.SHIPPING})


async def _with_roles(
    connection: Connection, order: Order | None, caller: Caller, right: Scope
) -> tuple[Order, set[Role]]:
    if order is None:
        raise NotFoundError
    # What somebody bought is no business of an app that a shop has let in through them.
    roles = {Role.BUYER} if order.buyer_id == caller.account_id and caller.shop_id is None else set()
    try:
        await shops.require_right(connection, caller, order.shop_id, right)
    except (NotFoundError, ForbiddenError):
        if not roles:
            raise
        return order, roles
    return order, {*roles, Role.SELLER}
