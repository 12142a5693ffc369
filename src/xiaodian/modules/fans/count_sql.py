"""The statements that keep the summaries: what orders say now, less what was counted of them, added up.

One statement counts thousands of orders, in a rebuild a hundred thousand: a loop over orders would cost several times
as much. After how many days a fan was back (`back_days`) stands in no row: it follows from the fan's next occasion, so
that a new order leaves those before it as they are. What the sums gain by it is in `delta`: rows of fans.purchase with
`back_days`, the money that each adds, and whether it adds itself (`orders`) and its `back_days` (`backs`): 1, -1 or 0.

Nearly every order is the newest of its buyer, or one already counted of which only the money is another: APPEND reads
of such a fan the last occasion alone. Where an order's place among others may have to be found anew, because it came
late, was cancelled or given back wholly, COUNT reads all of the fan's.
"""

from xiaodian.modules.fans.segment_rules import moves_on, segment_of
from xiaodian.modules.orders import api as orders

KEYS = ("shop_id", "account_id", "paid_at", "order_id")
_TOLD = ("is_counted", "gmv_minor", "returned_minor", "room_id", "video_id")
_LISTS = ("product_ids", "categories", "coupon_id")
_PLACE = ("nth", "occasion", "starts", "opens_month", "first_day")
_FACTS = ", ".join((*KEYS, *_TOLD, *_LISTS, "day"))
PURCHASE = ", ".join((*KEYS, *_TOLD, *_LISTS, "day", *_PLACE))
WITHIN_DAYS = (30, 60, 90, 180, 365)
BACK = tuple(f"back_{days}" for days in WITHIN_DAYS)
BACKS = (*BACK, "back_ever")
_PLAIN = ", ".join((*KEYS, "is_counted", "room_id", "video_id", "product_ids", "day", *_PLACE, "back_days"))
_KEPT = ("is_counted", "day", "room_id", "video_id", *_LISTS)
_REPRICED = {"nth": "0", "occasion": "0", "starts": "false", "opens_month": "false", "back_days": "NULL"}
_SET = ", ".join(f"{name} = excluded.{name}" for name in (*_TOLD, *_LISTS, "day", *_PLACE))


def with_back(rows: str) -> str:
    """Purchases, all of a fan or the newest, and after how many days the next occasion came (`back_days`)."""
    return f"""
        SELECT *, min(day) OVER next - day AS back_days FROM {rows} WINDOW next AS (
            PARTITION BY shop_id, account_id, is_counted ORDER BY occasion RANGE BETWEEN 1 FOLLOWING AND 1 FOLLOWING
        )
    """


def delta_of(rows: str, sign: int) -> str:
    """Purchases with `back_days` as rows of `delta`: all that they are is added or, with sign -1, taken away."""
    return f"""
        SELECT {sign} AS orders, {sign} AS backs, {_PLAIN}, {sign} * gmv_minor AS gmv_minor,
            {sign} * returned_minor AS returned_minor FROM ({rows}) AS changed
    """


# In a fan's purchases: which is the how-manieth, and on which occasion. Orders that do not count stand apart, with
# places that nobody reads.
_DERIVED = f"""
    marked AS (
        SELECT *, (room_id IS NULL OR room_id IS DISTINCT FROM lag(room_id) OVER fan) AS starts,
            date_trunc('month', day) IS DISTINCT FROM date_trunc('month', lag(day) OVER fan) AS opens_month
        FROM facts WINDOW fan AS (PARTITION BY shop_id, account_id, is_counted ORDER BY paid_at, order_id)
    ),
    derived AS MATERIALIZED (
        SELECT {_FACTS}, (row_number() OVER fan)::integer AS nth,
            (count(*) FILTER (WHERE starts) OVER fan)::integer AS occasion, starts, opens_month,
            first_value(day) OVER fan AS first_day
        FROM marked WINDOW fan AS (PARTITION BY shop_id, account_id, is_counted ORDER BY paid_at, order_id)
    )
"""

_SAVED = f"""
    saved AS (
        INSERT INTO fans.purchase ({PURCHASE})
        (SELECT {PURCHASE} FROM derived EXCEPT SELECT {PURCHASE} FROM old) ORDER BY {", ".join(KEYS)}
        ON CONFLICT ({", ".join(KEYS)}) DO UPDATE SET {_SET}
    )
"""


# What was counted of a fan is looked up fan by fan: a join may go through all purchases of everybody, which a rebuild
# would then do for each hundred thousand orders.
def _facts(where: str, untold: str) -> str:
    told = ", ".join(orders.BOUGHT_COLUMNS).replace("buyer_id", "buyer_id AS account_id")
    columns = ", ".join((*KEYS, *_TOLD, *_LISTS))
    return f"""
        told AS MATERIALIZED (SELECT {told} FROM ({orders.select_bought(where)}) AS bought),
        who AS MATERIALIZED (SELECT DISTINCT shop_id, account_id FROM told),
        old AS MATERIALIZED (
            SELECT was.* FROM who CROSS JOIN LATERAL (
                SELECT {PURCHASE} FROM fans.purchase
                WHERE (purchase.shop_id, purchase.account_id) = (who.shop_id, who.account_id) OFFSET 0
            ) AS was
        ),
        facts AS (
            SELECT {columns}, (paid_at AT TIME ZONE 'UTC' + make_interval(hours => $2))::date AS day FROM told
            {untold}
        )
    """


_UNTOLD = f"""
    UNION ALL SELECT {_FACTS} FROM old WHERE NOT EXISTS (SELECT FROM told WHERE told.order_id = old.order_id)
"""

_SUMS = """
    sums AS MATERIALIZED (
        SELECT shop_id, account_id, count(*) FILTER (WHERE is_counted)::integer AS orders,
            count(*)::integer AS paid_orders, coalesce(max(occasion) FILTER (WHERE is_counted), 0) AS occasions,
            coalesce(sum(gmv_minor - returned_minor) FILTER (WHERE is_counted), 0)::bigint AS spent_minor,
            sum(gmv_minor)::bigint AS gmv_minor, sum(returned_minor)::bigint AS returned_minor,
            min(paid_at) FILTER (WHERE is_counted) AS first_at, max(paid_at) FILTER (WHERE is_counted) AS last_at,
            max(paid_at) AS newest_at, max(paid_at) FILTER (WHERE is_counted AND starts) AS occasion_at,
            min(day) FILTER (WHERE is_counted) AS first_day, max(day) FILTER (WHERE is_counted) AS last_day
        FROM derived WHERE (shop_id, account_id) IN (SELECT shop_id, account_id FROM touched) GROUP BY 1, 2
    )
"""
_SUM_COLUMNS = (
    *("orders", "paid_orders", "occasions", "spent_minor", "gmv_minor", "returned_minor", "first_at", "last_at"),
    *("newest_at", "occasion_at", "first_day", "last_day"),
)
# Who bought; `fan` and `threshold` are what the rules of segments read.
_FANS = f"""
    kept AS (
        INSERT INTO fans.fan AS known (
            shop_id, account_id, {", ".join(_SUM_COLUMNS)}, segment, segment_since, moves_on
        )
        SELECT fan.shop_id, fan.account_id, {", ".join(f"fan.{name}" for name in _SUM_COLUMNS)},
            {segment_of("$3::date")}, $3::date, {moves_on("$3::date")}
        FROM sums AS fan LEFT JOIN fans.threshold USING (shop_id)
        ON CONFLICT (shop_id, account_id) DO UPDATE SET
            {", ".join(f"{name} = excluded.{name}" for name in (*_SUM_COLUMNS, "segment", "moves_on"))},
            changes = known.changes + 1,
            segment_since = CASE WHEN known.segment = excluded.segment THEN known.segment_since ELSE $3::date END
        RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
    )
"""

MOVED = """
    moved AS MATERIALIZED (SELECT * FROM kept WHERE from_segment IS DISTINCT FROM to_segment),
    history AS (
        INSERT INTO fans.move (shop_id, account_id, moved_on, from_segment, to_segment)
        SELECT shop_id, account_id, $3::date, from_segment, to_segment FROM moved
    ),
    sizes AS (
        INSERT INTO fans.segment_size AS sums (shop_id, segment, fans)
        SELECT shop_id, segment, sum(change) FROM (
            SELECT shop_id, to_segment AS segment, 1 AS change FROM moved
            UNION ALL SELECT shop_id, from_segment, -1 FROM moved WHERE from_segment IS NOT NULL
        ) AS changes GROUP BY shop_id, segment HAVING sum(change) <> 0
        ON CONFLICT (shop_id, segment) DO UPDATE SET fans = sums.fans + excluded.fans
    )
"""
"""What follows from `kept`, the fans written, with the segments they had and have; $3: today."""


def _cell(table: str, keys: tuple[str, ...], sums: tuple[str, ...], select: str) -> str:
    adding = ", ".join(f"{name} = sums.{name} + excluded.{name}" for name in sums)
    some = " OR ".join(f"{name} <> 0" for name in sums)
    return f"""
        INSERT INTO fans.{table} AS sums ({", ".join((*keys, *sums))})
        SELECT * FROM ({select} GROUP BY {", ".join(str(number + 1) for number in range(len(keys)))})
            AS added ({", ".join((*keys, *sums))}) WHERE {some}
        ON CONFLICT ({", ".join(keys)}) DO UPDATE SET {adding}
    """


_MONTH = "date_trunc('month', day)::date"
_AGE = (
    "(date_part('year', day) - date_part('year', first_day)) * 12 + date_part('month', day) "
    "- date_part('month', first_day)"
)
_CAME_BACK = ", ".join(
    (
        *(f"coalesce(sum(backs) FILTER (WHERE back_days <= {days}), 0)" for days in WITHIN_DAYS),
        "coalesce(sum(backs) FILTER (WHERE back_days IS NOT NULL), 0)",
    )
)
_BRINGERS = """
    LATERAL (
        SELECT 'product' AS kind, product_id::text AS key FROM unnest(product_ids) AS product_id
        UNION ALL SELECT 'room', room_id::text WHERE room_id IS NOT NULL
        UNION ALL SELECT 'video', video_id::text WHERE room_id IS NULL AND video_id IS NOT NULL
        UNION ALL SELECT 'source', CASE WHEN room_id IS NOT NULL THEN 'room' WHEN video_id IS NOT NULL THEN 'video'
            ELSE 'shop' END
    ) AS bringer
"""


def _cells() -> dict[str, str]:
    """Statements that add `delta` to each table of sums, by the table's name."""
    counted = "FROM delta WHERE is_counted"
    return {
        "cohort": _cell(
            "cohort",
            ("shop_id", "first_month", "age"),
            ("buyers", "orders", "gmv_minor", "returned_minor"),
            f"""
            SELECT shop_id, date_trunc('month', first_day)::date, ({_AGE})::integer,
                coalesce(sum(orders) FILTER (WHERE opens_month), 0), sum(orders), sum(gmv_minor)::bigint,
                sum(returned_minor)::bigint {counted}
            """,
        ),
        "first_day": _cell(
            "first_day",
            ("shop_id", "day"),
            ("fans", *BACKS),
            f"SELECT shop_id, day, sum(orders), {_CAME_BACK} {counted} AND backs <> 0 AND nth = 1",
        ),
        "bringer": _cell(
            "bringer",
            ("shop_id", "kind", "key", "month"),
            ("orders", "firsts", *BACKS),
            f"""
            SELECT shop_id, kind, key, {_MONTH}, sum(orders), coalesce(sum(orders) FILTER (WHERE nth = 1), 0),
                {_CAME_BACK}
            FROM delta CROSS JOIN {_BRINGERS} WHERE is_counted AND backs <> 0
            """,
        ),
        "pause": _cell(
            "pause",
            ("shop_id", "month", "days"),
            ("pauses",),
            f"""
            SELECT shop_id, date_trunc('month', day + back_days)::date, back_days, sum(backs) {counted}
                AND starts AND back_days IS NOT NULL
            """,
        ),
    }


_BY_TABLE = _cells()
CELL_TABLES = tuple(_BY_TABLE)
ADD_CELLS = ", ".join(f"to_{table} AS ({cell})" for table, cell in _BY_TABLE.items())
"""What adds `delta` to each table of sums."""

COUNT = f"""
    WITH {_facts("bought.order_id = ANY($1::uuid[])", _UNTOLD)}, {_DERIVED}, {_SAVED},
        delta AS MATERIALIZED (
            {delta_of(f"{with_back('derived')} EXCEPT {with_back('old')}", 1)} UNION ALL
            {delta_of(f"{with_back('old')} EXCEPT {with_back('derived')}", -1)}
        ),
        touched AS (SELECT shop_id, account_id FROM delta), {ADD_CELLS}, {_SUMS}, {_FANS}, {MOVED}
    SELECT shop_id, account_id, from_segment, to_segment, NULL::uuid AS hard_id FROM moved
"""
"""$1: orders; $2: hours of the books ahead of UTC; $3: today. Answers who moved from which segment to which."""

# A fan is easy if each order told of is the newest, or keeps its place with only other money. One newer than all of
# the fan's (`newest_at`) was not counted yet: nobody looks for it. `place` and `was_at` say where the fan's row and the
# order's lie, so that each is found once; who counts holds the lock, so that they stay there.
_EASY = f"""
    told AS MATERIALIZED (
        SELECT *, (paid_at AT TIME ZONE 'UTC' + make_interval(hours => $2))::date AS day FROM (
            {orders.select_bought("bought.order_id = ANY($1::uuid[])")}
        ) AS bought ({", ".join(orders.BOUGHT_COLUMNS).replace("buyer_id", "account_id")})
    ),
    seen AS MATERIALIZED (
        SELECT told.*, was.order_id IS NULL AS is_new, was.ctid AS was_at, was.first_day,
            told.gmv_minor - was.gmv_minor AS more_gmv, told.returned_minor - was.returned_minor AS more_returned,
            fan.ctid AS place, fan.orders AS orders_before, fan.occasions AS occasions_before,
            fan.first_day AS first_before, fan.occasion_at,
            bool_and(
                CASE WHEN was.order_id IS NULL
                    THEN told.is_counted AND (fan.last_at IS NULL OR told.paid_at > fan.last_at)
                    ELSE {" AND ".join(f"was.{name} IS NOT DISTINCT FROM told.{name}" for name in _KEPT)} END
            ) OVER (PARTITION BY told.shop_id, told.account_id) AS is_easy
        FROM told
            LEFT JOIN fans.fan ON (fan.shop_id, fan.account_id) = (told.shop_id, told.account_id)
            LEFT JOIN fans.purchase AS was ON (was.shop_id, was.account_id) = (told.shop_id, told.account_id)
                AND was.paid_at = CASE WHEN told.paid_at <= fan.newest_at THEN told.paid_at END
                AND was.order_id = told.order_id
    )
"""
# Each new order of an easy fan (`is_new`) finds its place behind the last occasion (`before`), which it may follow.
# `repriced` are orders of which only the money is another.
_PLACED = f"""
    before AS MATERIALIZED (
        SELECT {", ".join(f"purchase.{name}" for name in PURCHASE.split(", "))}
        FROM (SELECT DISTINCT shop_id, account_id, occasion_at FROM seen WHERE is_easy AND is_new) AS who
            JOIN fans.purchase ON (purchase.shop_id, purchase.account_id) = (who.shop_id, who.account_id)
                AND purchase.paid_at >= who.occasion_at AND is_counted
    ),
    marked AS (
        SELECT {_FACTS}, is_new, place, nth, occasion, orders_before, occasions_before,
            coalesce(starts, room_id IS NULL OR room_id IS DISTINCT FROM lag(room_id) OVER fan) AS starts,
            coalesce(opens_month, date_trunc('month', day) IS DISTINCT FROM date_trunc('month', lag(day) OVER fan))
                AS opens_month,
            coalesce(first_day, first_value(day) OVER fan) AS first_day
        FROM (
            SELECT {_FACTS}, true AS is_new, place, NULL::integer AS nth, NULL::integer AS occasion,
                NULL::boolean AS starts, NULL::boolean AS opens_month, first_before AS first_day,
                coalesce(orders_before, 0) AS orders_before, coalesce(occasions_before, 0) AS occasions_before
            FROM seen WHERE is_easy AND is_new
            UNION ALL SELECT {_FACTS}, false, NULL, {", ".join(_PLACE)}, NULL, NULL FROM before
        ) AS in_order WINDOW fan AS (PARTITION BY shop_id, account_id ORDER BY paid_at, order_id)
    ),
    numbered AS (
        SELECT {_FACTS}, is_new, place, starts, opens_month, first_day,
            coalesce(nth, orders_before + (count(*) FILTER (WHERE is_new) OVER fan)::integer) AS nth,
            coalesce(occasion, occasions_before + (count(*) FILTER (WHERE is_new AND starts) OVER fan)::integer)
                AS occasion
        FROM marked WINDOW fan AS (PARTITION BY shop_id, account_id ORDER BY paid_at, order_id)
    ),
    placed AS MATERIALIZED ({with_back("numbered")}),
    saved AS (INSERT INTO fans.purchase ({PURCHASE}) SELECT {PURCHASE} FROM placed WHERE is_new),
    repriced AS MATERIALIZED (
        SELECT * FROM seen WHERE is_easy AND NOT is_new AND (more_gmv <> 0 OR more_returned <> 0)
    ),
    resaved AS (
        UPDATE fans.purchase SET gmv_minor = repriced.gmv_minor, returned_minor = repriced.returned_minor FROM repriced
        WHERE purchase.ctid = repriced.was_at
    ),
    delta AS MATERIALIZED (
        SELECT is_new::integer AS orders, 1 AS backs, {_PLAIN}, CASE WHEN is_new THEN gmv_minor ELSE 0 END AS gmv_minor,
            CASE WHEN is_new THEN returned_minor ELSE 0 END AS returned_minor, place
        FROM placed WHERE is_new OR back_days IS NOT NULL
        UNION ALL
        SELECT 0, 0, {", ".join(_REPRICED.get(name, name) for name in _PLAIN.split(", "))}, more_gmv, more_returned,
            place
        FROM repriced
    )
"""
_ADDED = f"""
    added AS (
        SELECT shop_id, account_id, place, coalesce(sum(orders) FILTER (WHERE is_counted), 0)::integer AS orders,
            sum(orders)::integer AS paid_orders, coalesce(max(occasion) FILTER (WHERE is_counted), 0) AS occasions,
            coalesce(sum(gmv_minor - returned_minor) FILTER (WHERE is_counted), 0)::bigint AS spent_minor,
            sum(gmv_minor)::bigint AS gmv_minor, sum(returned_minor)::bigint AS returned_minor,
            min(paid_at) FILTER (WHERE is_counted) AS first_at, max(paid_at) FILTER (WHERE is_counted) AS last_at,
            max(paid_at) AS newest_at, max(paid_at) FILTER (WHERE is_counted AND starts) AS occasion_at,
            min(day) FILTER (WHERE is_counted) AS first_day, max(day) FILTER (WHERE is_counted) AS last_day
        FROM delta WHERE orders <> 0 OR backs = 0 GROUP BY 1, 2, 3
    ),
    sums AS (
        SELECT added.shop_id, added.account_id, added.place,
            {
    ", ".join(
        f"coalesce(fan.{name}, 0) + added.{name} AS {name}"
        for name in ("orders", "paid_orders", "spent_minor", "gmv_minor", "returned_minor")
    )
},
            {
    ", ".join(
        f"greatest(fan.{name}, added.{name}) AS {name}"
        for name in ("occasions", "last_at", "newest_at", "occasion_at", "last_day")
    )
},
            {", ".join(f"least(fan.{name}, added.{name}) AS {name}" for name in ("first_at", "first_day"))}
        FROM added LEFT JOIN fans.fan ON fan.ctid = added.place
    )
"""
# As _FANS, of fans whose places are known.
_MORE_OF_FANS = f"""
    reckoned AS MATERIALIZED (
        SELECT fan.*, {segment_of("$3::date")} AS segment, {moves_on("$3::date")} AS moves_on
        FROM sums AS fan LEFT JOIN fans.threshold USING (shop_id)
    ),
    known AS (
        UPDATE fans.fan AS known SET
            {", ".join(f"{name} = more.{name}" for name in (*_SUM_COLUMNS, "segment", "moves_on"))},
            changes = known.changes + 1,
            segment_since = CASE WHEN known.segment = more.segment THEN known.segment_since ELSE $3::date END
        FROM reckoned AS more WHERE known.ctid = more.place
        RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
    ),
    unknown AS (
        INSERT INTO fans.fan (shop_id, account_id, {", ".join(_SUM_COLUMNS)}, segment, segment_since, moves_on)
        SELECT shop_id, account_id, {", ".join(_SUM_COLUMNS)}, segment, $3::date, moves_on
        FROM reckoned WHERE place IS NULL
        RETURNING shop_id, account_id, NULL::text AS from_segment, segment AS to_segment
    ),
    kept AS (SELECT * FROM known UNION ALL SELECT * FROM unknown)
"""

APPEND = f"""
    WITH {_EASY}, {_PLACED}, {ADD_CELLS}, {_ADDED}, {_MORE_OF_FANS}, {MOVED}
    SELECT shop_id, account_id, from_segment, to_segment, NULL::uuid AS hard_id FROM moved
    UNION ALL
    SELECT shop_id, account_id, NULL, NULL, order_id FROM seen WHERE NOT is_easy
"""
"""As COUNT, of fans whose other orders keep their places; answers also the orders of all other fans (`hard_id`)."""

REBUILD_FACTS = f"""
    WITH {_facts("bought.buyer_id > $1::uuid AND bought.buyer_id <= $4::uuid", "")}, {_DERIVED}, {_SAVED},
        gone AS (
            DELETE FROM fans.purchase USING old
            WHERE (purchase.shop_id, purchase.account_id) = (old.shop_id, old.account_id)
                AND (purchase.paid_at, purchase.order_id) = (old.paid_at, old.order_id)
                AND NOT EXISTS (SELECT FROM told WHERE (told.order_id, told.paid_at) = (old.order_id, old.paid_at))
        ),
        touched AS (SELECT shop_id, account_id FROM who), {_SUMS}, {_FANS}, {MOVED}
    SELECT count(*) FROM told
"""
"""The same of all orders of the buyers in ($1, $4], without the sums, which are made anew after all of them."""

REBUILD_CELLS = f"""
    WITH delta AS MATERIALIZED ({delta_of(with_back("fans.purchase"), 1)}), {ADD_CELLS} SELECT 1
"""
