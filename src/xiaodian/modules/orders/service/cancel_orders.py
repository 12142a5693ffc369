"""Cancel orders: goods back on the shelf, coupons and limits back to the buyer, money back to where it came from."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5

from xiaodian.contracts.orders import Order
from xiaodian.contracts.payments import RefundId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders.models import Deed
from xiaodian.modules.orders.rules import get_next_state
from xiaodian.modules.orders.service.give_back import (
    find_free_platform_coupons,
    pieces_left,
    release_promotions,
    shop_coupons,
    sum_quantities,
)
from xiaodian.modules.orders.service.move_orders import Actor, move_orders
from xiaodian.modules.orders.service.refund_lines import refund_of_all, write_refund
from xiaodian.modules.payments import api as payments


async def cancel_unpaid(
    connection: Connection, orders: Sequence[Order], deed: Deed, actor: Actor, now: datetime
) -> list[Order]:
    """Cancel locked orders that wait for payment; nobody can begin to pay them any more. Raises IllegalMoveError."""
    moved = await move_orders(connection, orders, deed, actor, now=now)
    if not moved:
        return []
    await payments.close_charges_of(connection, [order.order_id for order in moved])
    await catalog.release_many(connection, sum_quantities(moved))
    free = await find_free_platform_coupons(connection, moved)
    await release_promotions(connection, coupons=[*free, *shop_coupons(moved)], pieces=pieces_left(moved))
    return moved


async def cancel_paid(connection: Connection, order: Order, actor: Actor, now: datetime) -> Order:
    """Cancel a locked order that is paid and not shipped, and refund what is left of it. Raises IllegalMoveError."""
    get_next_state(order, Deed.CANCEL, actor.role, now)
    refund = refund_of_all(order, RefundId(uuid5(order.order_id, "cancel")), "cancelled")
    refunded = await write_refund(connection, order, refund, now)
    [moved] = await move_orders(connection, [refunded], Deed.CANCEL, actor, now=now)
    if quantities := sum_quantities([order]):
        await catalog.return_many(connection, quantities)
    await release_promotions(connection, coupons=shop_coupons([order]), pieces=pieces_left([order]))
    return moved
