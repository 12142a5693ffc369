"""What orders have taken besides money, given back: goods, coupons, limits. Inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.orders import CheckoutId, Order, OrderId
from xiaodian.contracts.promotion import PLATFORM
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.promotion import api as promotion

Pieces = Mapping[int, int]
"""Quantities by line number."""

_LOCK_CHECKOUT = """
    SELECT pg_advisory_xact_lock(hashtextextended('checkout ' || checkout_id, 0))
    FROM (SELECT checkout_id FROM unnest($1::uuid[]) AS one (checkout_id) ORDER BY checkout_id) AS wanted
"""

_UNPAID_CHECKOUTS = """
    SELECT checkout_id FROM orders.order WHERE checkout_id = ANY($1::uuid[])
    GROUP BY checkout_id HAVING bool_and(state = 'cancelled' AND paid_at IS NULL)
"""


def sum_quantities(orders: Iterable[Order]) -> dict[StockId, int]:
    """How many pieces of each stock the orders are still about."""
    quantities: dict[StockId, int] = {}
    for order in orders:
        for line in order.lines:
            if line.left_quantity:
                quantities[line.stock_id] = quantities.get(line.stock_id, 0) + line.left_quantity
    return quantities


async def release_limits(connection: Connection, orders: Sequence[Order]) -> None:
    """The buyers may buy again what these orders are still about."""
    await release_limits_of(
        connection, [(order, {line.line_no: line.left_quantity for line in order.lines}) for order in orders]
    )


async def release_limits_of(connection: Connection, pieces: Sequence[tuple[Order, Pieces]]) -> None:
    """The buyers may buy again these pieces of their orders."""
    released: dict[tuple[UUID, AccountId], int] = {}
    for order, quantities in pieces:
        for line in order.lines:
            for limit_id in line.limit_ids if quantities.get(line.line_no) else ():
                key = (limit_id, order.buyer_id)
                released[key] = released.get(key, 0) + quantities[line.line_no]
    if released:
        await promotion.release_purchases(connection, [(*key, quantity) for key, quantity in sorted(released.items())])


async def release_shop_coupons(connection: Connection, orders: Sequence[Order]) -> None:
    """The shops' coupons that these orders redeemed can be redeemed again."""
    redeemed: list[tuple[ShopId, OrderId]] = [
        (order.shop_id, order.order_id) for order in orders if order.coupon_id is not None
    ]
    if redeemed:
        await promotion.release_redemptions(connection, redeemed)


async def release_platform_coupons(connection: Connection, cancelled: Sequence[Order]) -> None:
    """The platform's coupons of checkouts of which nothing was paid and nothing is left to pay.

    The caller has cancelled the orders in this transaction.
    """
    checkout_ids = {order.checkout_id for order in cancelled if order.platform_coupon_id is not None}
    if not checkout_ids:
        return
    # Two orders of a checkout may be cancelled at once: whoever comes second must see what the first one did.
    await connection.execute(_LOCK_CHECKOUT, list(checkout_ids))
    rows = await connection.fetch(_UNPAID_CHECKOUTS, list(checkout_ids))
    unpaid: list[tuple[ShopId, CheckoutId]] = [(PLATFORM, row["checkout_id"]) for row in rows]
    if unpaid:
        await promotion.release_redemptions(connection, unpaid)
