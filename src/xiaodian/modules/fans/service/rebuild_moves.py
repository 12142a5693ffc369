"""Date anew how people went from segment to segment, where all they did became known at once, such as a shop's past.

A fan moves on the day on which the worker counts them. What was brought here later than it happened is counted today,
whenever it happened; here the history is what it would be if each day had been counted by itself.
"""

from collections.abc import Collection
from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.modules.fans.segment_rules import segment_of, turning_days
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books

# The first day on which anything was known of a fan, and each on which a purchase, or time after one, may have moved
# them. What they were then (`fan`) is the sum of the purchases up to it. Whom the worker has not put yet into the
# segment of today is left alone: it will write a move.
_REBUILD = f"""
    WITH bought AS MATERIALIZED (
        SELECT account_id, day FROM fans.purchase WHERE shop_id = $1 AND account_id = ANY($2::uuid[])
    ),
    met AS (
        SELECT account_id, followed_at AS at FROM fans.fan WHERE shop_id = $1 AND account_id = ANY($2::uuid[])
        UNION ALL SELECT account_id, first_at FROM fans.visit WHERE whose_id = $1 AND account_id = ANY($2::uuid[])
    ),
    days AS (
        SELECT account_id, day FROM bought
        UNION SELECT account_id, turning.day
        FROM bought LEFT JOIN fans.threshold ON threshold.shop_id = $1
            CROSS JOIN unnest({turning_days("bought.day")}) AS turning (day)
        UNION SELECT account_id, (min(at) AT TIME ZONE 'UTC' + make_interval(hours => $4))::date FROM met GROUP BY 1
    ),
    sums AS (
        SELECT account_id, days.day AS today, so_far.* FROM days CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE is_counted) AS orders, count(*) AS paid_orders,
                coalesce(max(occasion) FILTER (WHERE is_counted), 0) AS occasions,
                coalesce(sum(gmv_minor - returned_minor) FILTER (WHERE is_counted), 0) AS spent_minor,
                coalesce(sum(gmv_minor), 0) AS gmv_minor, coalesce(sum(returned_minor), 0) AS returned_minor,
                min(day) FILTER (WHERE is_counted) AS first_day, max(day) FILTER (WHERE is_counted) AS last_day
            FROM fans.purchase
            WHERE (purchase.shop_id, purchase.account_id) = ($1, days.account_id) AND purchase.day <= days.day
        ) AS so_far
        WHERE days.day <= $3::date
    ),
    placed AS (
        SELECT account_id, today, {segment_of("fan.today")} AS segment
        FROM sums AS fan LEFT JOIN fans.threshold ON threshold.shop_id = $1
    ),
    steps AS (
        SELECT account_id, today AS moved_on, lag(segment) OVER fan AS from_segment, segment AS to_segment,
            first_value(segment) OVER (PARTITION BY account_id ORDER BY today DESC) AS segment
        FROM placed WINDOW fan AS (PARTITION BY account_id ORDER BY today)
    ),
    moved AS MATERIALIZED (
        SELECT account_id, moved_on, from_segment, to_segment FROM steps JOIN fans.fan USING (account_id, segment)
        WHERE shop_id = $1 AND from_segment IS DISTINCT FROM to_segment
    ),
    gone AS (
        DELETE FROM fans.move WHERE shop_id = $1 AND account_id IN (SELECT account_id FROM moved)
    ),
    history AS (
        INSERT INTO fans.move (shop_id, account_id, moved_on, from_segment, to_segment)
        SELECT $1, account_id, moved_on, from_segment, to_segment FROM moved ORDER BY account_id, moved_on
    ),
    dated AS (
        UPDATE fans.fan SET segment_since = newest.moved_on
        FROM (SELECT account_id, max(moved_on) AS moved_on FROM moved GROUP BY 1) AS newest
        WHERE fan.shop_id = $1 AND fan.account_id = newest.account_id
    )
    SELECT count(DISTINCT account_id) FROM moved
"""


async def rebuild_moves(records: Records, shop_id: ShopId, people: Collection[AccountId], now: datetime) -> int:
    """Make the history of these people's segments anew from what is counted of them; answers of how many it was done.

    It follows the shop's thresholds and the purchases as they are now: what was given back later was so from the
    beginning. Doing it again changes nothing.
    """
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        utc_offset_h = records.settings.books_utc_offset_h
        today = day_of_books(now, utc_offset_h)
        done: int = await connection.fetchval(_REBUILD, shop_id, list(people), today, utc_offset_h)
    return done
