"""What other modules may know of short videos."""

from collections.abc import Collection
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoCounts, VideoId, VideoInfo, VideoState
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.content.follow_queries import list_followed_of
from xiaodian.modules.content.video_queries import NO_LIKE, find_own_likes, get_counts


async def get_videos(connection: Connection, video_ids: Collection[VideoId]) -> dict[VideoId, VideoInfo]:
    """Those of the videos that exist and are whole, by id, whatever their state."""
    rows = await connection.fetch(
        """
        SELECT video_id, creator_id, state, title, topics, vod_id, cover_url, duration_ms, width, height,
            source_room_id, published_at, ARRAY (
                SELECT product_id FROM content.video_product
                WHERE video_product.video_id = video.video_id ORDER BY number
            ) AS product_ids
        FROM content.video
        WHERE video_id = ANY($1::uuid[]) AND cover_url IS NOT NULL AND duration_ms IS NOT NULL
        """,
        list(video_ids),
    )
    return {row["video_id"]: _info(row) for row in rows}


def _info(row: Record) -> VideoInfo:
    return VideoInfo(
        video_id=row["video_id"],
        creator_id=row["creator_id"],
        state=VideoState(row["state"]),
        title=row["title"],
        topics=row["topics"],
        vod_id=row["vod_id"],
        cover_url=row["cover_url"],
        duration_ms=row["duration_ms"],
        width=row["width"] or 0,
        height=row["height"] or 0,
        product_ids=row["product_ids"],
        source_room_id=row["source_room_id"],
        published_at=row["published_at"],
    )


_FACTS = """
    SELECT video.video_id, creator_id, state, title, topics, vod_id, cover_url, duration_ms, width, height,
        source_room_id, published_at, ARRAY (
            SELECT product_id FROM content.video_product
            WHERE video_product.video_id = video.video_id ORDER BY number
        ) AS product_ids, counted.*,
        coalesce(is_liked, false) AS is_liked, coalesce(is_liked::int - is_counted::int, 0) AS own_to_count,
        ARRAY (SELECT creator_id FROM content.follow WHERE fan_id = $2 AND creator_id = ANY($3::uuid[])) AS followed
    FROM content.video
        LEFT JOIN content.video_like AS mine ON mine.video_id = video.video_id AND mine.account_id = $2,
        LATERAL (
            SELECT coalesce(sum(views), 0)::bigint AS views, coalesce(sum(likes), 0)::bigint AS likes,
                coalesce(sum(comments), 0)::bigint AS comments
            FROM content.video_count WHERE video_count.video_id = video.video_id
        ) AS counted
    WHERE video.video_id = ANY($1::uuid[]) AND cover_url IS NOT NULL AND duration_ms IS NOT NULL
"""


class VideoFacts(NamedTuple):
    """What is true now of some videos, and whom of some people the viewer follows."""

    videos: dict[VideoId, VideoInfo]
    counts: dict[VideoId, VideoCounts]
    followed: frozenset[AccountId]


async def get_video_facts(
    connection: Connection,
    video_ids: Collection[VideoId],
    creator_ids: Collection[AccountId],
    viewer_id: AccountId | None,
) -> VideoFacts:
    """All that a page of a feed needs to know of videos, in one statement, as pages are asked for all the time."""
    rows = await connection.fetch(_FACTS, list(video_ids), viewer_id, list(creator_ids)) if video_ids else []
    followed: frozenset[AccountId] = frozenset()
    if rows:
        followed = frozenset(rows[0]["followed"])
    elif viewer_id is not None:
        followed = await list_followed_of(connection, viewer_id, creator_ids)
    return VideoFacts(
        {row[0]: _info(row) for row in rows},
        {
            row[0]: VideoCounts(
                likes=row["likes"] + row["own_to_count"],
                comments=row["comments"],
                views=row["views"],
                is_liked=row["is_liked"],
            )
            for row in rows
        },
        followed,
    )


async def get_video_counts(
    connection: Connection, video_ids: Collection[VideoId], viewer_id: AccountId | None
) -> dict[VideoId, VideoCounts]:
    """The public counters of these videos."""
    counts = await get_counts(connection, video_ids)
    own = await find_own_likes(connection, viewer_id, video_ids)
    return {
        video_id: VideoCounts(
            likes=counted.likes + own.get(video_id, NO_LIKE).to_count,
            comments=counted.comments,
            views=counted.views,
            is_liked=own.get(video_id, NO_LIKE).is_liked,
        )
        for video_id, counted in counts.items()
    }
