"""What was bought, as one SELECT: for those whose figures are made of millions of orders, which no loop could read."""

BOUGHT_COLUMNS = (
    "shop_id",
    "buyer_id",
    "order_id",
    "paid_at",
    "is_counted",
    "gmv_minor",
    "returned_minor",
    "room_id",
    "video_id",
    "product_ids",
    "categories",
    "coupon_id",
)
_BOUGHT = """
    SELECT bought.shop_id, bought.buyer_id, bought.order_id, bought.paid_at,
        bought.state <> 'cancelled' AND (line.returned_minor = 0 OR line.returned_minor < line.gmv_minor) AS is_counted,
        line.gmv_minor,
        CASE WHEN bought.state = 'cancelled' THEN line.gmv_minor ELSE line.returned_minor END AS returned_minor,
        bought.room_id, line.video_id, line.product_ids, line.categories, bought.coupon_id
    FROM orders.order AS bought CROSS JOIN LATERAL (
        SELECT sum(amount_minor - off_minor)::bigint AS gmv_minor,
            sum(refunded_minor + refunded_platform_minor)::bigint AS returned_minor,
            (array_agg(video_id ORDER BY line_no) FILTER (WHERE video_id IS NOT NULL))[1] AS video_id,
            array_agg(DISTINCT product_id ORDER BY product_id) AS product_ids,
            array_agg(DISTINCT category ORDER BY category) AS categories
        FROM orders.line WHERE (shop_id, order_id) = (bought.shop_id, bought.order_id)
    ) AS line
    WHERE bought.paid_at IS NOT NULL AND
"""


def select_bought(where: str) -> str:
    """Paid orders with the columns BOUGHT_COLUMNS; `where` names columns of orders.order by `bought.`.

    An order counts unless it was cancelled or all of its goods' money went back; what a cancelled one brought counts as
    returned. Its goods are reckoned as insights does.
    """
    return f"{_BOUGHT} ({where})"


BUYERS_AFTER = """
    SELECT max(buyer_id::text)::uuid FROM (
        SELECT buyer_id FROM orders.order WHERE buyer_id > $1 ORDER BY buyer_id LIMIT $2
    ) AS next_ones
"""
"""The last buyer of the next so many orders, by buyer; for who goes through all of them in parts."""
