"""Who is what to an order."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.infra.database import Connection
from xiaodian.modules.orders import queries
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


async def see(connection: Connection, order: Order, role: Role, now: datetime) -> OrderSeen:
    """An order with its history."""
    return (await see_many(connection, [order], role, now))[0]


async def see_many(connection: Connection, orders: list[Order], role: Role, now: datetime) -> list[OrderSeen]:
    """Orders with their history, in the same order."""
    moves = await queries.get_moves(connection, orders)
    events = await queries.get_tracking(connection, orders)
    return [
        OrderSeen(
            order=order,
            moves=moves.get(order.order_id, []),
            events=events.get(order.order_id, []),
            role=role,
            now=now,
        )
        for order in orders
    ]


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
