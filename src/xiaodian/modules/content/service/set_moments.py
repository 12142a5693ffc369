"""Surfacing tells what it learned of when the cards of a video should come up."""

from collections.abc import Sequence

from xiaodian.contracts.content import LearnedMoment, VideoId
from xiaodian.infra.database import Connection


async def set_moments(connection: Connection, video_id: VideoId, moments: Sequence[LearnedMoment]) -> None:
    """These are all that is learned of this video from now on, in the caller's transaction.

    What is told of products that are not in the video's bag, or of a video that is gone, is dropped.
    """
    await connection.execute("SELECT FROM content.video WHERE video_id = $1 FOR NO KEY UPDATE", video_id)
    await connection.execute("DELETE FROM content.video_moment WHERE video_id = $1", video_id)
    await connection.execute(
        """
        INSERT INTO content.video_moment (video_id, product_id, at_ms, show_ms, weight, reason)
        SELECT $1, told.* FROM unnest($2::uuid[], $3::integer[], $4::integer[], $5::integer[], $6::text[])
            AS told (product_id, at_ms, show_ms, weight, reason)
        WHERE EXISTS (
            SELECT FROM content.video_product
            WHERE video_product.video_id = $1 AND video_product.product_id = told.product_id
        )
        """,
        video_id,
        [moment.product_id for moment in moments],
        [moment.at_ms for moment in moments],
        [moment.show_ms for moment in moments],
        [moment.weight for moment in moments],
        [moment.reason for moment in moments],
    )
