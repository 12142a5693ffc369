"""Coupons are redeemed by orders and given back by orders that were not paid. Inside the caller's transaction."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.promotion.rules import CouponBook

_INSERT = """
    INSERT INTO promotion.redemption (shop_id, order_id, coupon_id, account_id, off_minor, redeemed_at)
    SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])
"""

_COUNT = """
    UPDATE promotion.coupon SET redeemed = redeemed + change.times
    FROM (SELECT coupon_id, $2 * count(*)::int AS times FROM unnest($1::uuid[]) AS one (coupon_id) GROUP BY coupon_id)
        AS change
    WHERE coupon.coupon_id = change.coupon_id
"""

_RELEASE = """
    UPDATE promotion.redemption SET released_at = $3
    WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND released_at IS NULL
    RETURNING coupon_id
"""


async def write_redemptions(connection: Connection, book: CouponBook) -> None:
    """Write what was redeemed from a book that this transaction opened with its coupons locked."""
    if not book.redemptions:
        return
    await connection.execute(
        _INSERT,
        [redemption.wish.shop_id for redemption in book.redemptions],
        [redemption.order_id for redemption in book.redemptions],
        [redemption.coupon_id for redemption in book.redemptions],
        [redemption.wish.account_id for redemption in book.redemptions],
        [redemption.off_minor for redemption in book.redemptions],
        utc_now(),
    )
    await connection.execute(_COUNT, [redemption.coupon_id for redemption in book.redemptions], 1)


async def release_redemptions(connection: Connection, orders: Sequence[tuple[ShopId, UUID]]) -> None:
    """Give back the coupons that these orders redeemed; those without one, or already released, are passed over.

    The caller holds the orders locked.
    """
    rows = await connection.fetch(
        _RELEASE, [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders], utc_now()
    )
    if not rows:
        return
    coupon_ids = [row["coupon_id"] for row in rows]
    await connection.execute(
        "SELECT FROM promotion.coupon WHERE coupon_id = ANY($1::uuid[]) ORDER BY coupon_id FOR UPDATE", coupon_ids
    )
    await connection.execute(_COUNT, coupon_ids, -1)
