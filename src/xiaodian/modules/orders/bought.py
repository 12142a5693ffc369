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


FOUND_COLUMNS = (
    "creator_id",
    "buyer_id",
    "order_id",
    "place_id",
    "paid_at",
    "gmv_minor",
    "returned_minor",
    "is_counted",
)
_FOUND = """
    SELECT creator_id, buyer_id, order_id, place_id, paid_at, gmv_minor, returned_minor,
        returned_minor = 0 OR returned_minor < gmv_minor AS is_counted
    FROM (
        SELECT line.creator_id, bought.buyer_id, bought.order_id, bought.paid_at,
            (array_agg(coalesce(line.room_id, line.video_id) ORDER BY line_no))[1] AS place_id,
            sum(line.amount_minor - line.off_minor)::bigint AS gmv_minor,
            sum(
                CASE WHEN bought.state = 'cancelled' THEN line.amount_minor - line.off_minor
                    ELSE line.refunded_minor + line.refunded_platform_minor END
            )::bigint AS returned_minor
        FROM orders.line JOIN orders.order AS bought USING (shop_id, order_id)
        WHERE line.creator_id IS NOT NULL AND bought.paid_at IS NOT NULL AND NOT bought.is_quiet AND
"""


def select_found(where: str) -> str:
    """What of paid orders was found in whose rooms and videos and brings them a commission, with the columns
    FOUND_COLUMNS: money of those lines alone. What was bought quietly is left out. `where` names columns of
    orders.order by `bought.`.
    """
    return f"{_FOUND} ({where}) GROUP BY 1, 2, 3, 4) AS found"
