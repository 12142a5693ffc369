"""Cancel orders: goods back on the shelf, coupon back to the buyer, money back to where it came from."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.orders import Order
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import transfers
from xiaodian.modules.orders.models import Deed
from xiaodian.modules.orders.service.move_orders import Actor, move_orders, sum_quantities
from xiaodian.modules.payments import api as payments
from xiaodian.modules.promotion import api as promotion


async def cancel_unpaid(
    connection: Connection, orders: Sequence[Order], deed: Deed, actor: Actor, now: datetime
) -> list[Order]:
    """Cancel locked orders that wait for payment. Raises IllegalMoveError."""
    moved = await move_orders(connection, orders, deed, actor, now=now)
    await catalog.release_many(connection, sum_quantities(moved))
    with_coupon = [(order.shop_id, order.order_id) for order in moved if order.coupon_id is not None]
    if with_coupon:
        await promotion.release_redemptions(connection, with_coupon)
    return moved


async def cancel_paid(connection: Connection, orders: Sequence[Order], actor: Actor, now: datetime) -> list[Order]:
    """Cancel locked orders that are paid and not shipped, and refund them. Raises IllegalMoveError."""
    moved = await move_orders(connection, orders, Deed.CANCEL, actor, now=now)
    charges = await payments.lock_captured_charges_of(connection, [order.order_id for order in moved])
    await ledger.post_many(connection, [transfers.refund(charge) for charge in charges])
    await payments.refund_charges(connection, charges)
    await catalog.return_many(connection, sum_quantities(moved))
    return moved
