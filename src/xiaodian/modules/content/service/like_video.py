"""Like a short video, take it back, pass it on."""

import random

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId, VideoLiked
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.content.service.count import count
from xiaodian.modules.content.video_queries import hold_public_video
from xiaodian.modules.content.video_rules import COUNT_SLOTS, LIKES_PER_MINUTE, SHARES_PER_MINUTE, count_slot
from xiaodian.modules.risk import api as risk


async def like_video(ctx: Context, account_id: AccountId, video_id: VideoId) -> None:
    """Like it; again is fine. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, LIKES_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        await hold_public_video(connection, video_id)
        status: str = await connection.execute(
            "INSERT INTO content.video_like (video_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            video_id,
            account_id,
        )
        if status == "INSERT 0 0":
            return
        await count(connection, "likes", video_id, count_slot(account_id), 1)
        await outbox.emit(connection, VideoLiked(video_id=video_id, account_id=account_id, is_liked=True))
    await ctx.broker.poke(POKE)


async def unlike_video(ctx: Context, account_id: AccountId, video_id: VideoId) -> None:
    """Like it no more; again is fine, also of a video that is gone. Raises TooManyRequestsError."""
    await risk.take(ctx.database, LIKES_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        status: str = await connection.execute(
            "DELETE FROM content.video_like WHERE video_id = $1 AND account_id = $2", video_id, account_id
        )
        if status == "DELETE 0":
            return
        await count(connection, "likes", video_id, count_slot(account_id), -1)
        await outbox.emit(connection, VideoLiked(video_id=video_id, account_id=account_id, is_liked=False))
    await ctx.broker.poke(POKE)


async def share_video(ctx: Context, network: str, video_id: VideoId) -> None:
    """Its link was passed on. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, SHARES_PER_MINUTE, network)
    async with ctx.database.transaction() as connection:
        await hold_public_video(connection, video_id)
        await count(connection, "shares", video_id, random.randrange(COUNT_SLOTS), 1)
