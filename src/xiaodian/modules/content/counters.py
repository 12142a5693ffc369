"""Videos as places where things are bought."""

from collections.abc import Collection

from xiaodian.contracts.content import VideoCounter, VideoId
from xiaodian.infra.database import Connection


async def open_counters(connection: Connection, video_ids: Collection[VideoId]) -> dict[VideoId, VideoCounter]:
    """Those of the videos that are published, with what is in their bags."""
    rows = await connection.fetch(
        """
        SELECT video_id, creator_id, ARRAY (
            SELECT product_id FROM content.video_product WHERE video_product.video_id = video.video_id
        ) AS product_ids
        FROM content.video WHERE video_id = ANY($1::uuid[]) AND state = 'published'
        """,
        list(video_ids),
    )
    return {
        row["video_id"]: VideoCounter(
            video_id=row["video_id"], creator_id=row["creator_id"], product_ids=frozenset(row["product_ids"])
        )
        for row in rows
    }
