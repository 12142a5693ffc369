"""What orders have taken besides money, given back: goods, coupons, limits. Inside the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.orders import Order
from xiaodian.contracts.promotion import PLATFORM
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.promotion import api as promotion

Pieces = Mapping[int, int]
"""Quantities by line number."""
Redemption = tuple[ShopId, UUID]
"""What names a redeemed coupon: the shop (or PLATFORM) and the order (or checkout)."""

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


def pieces_left(orders: Iterable[Order]) -> list[tuple[Order, Pieces]]:
    """The pieces that the orders are still about."""
    return [(order, {line.line_no: line.left_quantity for line in order.lines}) for order in orders]


def shop_coupons(orders: Iterable[Order]) -> list[Redemption]:
    """The shops' coupons that these orders redeemed."""
    return [(order.shop_id, order.order_id) for order in orders if order.coupon_id is not None]


async def find_free_platform_coupons(connection: Connection, cancelled: Sequence[Order]) -> list[Redemption]:
    """The platform's coupons of checkouts of which nothing was paid and nothing is left to pay.

    The caller has cancelled the orders in this transaction.
    """
    checkout_ids = {order.checkout_id for order in cancelled if order.platform_coupon_id is not None}
    if not checkout_ids:
        return []
    # Two orders of a checkout may be cancelled at once: whoever comes second must see what the first one did.
    await connection.execute(_LOCK_CHECKOUT, list(checkout_ids))
    rows = await connection.fetch(_UNPAID_CHECKOUTS, list(checkout_ids))
    return [(PLATFORM, row["checkout_id"]) for row in rows]


async def release_promotions(
    connection: Connection, *, coupons: Sequence[Redemption], pieces: Sequence[tuple[Order, Pieces]]
) -> None:
    """These coupons can be redeemed again, and the buyers may buy these pieces of their orders again.

    Coupons before limits, as checkout locks them.
    """
    if coupons:
        await promotion.release_redemptions(connection, coupons)
    released: dict[tuple[UUID, AccountId], int] = {}
    for order, quantities in pieces:
        for line in order.lines:
            for limit_id in line.limit_ids if quantities.get(line.line_no) else ():
                key = (limit_id, order.buyer_id)
                released[key] = released.get(key, 0) + quantities[line.line_no]
    if released:
        await promotion.release_purchases(connection, [(*key, quantity) for key, quantity in released.items()])
