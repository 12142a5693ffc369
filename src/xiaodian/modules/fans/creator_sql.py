"""The statements that keep fans of creators: each row follows from visits, follows and purchases.

Who owns a shop finds followers and viewers among the shop's fans: their own are those who bought others' goods.
"""

from xiaodian.modules.content import api as content
from xiaodian.modules.fans.visit_sql import replace
from xiaodian.modules.orders import api as orders

PURCHASE = ", ".join(orders.FOUND_COLUMNS).replace("buyer_id", "account_id")
_KEYS = "creator_id, account_id, order_id"
_VALUES = ("place_id", "paid_at", "gmv_minor", "returned_minor", "is_counted")
_SUMS = (
    *("followed_at", "first_at", "seen_at", "views", "watch_s", "comments", "likes", "orders", "spent_minor"),
    *("bought_first_at", "bought_at"),
)
_COUNTS = ("views", "watch_s", "comments", "likes", "orders", "spent_minor")


def save_found(told: str, known: str) -> str:
    """A statement that keeps what was found as orders say now (`told`) in place of `known`, a test of rows of
    fans.creator_purchase; answers whose figures may be others now.
    """
    return f"""
        WITH told ({PURCHASE}) AS MATERIALIZED ({told}),
            gone AS (
                DELETE FROM fans.creator_purchase AS known WHERE {known} AND NOT EXISTS (
                    SELECT FROM told WHERE (told.creator_id, told.account_id, told.order_id)
                        = (known.creator_id, known.account_id, known.order_id)
                ) RETURNING creator_id, account_id
            ),
            saved AS (
                INSERT INTO fans.creator_purchase AS known ({PURCHASE}) SELECT {PURCHASE} FROM told ORDER BY {_KEYS}
                ON CONFLICT ({_KEYS}) {replace(_VALUES)}
            )
        SELECT creator_id, account_id FROM told UNION SELECT creator_id, account_id FROM gone
    """


SAVE_FOUND = save_found(orders.select_found("bought.order_id = ANY($1::uuid[])"), "known.order_id = ANY($1::uuid[])")
"""$1: orders."""


def recount(who: str) -> str:
    """A statement of a rebuild, in which told_shop says who owns a shop: `who` selects creator_id and account_id of
    creators who own none. What owners of shops bring to others is made anew with it.
    """
    return _recount(f"""
        SELECT creator_id, account_id, false AS has_shop FROM ({who}) AS who
        UNION ALL
        SELECT DISTINCT creator_id, account_id, true FROM fans.creator_purchase
        WHERE creator_id IN (SELECT owner_id FROM told_shop)
    """)


def _recount(who: str) -> str:
    """A statement that makes fans of creators anew: `who` selects creator_id, account_id and whether the creator owns a
    shop. Of whom there is nothing to tell any more is no fan.
    """
    value = ", ".join(f"coalesce({name}, 0)" if name in _COUNTS else name for name in _SUMS)
    return f"""
        WITH who AS MATERIALIZED ({who}),
            seen AS (
                SELECT who.creator_id, who.account_id, min(first_at) AS first_at, max(seen_at) AS seen_at,
                    sum(views)::integer AS views, sum(watch_s)::bigint AS watch_s, sum(comments)::integer AS comments,
                    sum(likes)::integer AS likes
                FROM who JOIN fans.visit ON (whose_id, visit.account_id) = (who.creator_id, who.account_id)
                WHERE NOT has_shop GROUP BY 1, 2
            ),
            bought AS (
                SELECT who.creator_id, who.account_id, count(*) FILTER (WHERE is_counted)::integer AS orders,
                    coalesce(sum(gmv_minor - returned_minor) FILTER (WHERE is_counted), 0)::bigint AS spent_minor,
                    min(paid_at) AS bought_first_at, max(paid_at) AS bought_at
                FROM who JOIN fans.creator_purchase AS found USING (creator_id, account_id) GROUP BY 1, 2
            ),
            follows (creator_id, account_id, followed_at) AS (
                {content.select_follows("(creator_id, fan_id) IN (SELECT creator_id, account_id FROM who)")}
            ),
            stands AS MATERIALIZED (
                SELECT creator_id, account_id, {value} FROM who LEFT JOIN seen USING (creator_id, account_id)
                    LEFT JOIN bought USING (creator_id, account_id) LEFT JOIN follows USING (creator_id, account_id)
                WHERE num_nonnulls(seen_at, bought_at) > 0 OR followed_at IS NOT NULL AND NOT has_shop
            ),
            gone AS (
                DELETE FROM fans.creator_fan AS known USING who
                WHERE (known.creator_id, known.account_id) = (who.creator_id, who.account_id) AND NOT EXISTS (
                    SELECT FROM stands WHERE (stands.creator_id, stands.account_id)
                        = (known.creator_id, known.account_id)
                )
            )
        INSERT INTO fans.creator_fan AS known (creator_id, account_id, {", ".join(_SUMS)})
        SELECT * FROM stands ORDER BY 1, 2 ON CONFLICT (creator_id, account_id) {replace(_SUMS)}
    """


RECOUNT = _recount(
    "SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS who (creator_id, account_id, has_shop)"
)
"""$1: creators; $2: accounts; $3: whether the creator owns a shop."""
