"""The statements that keep what fans watched, said and liked.

Of what was watched `fans.visit_day` holds sums by day: the raw rows behind them expire. What was said and liked is
looked up where it stands. `fans.visit` is both, by place; when somebody was in it (`first_at`, `seen_at`) follows there
by itself. A fan's sums are those over the fan's visits.
"""

from xiaodian.contracts.fans import SegmentCode
from xiaodian.modules.content import api as content
from xiaodian.modules.fans.count_sql import MOVED

PLACE = "whose_id, account_id, place_id"
"""Whose place it is: a shop's, or a creator's who has none."""
WATCHED = ("views", "watch_s", "watched_first_at", "watched_at", "is_shared")
SPOKE = ("comments", "likes", "spoke_first_at", "spoke_at")
_FIRST_SHARED = "(array_agg(is_shared ORDER BY at, is_shared DESC))[1]"
_SUMS = ("views", "watch_s", "comments", "likes", "seen_at")


def _add_watched(first: str, last: str) -> str:
    """How a row that is known and one that comes are one; `is_shared` is that of the first time."""
    return f"""
        views = known.views + excluded.views, watch_s = known.watch_s + excluded.watch_s,
        {first} = least(known.{first}, excluded.{first}), {last} = greatest(known.{last}, excluded.{last}),
        is_shared = CASE WHEN known.{first} IS NULL OR excluded.{first} < known.{first} THEN excluded.is_shared
            WHEN excluded.{first} = known.{first} THEN known.is_shared OR excluded.is_shared ELSE known.is_shared END
    """


def replace(names: tuple[str, ...]) -> str:
    """Columns of a row that is known become those of the one that comes, if they are others."""
    known, told = (", ".join(f"{row}.{name}" for name in names) for row in ("known", "excluded"))
    return f"""
        DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)}
        WHERE ({known}) IS DISTINCT FROM ({told})
    """


SAVE_WATCHED = f"""
    WITH told AS MATERIALIZED (
        SELECT *, (at AT TIME ZONE 'UTC')::date AS day FROM unnest($1::uuid[], $2::uuid[], $4::uuid[], $5::boolean[],
            $6::timestamptz[], $7::integer[], $8::bigint[], $9::boolean[], $10::boolean[])
            AS told (whose_id, account_id, place_id, is_room, at, views, watch_s, is_shared, is_shop)
    ),
    days AS (
        INSERT INTO fans.visit_day AS known ({PLACE}, day, is_room, views, watch_s, first_at, last_at, is_shared)
        SELECT {PLACE}, day, is_room, sum(views), sum(watch_s), min(at), max(at), {_FIRST_SHARED}
        FROM told GROUP BY {PLACE}, day, is_room ORDER BY {PLACE}, day
        ON CONFLICT ({PLACE}, day) DO UPDATE SET {_add_watched("first_at", "last_at")}
    ),
    places AS (
        INSERT INTO fans.visit AS known ({PLACE}, is_room, {", ".join(WATCHED)})
        SELECT {PLACE}, is_room, sum(views), sum(watch_s), min(at), max(at), {_FIRST_SHARED}
        FROM told GROUP BY {PLACE}, is_room ORDER BY {PLACE}
        ON CONFLICT ({PLACE}) DO UPDATE SET {_add_watched("watched_first_at", "watched_at")}
    ),
    kept AS (
        INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, views, watch_s, seen_at)
        SELECT whose_id, account_id, '{SegmentCode.WATCHER}', $3::date, sum(views), sum(watch_s), max(at)
        FROM told WHERE is_shop GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (shop_id, account_id) DO UPDATE SET views = known.views + excluded.views,
            watch_s = known.watch_s + excluded.watch_s, seen_at = greatest(known.seen_at, excluded.seen_at)
        RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
    ), {MOVED}
    SELECT shop_id, account_id, from_segment, to_segment FROM moved
"""
"""Adds what was watched: $1 whose places, $2 accounts, $3 today, $4 places, $5 whether rooms, $6 when, $7 views,
$8 seconds, $9 whether by a link that was handed on, $10 whether $1 is a shop.
"""

SAVE_SAID = f"""
    WITH told AS MATERIALIZED (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $4::uuid[], $5::timestamptz[], $6::boolean[])
            AS told (whose_id, account_id, place_id, at, is_shop)
    ),
    places AS (
        INSERT INTO fans.visit AS known ({PLACE}, is_room, views, watch_s, comments, spoke_first_at, spoke_at)
        SELECT {PLACE}, true, 0, 0, count(*), min(at), max(at) FROM told GROUP BY {PLACE} ORDER BY {PLACE}
        ON CONFLICT ({PLACE}) DO UPDATE SET comments = known.comments + excluded.comments,
            spoke_first_at = least(known.spoke_first_at, excluded.spoke_first_at),
            spoke_at = greatest(known.spoke_at, excluded.spoke_at)
    ),
    kept AS (
        INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, comments, seen_at)
        SELECT whose_id, account_id, '{SegmentCode.WATCHER}', $3::date, count(*), max(at)
        FROM told WHERE is_shop GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (shop_id, account_id) DO UPDATE SET comments = known.comments + excluded.comments,
            seen_at = greatest(known.seen_at, excluded.seen_at)
        RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
    ), {MOVED}
    SELECT shop_id, account_id, from_segment, to_segment FROM moved
"""
"""Adds what was said in rooms: $1 whose rooms, $2 accounts, $3 today, $4 rooms, $5 when, $6 whether $1 is a shop."""


def set_spoken(stands: str, gone: str) -> str:
    """What was said and liked is what `stands` (visits' keys, is_room and the columns SPOKE); in the visits `gone`
    nothing was. A visit of which nothing is left is none.
    """
    same = " AND ".join(f"known.{name} = gone.{name}" for name in PLACE.split(", "))
    return f"""
        WITH stands AS MATERIALIZED ({stands}), gone AS MATERIALIZED ({gone}),
        emptied AS (DELETE FROM fans.visit AS known USING gone WHERE {same} AND watched_at IS NULL),
        silenced AS (
            UPDATE fans.visit AS known SET comments = 0, likes = 0, spoke_first_at = NULL, spoke_at = NULL
            FROM gone WHERE {same} AND watched_at IS NOT NULL
        )
        INSERT INTO fans.visit AS known ({PLACE}, is_room, views, watch_s, {", ".join(SPOKE)})
        SELECT {PLACE}, is_room, 0, 0, {", ".join(SPOKE)} FROM stands ORDER BY {PLACE}
        ON CONFLICT ({PLACE}) {replace(SPOKE)}
    """


_TOUCHED = f"SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS touched ({PLACE})"
_IN_TOUCHED = "(video_id, account_id) IN (SELECT * FROM unnest($3::uuid[], $2::uuid[]))"
SET_REACTIONS = set_spoken(
    f"""
    SELECT {PLACE}, false AS is_room, comments, likes, first_at AS spoke_first_at, last_at AS spoke_at
    FROM ({_TOUCHED}) AS touched
        JOIN ({content.select_reactions(_IN_TOUCHED)}) AS reaction (video_id, who, comments, likes, first_at, last_at)
        ON (video_id, who) = (place_id, account_id)
    """,
    f"""
    SELECT {PLACE} FROM ({_TOUCHED}) AS touched
    WHERE NOT EXISTS (
        SELECT FROM stands WHERE (stands.place_id, stands.account_id) = (touched.place_id, touched.account_id)
    )
    """,
)
"""Looks up afresh what was said and liked: $1 whose videos, $2 accounts, $3 videos."""


def recount_fans(who: str) -> str:
    """A statement that makes sums of fans anew from their visits: `who` selects shop_id and account_id; $3: today.

    Who has visits and is no fan yet becomes one.
    """
    return f"""
        WITH sums AS (
            SELECT who.shop_id, who.account_id, coalesce(sum(views), 0)::integer AS views,
                coalesce(sum(watch_s), 0)::bigint AS watch_s, coalesce(sum(comments), 0)::integer AS comments,
                coalesce(sum(likes), 0)::integer AS likes, max(seen_at) AS seen_at, count(place_id) AS places
            FROM ({who}) AS who
                LEFT JOIN fans.visit ON (whose_id, visit.account_id) = (who.shop_id, who.account_id)
            GROUP BY 1, 2
        ),
        kept AS (
            INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, {", ".join(_SUMS)})
            SELECT shop_id, account_id, '{SegmentCode.WATCHER}', $3::date, {", ".join(_SUMS)} FROM sums
            WHERE places > 0 OR EXISTS (
                SELECT FROM fans.fan WHERE (fan.shop_id, fan.account_id) = (sums.shop_id, sums.account_id)
            )
            ORDER BY 1, 2 ON CONFLICT (shop_id, account_id) {replace(_SUMS)}
            RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
        ), {MOVED}
        SELECT shop_id, account_id, from_segment, to_segment FROM moved
    """


RECOUNT_TOUCHED = recount_fans("SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS touched (shop_id, account_id)")
"""$1 shops, $2 accounts, $3 today."""
MOVE = f"""
    WITH touched AS MATERIALIZED (
        SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS touched (account_id, place_id)
    ),
    days AS (
        DELETE FROM fans.visit_day AS known USING touched WHERE known.whose_id = $1
            AND (known.account_id, known.place_id) = (touched.account_id, touched.place_id) RETURNING known.*
    ),
    places AS (
        DELETE FROM fans.visit AS known USING touched WHERE known.whose_id = $1
            AND (known.account_id, known.place_id) = (touched.account_id, touched.place_id) RETURNING known.*
    ),
    moved_days AS (
        INSERT INTO fans.visit_day AS known
            ({PLACE}, day, is_room, views, watch_s, first_at, last_at, is_shared)
        SELECT $4::uuid, account_id, place_id, day, is_room, views, watch_s, first_at, last_at, is_shared FROM days
        ON CONFLICT ({PLACE}, day) DO UPDATE SET {_add_watched("first_at", "last_at")}
    )
    INSERT INTO fans.visit AS known ({PLACE}, is_room, {", ".join((*WATCHED, *SPOKE))})
    SELECT $4::uuid, account_id, place_id, is_room, {", ".join((*WATCHED, *SPOKE))} FROM places
    ON CONFLICT ({PLACE}) DO UPDATE SET {_add_watched("watched_first_at", "watched_at")}
"""
"""Visits of $1 become those of $4: $2 accounts, $3 places. What was said there is to be looked up after it."""


def follow(shops: str, follows: str) -> str:
    """A statement that notes who follows the owners of `shops` (shop_id, owner_id) since when, by `follows`
    (creator_id, fan_id, since); $3: today.
    """
    return f"""
        WITH kept AS (
            INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, followed_at)
            SELECT shop_id, fan_id, '{SegmentCode.WATCHER}', $3::date, since
            FROM ({follows}) AS follows JOIN ({shops}) AS shops ON creator_id = owner_id ORDER BY 1, 2
            ON CONFLICT (shop_id, account_id) {replace(("followed_at",))}
            RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
        ), {MOVED}
        SELECT shop_id, account_id, from_segment, to_segment FROM moved
    """
