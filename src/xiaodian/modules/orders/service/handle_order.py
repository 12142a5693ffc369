"""What a buyer or a seller does with one order: cancel, ship, confirm receipt."""

from datetime import datetime, timedelta

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import Order, OrderId, OrderState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Move, Role
from xiaodian.modules.orders.rules import check_shipment, find_next_state
from xiaodian.modules.orders.service.cancel_orders import cancel_paid, cancel_unpaid
from xiaodian.modules.orders.service.complete_orders import complete_orders
from xiaodian.modules.orders.service.move_orders import Actor, Shipment, move_orders
from xiaodian.modules.shops import api as shops


class OrderSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An order with its history, as somebody in this role sees it at this moment."""

    order: Order
    moves: list[Move]
    role: Role
    now: datetime


async def get_order(ctx: Context, caller: Caller, order_id: OrderId) -> OrderSeen:
    """An order of one's own, or of one's shop. Raises NotFoundError to anybody else."""
    async with ctx.database.connection() as connection:
        order = (await queries.find_orders(connection, [order_id])).get(order_id)
        roles = await get_roles(connection, order, caller)
        assert order is not None
        return await see(connection, order, roles[0], utc_now())


async def cancel_order(ctx: Context, caller: Caller, order_id: OrderId, reason: str | None) -> OrderSeen:
    """Cancel as buyer or seller; what was paid goes back. Raises NotFoundError, IllegalMoveError."""
    now = utc_now()
    async with ctx.database.transaction() as connection:
        order, roles = await _lock(connection, order_id, caller)
        role = next((role for role in roles if find_next_state(order, Deed.CANCEL, role, now)), roles[0])
        actor = Actor(role=role, account_id=caller.account_id, reason=reason)
        if order.state is OrderState.PAID:
            moved = await cancel_paid(connection, [order], actor, now)
        else:
            moved = await cancel_unpaid(connection, [order], Deed.CANCEL, actor, now)
        return await see(connection, moved[0], roles[0], now)


async def ship_order(ctx: Context, caller: Caller, order_id: OrderId, carrier: str, tracking_number: str) -> OrderSeen:
    """Hand a paid order to a carrier, as its seller. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    check_shipment(carrier, tracking_number)
    now = utc_now()
    shipment = Shipment(
        carrier=carrier.strip(),
        tracking_number=tracking_number,
        completes_at=now + timedelta(days=ctx.settings.receipt_days),
    )
    async with ctx.database.transaction() as connection:
        order, roles = await _lock(connection, order_id, caller)
        if Role.SELLER not in roles:
            raise NotFoundError
        actor = Actor(role=Role.SELLER, account_id=caller.account_id)
        moved = await move_orders(connection, [order], Deed.SHIP, actor, now=now, shipment=shipment)
        return await see(connection, moved[0], Role.SELLER, now)


async def confirm_receipt(ctx: Context, caller: Caller, order_id: OrderId) -> OrderSeen:
    """The buyer has the goods; the shop gets the money. Raises NotFoundError, IllegalMoveError."""
    now = utc_now()
    async with ctx.database.transaction() as connection:
        order, roles = await _lock(connection, order_id, caller)
        if Role.BUYER not in roles:
            raise NotFoundError
        actor = Actor(role=Role.BUYER, account_id=caller.account_id)
        moved = await complete_orders(connection, [order], Deed.CONFIRM_RECEIPT, actor, now)
        return await see(connection, moved[0], Role.BUYER, now)


async def get_roles(connection: Connection, order: Order | None, caller: Caller) -> list[Role]:
    """What the caller is to this order, buyer first. Raises NotFoundError if nothing, or if there is no order."""
    if order is None:
        raise NotFoundError
    roles = [Role.BUYER] if order.buyer_id == caller.account_id else []
    try:
        await shops.require_staff(connection, order.shop_id, caller.account_id)
    except NotFoundError:
        if not roles:
            raise
        return roles
    return [*roles, Role.SELLER]


async def see(connection: Connection, order: Order, role: Role, now: datetime) -> OrderSeen:
    """An order with its history."""
    moves = (await queries.get_moves(connection, [order])).get(order.order_id, [])
    return OrderSeen(order=order, moves=moves, role=role, now=now)


async def _lock(connection: Connection, order_id: OrderId, caller: Caller) -> tuple[Order, list[Role]]:
    order = (await queries.lock_orders(connection, [order_id])).get(order_id)
    roles = await get_roles(connection, order, caller)
    assert order is not None
    return order, roles
