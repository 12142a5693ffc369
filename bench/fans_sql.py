"""What the benchmark of fans asks of its shop: the condition, and statements of its own."""

NESTED = """
    orders >= 2 && segment != "lost" && (recent_spent_minor(180) >= 30000 || bought_product("{product}", 365))
    && !(days_since_last <= 7 || (returned_share > 0.5 && average_minor < 5000))
"""
# The night's forecasts would read all purchases, and be counted as what counting costs.
FORECAST = """
    INSERT INTO fans.prediction_report (shop_id, reckoned_on, report)
    VALUES ($1, (now() AT TIME ZONE 'UTC' + make_interval(hours => $2))::date, '{}')
    ON CONFLICT (shop_id) DO UPDATE SET reckoned_on = excluded.reckoned_on
"""
UNTRUE = """
    SELECT count(*) FROM fans.fan LEFT JOIN fans.history USING (shop_id, account_id, changes)
    WHERE orders > 0 AND purchase_days IS NULL
"""
PLAIN_COHORT = """
    WITH bought AS (
        SELECT o.buyer_id, date_trunc('month', o.paid_at) AS month FROM orders.order AS o
        WHERE o.shop_id = $1 AND o.paid_at IS NOT NULL AND o.state <> 'cancelled' AND EXISTS (
            SELECT FROM orders.line AS l WHERE (l.shop_id, l.order_id) = (o.shop_id, o.order_id)
                AND l.refunded_minor < l.amount_minor - l.off_minor
        )
    ), firsts AS (SELECT buyer_id, min(month) AS first_month FROM bought GROUP BY buyer_id)
    SELECT first_month, month, count(DISTINCT buyer_id), count(*) FROM bought JOIN firsts USING (buyer_id) GROUP BY 1, 2
"""
PLAIN_PAGE = """
    SELECT count(*), min(paid_at), max(paid_at), sum(l.amount_minor - l.off_minor), sum(l.refunded_minor),
        mode() WITHIN GROUP (ORDER BY date_part('hour', paid_at)), mode() WITHIN GROUP (ORDER BY category)
    FROM orders.order AS o JOIN orders.line AS l USING (shop_id, order_id)
    WHERE o.shop_id = $1 AND o.buyer_id = $2 AND paid_at IS NOT NULL AND state <> 'cancelled'
"""
