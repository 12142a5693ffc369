"""Make anew what fans watched, said, liked and follow, in the transaction of a rebuild.

What was watched follows from the raw rows as long as these are kept; of the days before, the sums by day are the
record. What was said and liked under videos, and who follows, is looked up where it stands. What was said in rooms
stands in their logs, which the worker reads once more (`take_said_anew`). What should be is written into tables of the
session's own and compared there: rows that are as they should be are left alone, and memory holds some ids at a time.
"""

from datetime import UTC, date, datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.fans.creator_sql import recount, save_found
from xiaodian.modules.fans.service.hosts import find_hosts, find_people
from xiaodian.modules.fans.visit_sql import PLACE, WATCHED, follow, recount_fans, replace, set_spoken
from xiaodian.modules.insights import api as insights
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops

AT_ONCE = 1000
NO_LIMIT_S = 24 * 3600.0
"""It takes as long as it takes."""


def _of_day(statement: str) -> str:
    """A statement that needs no more to know than which day it is: $1."""
    return statement.replace("$3::date", "$1::date")


_DAY = ("is_room", "views", "watch_s", "first_at", "last_at", "is_shared")
_TABLES = (
    """
    CREATE TEMPORARY TABLE told_day (
        account_id uuid NOT NULL, place_id uuid NOT NULL, is_room boolean NOT NULL, day date NOT NULL,
        views integer NOT NULL, watch_s bigint NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
        is_shared boolean NOT NULL
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE told_reaction (
        place_id uuid NOT NULL, account_id uuid NOT NULL, comments integer NOT NULL, likes integer NOT NULL,
        first_at timestamptz NOT NULL, last_at timestamptz NOT NULL
    ) ON COMMIT DROP
    """,
)
_PLACE_TABLE = """
    CREATE TEMPORARY TABLE told_place (place_id uuid PRIMARY KEY, is_room boolean NOT NULL, whose_id uuid, host_id uuid)
        ON COMMIT DROP
"""
_SHOP_TABLE = "CREATE TEMPORARY TABLE told_shop (shop_id uuid PRIMARY KEY, owner_id uuid NOT NULL) ON COMMIT DROP"
_GONE_TABLE = "CREATE TEMPORARY TABLE told_gone (account_id uuid PRIMARY KEY) ON COMMIT DROP"
_TOLD_DAYS = f"INSERT INTO told_day {insights.select_watched_days('at >= $1::timestamptz AND kept_seq <= $2::bigint')}"
_TOLD_REACTIONS = f"INSERT INTO told_reaction {content.select_reactions('true')}"
_PLACES = """
    SELECT place_id, is_room FROM told_day UNION SELECT place_id, false FROM told_reaction
    UNION SELECT place_id, is_room FROM fans.visit
"""
_ROOMS_SAID = """
    SELECT room_id AS place_id, true AS is_room FROM fans.said_anew
    UNION SELECT place_id, true FROM fans.visit WHERE is_room AND comments > 0
"""
_NEXT_PLACES = "SELECT place_id, is_room FROM told_place WHERE place_id > $1::uuid ORDER BY place_id LIMIT $2"
_FIND_PLACES = """
    UPDATE told_place SET whose_id = found.whose_id, host_id = found.host_id
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS found (place_id, whose_id, host_id)
    WHERE told_place.place_id = found.place_id
"""
_NEXT_STRANGERS = "SELECT account_id FROM told_gone WHERE account_id > $1::uuid ORDER BY account_id LIMIT $2"
_GONE_DAYS = """
    DELETE FROM fans.visit_day AS known USING told_place
    WHERE known.place_id = told_place.place_id AND day >= $1::date AND NOT EXISTS (
        SELECT FROM told_day WHERE (told_day.account_id, told_day.place_id, told_day.day)
            = (known.account_id, known.place_id, known.day) AND known.whose_id = told_place.whose_id
    )
"""
_SAVE_DAYS = f"""
    INSERT INTO fans.visit_day AS known ({PLACE}, day, {", ".join(_DAY)})
    SELECT {PLACE}, day, {", ".join(f"told_day.{name}" for name in _DAY)}
    FROM told_day JOIN told_place USING (place_id) WHERE account_id <> host_id
    EXCEPT SELECT {PLACE}, day, {", ".join(_DAY)} FROM fans.visit_day WHERE day >= $1::date
    ON CONFLICT ({PLACE}, day) {replace(_DAY)}
"""
_NO_DAYS = f"""
    NOT EXISTS (
        SELECT FROM fans.visit_day AS kept
        WHERE {" AND ".join(f"kept.{name} = known.{name}" for name in PLACE.split(", "))}
    )
"""
_SET_WATCHED = (
    f"DELETE FROM fans.visit AS known WHERE spoke_at IS NULL AND {_NO_DAYS}",
    f"""
    UPDATE fans.visit AS known SET views = 0, watch_s = 0, watched_first_at = NULL, watched_at = NULL, is_shared = false
    WHERE (watched_at IS NOT NULL OR views <> 0 OR watch_s <> 0) AND {_NO_DAYS}
    """,
    f"""
    INSERT INTO fans.visit AS known ({PLACE}, is_room, {", ".join(WATCHED)})
    SELECT {PLACE}, is_room, sum(views)::integer, sum(watch_s)::bigint, min(first_at), max(last_at),
        (array_agg(is_shared ORDER BY first_at))[1]
    FROM fans.visit_day GROUP BY {PLACE}, is_room
    EXCEPT SELECT {PLACE}, is_room, {", ".join(WATCHED)} FROM fans.visit
    ON CONFLICT ({PLACE}) {replace(WATCHED)}
    """,
)
_SET_REACTIONS = set_spoken(
    f"""
    SELECT {PLACE}, false AS is_room, comments, likes, first_at AS spoke_first_at, last_at AS spoke_at
    FROM told_reaction JOIN told_place USING (place_id) WHERE account_id <> host_id
    """,
    f"""
    SELECT {PLACE} FROM fans.visit WHERE NOT is_room AND (spoke_at IS NOT NULL OR comments <> 0 OR likes <> 0)
    EXCEPT SELECT {PLACE} FROM stands
    """,
)
_SET_SAID = set_spoken(
    f"""
    SELECT {PLACE}, true AS is_room, comments, 0 AS likes, first_at AS spoke_first_at, last_at AS spoke_at
    FROM fans.said_anew JOIN told_place ON told_place.place_id = room_id WHERE account_id <> host_id
    """,
    f"""
    SELECT {PLACE} FROM fans.visit WHERE is_room AND (spoke_at IS NOT NULL OR comments <> 0 OR likes <> 0)
    EXCEPT SELECT {PLACE} FROM stands
    """,
)
_RECOUNT = _of_day(
    recount_fans("""
    SELECT shop_id, account_id FROM fans.visit JOIN told_shop ON whose_id = shop_id
    UNION SELECT shop_id, account_id FROM fans.fan
    WHERE views <> 0 OR watch_s <> 0 OR comments <> 0 OR likes <> 0 OR seen_at IS NOT NULL
""")
)
_SAVE_FOUND = save_found(orders.select_found("true"), "true")
_RECOUNT_CREATORS = recount(
    """
    SELECT creator_id, account_id FROM (
        SELECT whose_id AS creator_id, account_id FROM fans.visit
        UNION SELECT creator_id, account_id FROM fans.creator_purchase
        UNION SELECT creator_id, account_id FROM fans.creator_fan
        UNION SELECT creator_id, fan_id FROM ({follows}) AS follows
    ) AS told WHERE creator_id NOT IN (SELECT shop_id FROM told_shop UNION ALL SELECT owner_id FROM told_shop)
""".replace("{follows}", content.select_follows("fan_id NOT IN (SELECT account_id FROM told_gone)"))
)
_GONE_OF_CREATORS = "DELETE FROM fans.creator_fan WHERE creator_id IN (SELECT owner_id FROM told_shop)"
_FOLLOWS = content.select_follows("fan_id NOT IN (SELECT account_id FROM told_gone)")
_FOLLOW = _of_day(follow("SELECT * FROM told_shop", _FOLLOWS))
_UNFOLLOW = f"""
    UPDATE fans.fan SET followed_at = NULL WHERE followed_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM ({_FOLLOWS}) AS follows JOIN told_shop ON creator_id = owner_id
        WHERE (told_shop.shop_id, fan_id) = (fan.shop_id, fan.account_id)
    )
"""


async def rebuild_behaviour(connection: Connection, today: date) -> None:
    """In the caller's transaction, which holds the fans' lock: what is told meanwhile is counted after it."""
    for table in _TABLES:
        await connection.execute(table)
    last_seq: int = await connection.fetchval("SELECT last_seq FROM fans.behaviour_position")
    own_first: date = await connection.fetchval("SELECT first_day FROM fans.behaviour_position")
    first_day = max(own_first, await insights.hold_first_day(connection))
    start = datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC)
    await _run(connection, _TOLD_DAYS, start, last_seq)
    await _run(connection, _TOLD_REACTIONS)
    await _run(connection, "ANALYZE told_day, told_reaction")
    await _keep_shops(connection)
    await _drop_strangers(connection, ("told_day", "told_reaction"), content.FOLLOWERS)
    await _keep_places(connection, _PLACES)
    await _run(connection, _GONE_DAYS, first_day)
    await _run(connection, _SAVE_DAYS, first_day)
    for statement in _SET_WATCHED:
        await _run(connection, statement)
    await _run(connection, _SET_REACTIONS)
    await _run(connection, _RECOUNT, today)
    await _run(connection, _FOLLOW, today)
    await _run(connection, _UNFOLLOW)
    await _run(connection, _SAVE_FOUND)
    await _run(connection, _GONE_OF_CREATORS)
    await _run(connection, _RECOUNT_CREATORS)
    await _run(connection, "DELETE FROM fans.said_anew")
    await _run(connection, "UPDATE fans.log_position SET anew_seq = 0")


async def take_said_anew(connection: Connection, today: date) -> None:
    """The logs of rooms were read once more: what they say takes the place of what was counted of them.

    In the caller's transaction, which holds the fans' lock.
    """
    await _drop_strangers(connection, ("fans.said_anew",))
    await _keep_shops(connection)
    await _keep_places(connection, _ROOMS_SAID)
    await _run(connection, _SET_SAID)
    await _run(connection, _RECOUNT, today)
    await _run(connection, _GONE_OF_CREATORS)
    await _run(connection, _RECOUNT_CREATORS)
    await _run(connection, "DELETE FROM fans.said_anew")
    await _run(connection, "UPDATE fans.log_position SET anew_seq = NULL")


async def _run(connection: Connection, statement: str, *values: object) -> None:
    await connection.execute(statement, *values, timeout=NO_LIMIT_S)


async def _keep_shops(connection: Connection) -> None:
    await connection.execute(_SHOP_TABLE)
    after: ShopId | None = None
    while owned := await shops.list_owned_after(connection, after, AT_ONCE):
        await connection.executemany("INSERT INTO told_shop VALUES ($1, $2)", owned)
        after = owned[-1][0]
    await connection.execute("ANALYZE told_shop")


async def _drop_strangers(connection: Connection, tables: tuple[str, ...], *more: str) -> None:
    """Who was erased, but not everywhere yet, does not come back: of who is no fan it is asked whether they are there.

    Who is not stays in told_gone.
    """
    await connection.execute(_GONE_TABLE)
    told = " UNION ALL ".join((*(f"SELECT account_id FROM {table}" for table in tables), *more))
    known = "EXCEPT SELECT account_id FROM fans.fan EXCEPT SELECT account_id FROM fans.visit"
    await _run(connection, f"INSERT INTO told_gone (SELECT account_id FROM ({told}) AS told (account_id) {known})")
    after = UUID(int=0)
    while rows := await connection.fetch(_NEXT_STRANGERS, after, AT_ONCE, timeout=NO_LIMIT_S):
        people = await find_people(connection, [AccountId(row["account_id"]) for row in rows])
        await connection.execute("DELETE FROM told_gone WHERE account_id = ANY($1::uuid[])", list(people))
        after = rows[-1]["account_id"]
    for table in tables:
        await _run(connection, f"DELETE FROM {table} WHERE account_id IN (SELECT account_id FROM told_gone)")


async def _keep_places(connection: Connection, places: str) -> None:
    """Whose the places are of which anything is told or known; those that are gone are left out."""
    await connection.execute(_PLACE_TABLE)
    await _run(connection, f"INSERT INTO told_place (place_id, is_room) ({places})")
    after = UUID(int=0)
    while rows := await connection.fetch(_NEXT_PLACES, after, AT_ONCE, timeout=NO_LIMIT_S):
        room_ids = [RoomId(row["place_id"]) for row in rows if row["is_room"]]
        video_ids = [VideoId(row["place_id"]) for row in rows if not row["is_room"]]
        hosts = await find_hosts(connection, room_ids, video_ids)
        if found := [(place_id, host.whose_id, host.account_id) for place_id, host in hosts.items()]:
            await connection.execute(_FIND_PLACES, *map(list, zip(*found, strict=True)))
        after = rows[-1]["place_id"]
    await _run(connection, "DELETE FROM told_place WHERE whose_id IS NULL")
    await connection.execute("ANALYZE told_place")
