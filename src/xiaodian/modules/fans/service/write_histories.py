"""In large shops, what conditions ask of purchases is written in a row a fan: a search in an array, not a join.

`purchase_days`: the days of the purchases that count, in order; `running_minor`: spent by each and all before it;
`product_ids` and `product_days`: what was bought, and the last day of each. A history is true as long as it has the
fan's number of changes, which counting moves on; else conditions look at the purchases themselves. Of who has given
everything back none is kept.
"""

from uuid import UUID

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.fans.service.count_purchases import LOCK

LARGE = 20_000
"""Fans from which on a shop is large: of fewer, looking at the purchases takes a fraction of a second."""
FOUND_AT_ONCE = 50_000
"""Each time, all fans of the shop are compared with all histories."""
FANS_AT_ONCE = 500
"""Whoever counts purchases waits while these are written."""
NO_LIMIT_S = 3600.0
_NOBODY = UUID(int=0)

_LARGE_SHOPS = "SELECT shop_id FROM fans.segment_size GROUP BY 1 HAVING sum(fans) >= $1 ORDER BY 1"
_UNTRUE = """
    SELECT account_id FROM fans.fan LEFT JOIN fans.history AS known USING (shop_id, account_id)
    WHERE fan.shop_id = $1 AND fan.account_id > $2
        AND CASE WHEN orders > 0 THEN known.changes IS DISTINCT FROM fan.changes ELSE known.changes IS NOT NULL END
    ORDER BY fan.account_id LIMIT $3
"""
_DROP = """
    DELETE FROM fans.history AS known USING fans.fan
    WHERE known.shop_id = $1 AND known.account_id = ANY($2::uuid[])
        AND (fan.shop_id, fan.account_id) = ($1, known.account_id) AND fan.orders = 0
"""
# Told twice which fans they are, PostgreSQL looks them up instead of reading all fans for each portion.
_WRITE = """
    WITH bought AS MATERIALIZED (
        SELECT account_id, day, order_id, gmv_minor - returned_minor AS spent_minor, product_ids
        FROM fans.purchase WHERE shop_id = $1 AND account_id = ANY($2::uuid[]) AND is_counted
    ),
    running AS (
        SELECT account_id, day, order_id, sum(spent_minor) OVER fan AS minor
        FROM bought WINDOW fan AS (PARTITION BY account_id ORDER BY day, order_id)
    ),
    spent AS (
        SELECT account_id, array_agg(day ORDER BY day, order_id) AS days,
            array_agg(minor ORDER BY day, order_id)::bigint[] AS minors
        FROM running GROUP BY 1
    ),
    goods AS (
        SELECT account_id, array_agg(product_id ORDER BY product_id) AS ids,
            array_agg(day ORDER BY product_id) AS days
        FROM (
            SELECT account_id, product_id, max(day) AS day FROM bought CROSS JOIN unnest(product_ids) AS product_id
            GROUP BY 1, 2
        ) AS latest GROUP BY 1
    )
    INSERT INTO fans.history (
        shop_id, account_id, changes, purchase_days, running_minor, product_ids, product_days
    )
    SELECT shop_id, account_id, changes, spent.days, spent.minors, coalesce(goods.ids, '{}'),
        coalesce(goods.days, '{}')
    FROM spent JOIN fans.fan USING (account_id) LEFT JOIN goods USING (account_id)
    WHERE fan.shop_id = $1 AND fan.account_id = ANY($2::uuid[]) ORDER BY account_id
    ON CONFLICT (shop_id, account_id) DO UPDATE SET changes = excluded.changes,
        purchase_days = excluded.purchase_days, running_minor = excluded.running_minor,
        product_ids = excluded.product_ids, product_days = excluded.product_days
"""
# In memory, and by one process alone: pages are asked for meanwhile.
_GENTLY = "SET LOCAL work_mem = '64MB'; SET LOCAL max_parallel_workers_per_gather = 0"


async def write_histories(database: Database, large: int = LARGE) -> None:
    """Write them for fans of large shops who have none that is true, some hundreds a transaction."""
    async with database.connection() as connection:
        rows = await connection.fetch(_LARGE_SHOPS, large)
    for row in rows:
        shop_id: ShopId = row["shop_id"]
        after = _NOBODY
        while found := await _find_untrue(database, shop_id, after):
            for start in range(0, len(found), FANS_AT_ONCE):
                await _write(database, shop_id, found[start : start + FANS_AT_ONCE])
            after = found[-1]


async def _find_untrue(database: Database, shop_id: ShopId, after: UUID) -> list[UUID]:
    async with database.transaction() as connection:
        await connection.execute(_GENTLY)
        rows = await connection.fetch(_UNTRUE, shop_id, after, FOUND_AT_ONCE, timeout=NO_LIMIT_S)
    return [row["account_id"] for row in rows]


async def _write(database: Database, shop_id: ShopId, fans: list[UUID]) -> None:
    async with database.transaction() as connection:
        # Whoever counts purchases holds it too: what is read here stays true until it is written.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(_GENTLY)
        await connection.execute(_DROP, shop_id, fans, timeout=NO_LIMIT_S)
        await connection.execute(_WRITE, shop_id, fans, timeout=NO_LIMIT_S)
