"""What people who were signed in watched, as long as it is kept, in the order in which it was kept."""

from datetime import date, datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection

_WATCHED = "account_id IS NOT NULL AND kind IN ('entered', 'watched')"


class Watched(NamedTuple):
    """Somebody opened a room or video, or watched it for so long."""

    seq: int
    """Grows in the order of commits: who has read up to one has read all before it."""
    at: datetime
    account_id: AccountId
    room_id: RoomId | None
    video_id: VideoId | None
    """A room or a video."""
    views: int
    watch_s: int
    is_shared: bool


async def get_first_day(connection: Connection) -> date:
    """From this day (UTC) on everything that pages told is kept; what comes of days before it is dropped."""
    first: date = await connection.fetchval("SELECT first_day FROM insights.behaviour_kept")
    return first


async def hold_first_day(connection: Connection) -> date:
    """The same, and until the end of the transaction nothing of these days is dropped."""
    first: date = await connection.fetchval("SELECT first_day FROM insights.behaviour_kept FOR SHARE")
    return first


async def list_watched(connection: Connection, after_seq: int, limit: int) -> list[Watched]:
    """What was kept after this number, in order.

    Rows are numbered by one transaction at a time (the lock in count_behaviour), so none is seen before an earlier one.
    """
    rows = await connection.fetch(
        f"""
        SELECT kept_seq, at, account_id, room_id, video_id, (kind = 'entered')::integer, watch_s, is_shared
        FROM insights.behaviour WHERE kept_seq > $1 AND {_WATCHED} ORDER BY kept_seq LIMIT $2
        """,
        after_seq,
        limit,
    )
    return [Watched(*row) for row in rows]


def select_watched_days(where: str) -> str:
    """What each account watched of each place on each day (UTC): account_id, place_id, is_room, day, views, watch_s,
    first_at, last_at and is_shared (of the first). `where` names columns of insights.behaviour.
    """
    return f"""
        SELECT account_id, coalesce(room_id, video_id) AS place_id, room_id IS NOT NULL AS is_room,
            (at AT TIME ZONE 'UTC')::date AS day, count(*) FILTER (WHERE kind = 'entered')::integer AS views,
            sum(watch_s)::bigint AS watch_s, min(at) AS first_at, max(at) AS last_at,
            (array_agg(is_shared ORDER BY at, is_shared DESC))[1] AS is_shared
        FROM insights.behaviour WHERE {_WATCHED} AND ({where}) GROUP BY 1, 2, 3, 4
    """
