"""What must hold over every row of a market, whatever happened: money, stock, coupons, limits."""

from xiaodian.infra.database import Connection

# Pieces of a paid order that went back before it was shipped are on the shelf again; later ones are not.
_PIECES = """
    SELECT l.stock_id, l.product_id, l.limit_ids, o.buyer_id, o.state, o.paid_at, l.quantity - coalesce((
        SELECT sum(back.quantity) FROM orders.line_refund AS back
        WHERE (back.shop_id, back.order_id, back.line_no) = (l.shop_id, l.order_id, l.line_no)
            AND (o.shipped_at IS NULL OR back.refunded_at < o.shipped_at)
    ), 0) AS taken FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
"""

UNBALANCED = "SELECT transfer_id FROM ledger.entry GROUP BY transfer_id HAVING sum(amount_minor) <> 0"

WRONG_ESCROW = """
    SELECT o.number, o.state, escrow.held, expected.held AS expected FROM orders.order AS o
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_minor), 0) AS held FROM ledger.entry WHERE account = 'escrow:' || o.order_id
    ) AS escrow
    CROSS JOIN LATERAL (
        SELECT CASE WHEN o.paid_at IS NULL OR EXISTS (
            SELECT FROM settlement.settlement AS s WHERE (s.shop_id, s.order_id) = (o.shop_id, o.order_id)
        ) THEN 0 ELSE o.freight_minor - o.refunded_freight_minor + (
            SELECT sum(amount_minor - off_minor - refunded_minor - refunded_platform_minor) FROM orders.line AS l
            WHERE (l.shop_id, l.order_id) = (o.shop_id, o.order_id)
        ) END AS held
    ) AS expected
    WHERE escrow.held <> expected.held OR (o.state = 'cancelled' AND escrow.held <> 0)
"""

WRONG_STOCK = f"""
    SELECT stock.*, held, gone, brought, came_back, sent_again FROM catalog.stock CROSS JOIN LATERAL (
        SELECT coalesce(sum(taken) FILTER (WHERE state = 'pending_payment'), 0) AS held,
            coalesce(sum(taken) FILTER (WHERE paid_at IS NOT NULL), 0) AS gone
        FROM ({_PIECES}) AS pieces WHERE pieces.stock_id = stock.stock_id
    ) AS of_orders CROSS JOIN LATERAL (
        SELECT coalesce(sum(delta), 0) AS brought FROM catalog.stock_journal AS j WHERE j.stock_id = stock.stock_id
    ) AS journal CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.quantity) FILTER (WHERE received_at IS NOT NULL AND l.stock_id = stock.stock_id), 0)
                AS came_back,
            coalesce(sum(a.quantity) FILTER (WHERE is_replaced AND l.sku_id = stock.stock_id), 0) AS sent_again
        FROM aftersales.after_sale AS a JOIN orders.line AS l USING (shop_id, order_id, line_no)
        WHERE stock.stock_id IN (l.stock_id, l.sku_id)
    ) AS of_after_sales
    WHERE reserved <> held OR sold <> gone - came_back + sent_again OR on_hand + sold <> brought OR on_hand < reserved
"""

WRONG_LIMITS = f"""
    SELECT kept.*, counted FROM promotion.purchase_count AS kept CROSS JOIN LATERAL (
        SELECT coalesce(sum(taken), 0) AS counted FROM ({_PIECES}) AS pieces
        WHERE kept.limit_id = ANY(pieces.limit_ids) AND pieces.buyer_id = kept.account_id
            AND (state = 'pending_payment' OR paid_at IS NOT NULL)
    ) AS of_orders WHERE quantity <> counted
"""

WRONG_COUPONS = """
    SELECT coupon.coupon_id, redeemed, rows FROM promotion.coupon CROSS JOIN LATERAL (
        SELECT count(*) AS rows FROM promotion.redemption AS r
        WHERE r.coupon_id = coupon.coupon_id AND released_at IS NULL
    ) AS counted WHERE redeemed <> rows OR redeemed > quota
"""

# A coupon is in use exactly while an order stands that it made cheaper.
WRONG_REDEMPTIONS = """
    SELECT o.number, o.state FROM orders.order AS o JOIN promotion.redemption AS r
        ON (r.shop_id, r.order_id) = (o.shop_id, o.order_id)
    WHERE (r.released_at IS NULL) <> (o.state <> 'cancelled' OR o.shipped_at IS NOT NULL)
    UNION ALL
    SELECT min(o.number), 'platform' FROM orders.order AS o JOIN promotion.redemption AS r
        ON (r.shop_id, r.order_id) = ('00000000-0000-0000-0000-000000000000', o.checkout_id)
    GROUP BY r.order_id, r.released_at
    HAVING (r.released_at IS NULL) <> bool_or(o.state <> 'cancelled' OR o.paid_at IS NOT NULL)
"""

# What came in is with the provider, less what it gave back; what it was told to give back and has not waits apart.
WRONG_MONEY = """
    SELECT * FROM (
        SELECT
            (SELECT coalesce(-sum(amount_minor), 0) FROM ledger.entry WHERE account LIKE 'provider:%') AS with_provider,
            (SELECT coalesce(sum(amount_minor), 0) FROM ledger.entry WHERE account LIKE 'refunds:%') AS going_back,
            (SELECT coalesce(-sum(amount_minor), 0) FROM ledger.entry WHERE account = 'platform:subsidies') AS given,
            (SELECT coalesce(sum(amount_minor), 0) FROM payments.charge WHERE state = 'captured') AS captured,
            (SELECT coalesce(sum(amount_minor), 0) FROM payments.refund WHERE state = 'succeeded') AS refunded,
            (SELECT coalesce(sum(amount_minor), 0) FROM payments.refund WHERE state <> 'succeeded') AS asked,
            (SELECT coalesce(sum(l.platform_off_minor - l.refunded_platform_minor), 0)
                FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
                WHERE o.paid_at IS NOT NULL) AS subsidies
    ) AS sums WHERE with_provider <> captured - refunded OR going_back <> asked OR given <> subsidies
"""

# Each part of a payment went back as often as refunds say, and never more than it was.
WRONG_PARTS = """
    SELECT part.* FROM payments.charge_part AS part WHERE refunded_minor > amount_minor OR refunded_minor <> (
        SELECT coalesce(sum(amount_minor), 0) FROM payments.refund AS r
        WHERE (r.charge_id, r.order_id) = (part.charge_id, part.order_id)
    )
"""

CHECKS = {
    "transfers that do not balance": UNBALANCED,
    "orders whose escrow is not what was paid less what went back": WRONG_ESCROW,
    "stocks that do not add up": WRONG_STOCK,
    "limits that count wrong": WRONG_LIMITS,
    "coupons that count wrong": WRONG_COUPONS,
    "coupons in use without an order, or the other way round": WRONG_REDEMPTIONS,
    "money that is elsewhere than the books say": WRONG_MONEY,
    "payments given back otherwise than refunds say": WRONG_PARTS,
}


async def check_books(connection: Connection) -> None:
    """Raises AssertionError that shows the rows that break a rule."""
    for what, query in CHECKS.items():
        rows = await connection.fetch(query)
        assert not rows, (what, [dict(row) for row in rows])
