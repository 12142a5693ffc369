"""What other modules may know of short videos."""

from collections.abc import Collection

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoCounts, VideoId, VideoInfo, VideoState
from xiaodian.infra.database import Connection
from xiaodian.modules.content.video_queries import find_liked, get_counts


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
    return {
        row["video_id"]: VideoInfo(
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
        for row in rows
    }


async def get_video_counts(
    connection: Connection, video_ids: Collection[VideoId], viewer_id: AccountId | None
) -> dict[VideoId, VideoCounts]:
    """The public counters of these videos."""
    counts = await get_counts(connection, video_ids)
    liked = await find_liked(connection, viewer_id, video_ids)
    return {
        video_id: VideoCounts(
            likes=counted.likes, comments=counted.comments, views=counted.views, is_liked=video_id in liked
        )
        for video_id, counted in counts.items()
    }
