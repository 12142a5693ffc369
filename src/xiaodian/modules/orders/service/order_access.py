"""Who is what to an order."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.infra.database import Connection
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import OrderSeen, Role
from xiaodian.modules.shops import api as shops


async def get_order_for(connection: Connection, caller: Caller, order_id: OrderId) -> tuple[Order, set[Role]]:
    """An order of one's own, or of one's shop, with what one is to it. Raises NotFoundError to anybody else."""
    order = (await queries.find_orders(connection, [order_id])).get(order_id)
    return await _with_roles(connection, order, caller)


async def lock_order_for(connection: Connection, caller: Caller, order_id: OrderId) -> tuple[Order, set[Role]]:
    """The same, and the order stays locked until the transaction ends."""
    order = (await queries.lock_orders(connection, [order_id])).get(order_id)
    return await _with_roles(connection, order, caller)


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


async def _with_roles(connection: Connection, order: Order | None, caller: Caller) -> tuple[Order, set[Role]]:
    if order is None:
        raise NotFoundError
    roles = {Role.BUYER} if order.buyer_id == caller.account_id else set()
    try:
        await shops.require_staff(connection, order.shop_id, caller.account_id)
    except NotFoundError:
        if not roles:
            raise
        return order, roles
    return order, {*roles, Role.SELLER}
