"""Every movement of a buyer's money."""

from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.payments import Movement
from xiaodian.infra.database import Connection
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.service.order_access import get_order_for
from xiaodian.modules.payments import api as payments


class OrderMoney(msgspec.Struct, frozen=True, kw_only=True):
    """An order with the movements of its money, the first first."""

    order: Order
    movements: list[Movement]


async def get_money_of_order(connection: Connection, caller: Caller, order_id: OrderId) -> list[Movement]:
    """For buyer and staff. Raises NotFoundError."""
    order, _ = await get_order_for(connection, caller, order_id, Scope.ORDERS_READ)
    return sorted(await payments.list_movements(connection, [order.order_id]), key=lambda one: one.at)


async def list_money_of_buyer(
    connection: Connection, buyer_id: AccountId, *, before: UUID | None, limit: int
) -> list[OrderMoney]:
    """The movements of an account's orders, the newest orders first; an order that was never paid has none."""
    orders = await queries.list_orders_not_pending(connection, buyer_id, before=before, limit=limit)
    movements: dict[UUID, list[Movement]] = {order.order_id: [] for order in orders}
    for movement in await payments.list_movements(connection, [order.order_id for order in orders]):
        movements[movement.order_id].append(movement)
    return [
        OrderMoney(order=order, movements=sorted(movements[order.order_id], key=lambda one: one.at)) for order in orders
    ]
