"""The one place where a short video changes its state."""

from collections.abc import Mapping

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoPublished, VideoState, VideoStateError, VideoWithdrawn
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.models import Video
from xiaodian.modules.media import api as media

Moves = Mapping[VideoState, frozenset[VideoState]]


async def move_video(
    connection: Connection, video: Video, to: VideoState, moves: Moves, by: AccountId, reason: str | None = None
) -> Video:
    """Move a locked video to another state, note it and tell it; moving it to where it is does nothing.

    Raises VideoStateError where the table of moves knows no such move.
    """
    if to is video.state:
        return video
    if to not in moves[video.state]:
        raise VideoStateError(state=video.state)
    published_at = video.published_at or (utc_now() if to is VideoState.PUBLISHED else None)
    await connection.execute(
        "UPDATE content.video SET state = $2, published_at = $3, taken_down_reason = $4 WHERE video_id = $1",
        video.video_id,
        to,
        published_at,
        reason if to is VideoState.TAKEN_DOWN else None,
    )
    await media.withhold_vod(connection, video.vod_id, is_withheld=to is not VideoState.PUBLISHED)
    await connection.execute(
        """
        INSERT INTO content.video_move (video_id, from_state, to_state, account_id, reason)
        VALUES ($1, $2, $3, $4, $5)
        """,
        video.video_id,
        video.state,
        to,
        by,
        reason,
    )
    moved = msgspec.structs.replace(
        video,
        state=to,
        published_at=published_at,
        taken_down_reason=reason if to is VideoState.TAKEN_DOWN else None,
    )
    await list_under_topics(connection, moved)
    if to is VideoState.PUBLISHED:
        await outbox.emit(connection, await _published(connection, moved))
    elif video.state is VideoState.PUBLISHED:
        await withdraw(connection, video, to.value)
    return moved


async def list_under_topics(connection: Connection, video: Video) -> None:
    """A published video is in the lists of its topics; one in another state is in none."""
    await connection.execute("DELETE FROM content.video_topic WHERE video_id = $1", video.video_id)
    if video.state is VideoState.PUBLISHED:
        await connection.execute(
            "INSERT INTO content.video_topic (topic, video_id, published_at) SELECT unnest($1::text[]), $2, $3",
            video.topics,
            video.video_id,
            video.published_at,
        )


async def withdraw(connection: Connection, video: Video, reason: str) -> None:
    """Tell that a video that was published cannot be watched any more."""
    withdrawn = VideoWithdrawn(video_id=video.video_id, creator_id=video.creator_id, reason=reason)
    await outbox.emit(connection, withdrawn)


async def _published(connection: Connection, video: Video) -> VideoPublished:
    products = await video_queries.list_products(connection, [video.video_id])
    assert video.published_at is not None
    assert video.duration_ms is not None
    return VideoPublished(
        video_id=video.video_id,
        creator_id=video.creator_id,
        title=video.title,
        topics=video.topics,
        product_ids=[product.product_id for product in products],
        duration_ms=video.duration_ms,
        published_at_ms=to_epoch_ms(video.published_at),
    )
