"""Reckon the scores of videos anew of which something has become known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from xiaodian.contracts.content import VideoCounts, VideoId
from xiaodian.contracts.insights import VideoSums
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import utc_now
from xiaodian.modules.content import api as content
from xiaodian.modules.feed.rules import PERCENT, WEIGHTS, Sums, is_exploring, score
from xiaodian.modules.insights import api as insights

AT_ONCE = 2000
MOST_ROUNDS = 50
"""A run ends after so many, so that others get their turn; what is left is for the next."""
NOTHING = VideoSums(saw=0, viewers=0, views=0, furthest_ms=0, clicked=0, orders_paid=0)
NO_COUNTS = VideoCounts(likes=0, comments=0, views=0, is_liked=False)

_STALE = """
    SELECT video_id, duration_ms, published_at, subjects, is_shown FROM feed.video WHERE is_stale
    ORDER BY video_id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
"""
_SAVE = """
    UPDATE feed.video SET is_stale = false, score = told.score, is_exploring = told.is_exploring, seen = told.seen,
        views = told.views, through_percent = told.through_percent, clicks = told.clicks, likes = told.likes,
        comments = told.comments, orders = told.orders, dismissals = told.dismissals
    FROM unnest($1::uuid[], $2::float8[], $3::boolean[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
        AS told (video_id, score, is_exploring, seen, views, through_percent, clicks, likes, comments, orders,
            dismissals)
    WHERE video.video_id = told.video_id
"""
_SAVE_LISTED = """
    UPDATE feed.subject_video SET score = told.score FROM unnest($1::uuid[], $2::float8[]) AS told (video_id, score)
    WHERE subject_video.video_id = told.video_id AND subject_video.score <> told.score
"""


async def score_videos(records: Records) -> int:
    """All that are stale; answers how many."""
    done = 0
    for _ in range(MOST_ROUNDS):
        async with records.database.transaction() as connection:
            count = await score_some(connection, utc_now())
        done += count
        if count < AT_ONCE:
            break
    return done


async def score_some(connection: Connection, now: datetime) -> int:
    """Some that are stale, in the caller's transaction. They are held meanwhile, so that who marks them stale again
    does so after this.
    """
    rows = await connection.fetch(_STALE, AT_ONCE)
    if not rows:
        return 0
    sums = await _read_sums(connection, rows)
    told = [
        (
            row["video_id"],
            score(each, row["published_at"]),
            is_exploring(each, row["published_at"], now),
            *each,
        )
        for row, each in zip(rows, sums, strict=True)
    ]
    columns: list[list[Any]] = [list(column) for column in zip(*told, strict=True)]
    await connection.execute(_SAVE, *columns)
    await connection.execute(_SAVE_LISTED, columns[0], columns[1])
    return len(rows)


async def _read_sums(connection: Connection, rows: Sequence[Record]) -> list[Sums]:
    video_ids: list[VideoId] = [row["video_id"] for row in rows]
    told = await insights.get_video_sums(connection, video_ids)
    counts = await content.get_video_counts(connection, video_ids, None)
    counted = await connection.fetch(
        "SELECT place_id, count(*) FROM feed.dismissal WHERE place_id = ANY($1::uuid[]) GROUP BY place_id", video_ids
    )
    dismissed: dict[VideoId, int] = {row[0]: row[1] for row in counted}
    return [
        _to_sums(
            told.get(row["video_id"], NOTHING),
            counts.get(row["video_id"], NO_COUNTS),
            dismissed.get(row["video_id"], 0),
            row["duration_ms"],
        )
        for row in rows
    ]


def _to_sums(told: VideoSums, counts: VideoCounts, dismissals: int, duration_ms: int) -> Sums:
    return Sums(
        seen=told.saw,
        views=told.viewers,
        through_percent=told.furthest_ms * PERCENT // max(duration_ms, 1),
        clicks=told.clicked,
        likes=counts.likes,
        comments=counts.comments,
        orders=told.orders_paid,
        dismissals=dismissals,
    )


async def end_exploring(records: Records) -> None:
    """Videos that are no longer young have had their time."""
    async with records.database.connection() as connection:
        await connection.execute(
            "UPDATE feed.video SET is_exploring = false WHERE is_exploring AND published_at < $1",
            utc_now() - timedelta(days=WEIGHTS.exploring_days),
        )
