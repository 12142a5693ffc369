"""What a buyer or a seller does with one order: see it, cancel it, confirm receipt."""

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import Order, OrderId, OrderState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.models import Deed, OrderSeen, Role
from xiaodian.modules.orders.rules import find_next_state
from xiaodian.modules.orders.service.cancel_orders import cancel_paid, cancel_unpaid
from xiaodian.modules.orders.service.move_orders import Actor, move_orders
from xiaodian.modules.orders.service.order_access import (
    first_role,
    get_order_for,
    lock_order_for,
    may_see_buyers,
    see,
)
from xiaodian.modules.shops import api as shops


async def get_order(ctx: Context, caller: Caller, order_id: OrderId) -> OrderSeen:
    """An order of one's own, or of one's shop. Raises NotFoundError to anybody else."""
    async with ctx.database.connection() as connection:
        order, roles = await get_order_for(connection, caller, order_id, Scope.ORDERS_READ)
        role = first_role(roles)
        if role is Role.SELLER and await may_see_buyers(connection, caller, order.shop_id):
            await shops.note_look(
                connection,
                caller,
                order.shop_id,
                deed="order.contact_seen",
                target=str(order.order_id),
                details={"number": order.number},
            )
        return await see(connection, order, role, caller, utc_now())


async def cancel_order(connection: Connection, caller: Caller, order_id: OrderId, reason: str | None) -> OrderSeen:
    """Cancel as buyer or seller; what was paid goes back. Raises NotFoundError, IllegalMoveError."""
    now = utc_now()
    order, roles = await lock_order_for(connection, caller, order_id, Scope.ORDERS_WRITE)
    seen_by = first_role(roles)
    role = next((role for role in (seen_by, *roles) if find_next_state(order, Deed.CANCEL, role, now)), seen_by)
    actor = Actor(role=role, account_id=caller.account_id, reason=reason)
    if order.state is OrderState.PAID:
        moved = await cancel_paid(connection, order, actor, now)
    else:
        [moved] = await cancel_unpaid(connection, [order], Deed.CANCEL, actor, now)
    if role is Role.SELLER:
        await _note(connection, caller, order, "order.cancelled")
    return await see(connection, moved, seen_by, caller, now)


async def confirm_receipt(connection: Connection, caller: Caller, order_id: OrderId) -> OrderSeen:
    """The buyer has the goods; the money can be split. Raises NotFoundError, IllegalMoveError."""
    now = utc_now()
    order, roles = await lock_order_for(connection, caller, order_id, Scope.ORDERS_WRITE)
    if Role.BUYER not in roles:
        raise NotFoundError
    actor = Actor(role=Role.BUYER, account_id=caller.account_id)
    [moved] = await move_orders(connection, [order], Deed.CONFIRM_RECEIPT, actor, now=now)
    return await see(connection, moved, Role.BUYER, caller, now)


async def _note(connection: Connection, caller: Caller, order: Order, deed: str) -> None:
    await shops.note_deed(
        connection, caller, order.shop_id, deed=deed, target=str(order.order_id), details={"number": order.number}
    )
