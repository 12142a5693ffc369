"""A creator shows a short video to everybody, hides it, or has it gone for good."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.content import ReactionsRemoved, VideoId, VideoNotReadyError, VideoState
from xiaodian.contracts.media import VodState
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.content.models import Video
from xiaodian.modules.content.service.fill_video import fill_video
from xiaodian.modules.content.service.move_video import move_video, withdraw
from xiaodian.modules.content.video_queries import lock_own_video
from xiaodian.modules.content.video_rules import EDITS_PER_MINUTE, MOVES_OF_CREATOR
from xiaodian.modules.media import api as media
from xiaodian.modules.risk import api as risk


async def publish_video(ctx: Context, caller: Caller, video_id: VideoId) -> Video:
    """Everybody may watch it; again is fine. Raises NotFoundError, VideoNotReadyError, VideoStateError, …"""
    await risk.take(ctx.database, EDITS_PER_MINUTE, str(caller.account_id))
    async with ctx.database.transaction() as connection:
        video = await lock_own_video(connection, caller.account_id, video_id)
        video = await fill_video(connection, video)
        if video.duration_ms is None or video.cover_url is None:
            vod = await media.get_vod(connection, video.vod_id)
            raise VideoNotReadyError(reason="refused" if vod.state is VodState.REFUSED else "working")
        video = await move_video(connection, video, VideoState.PUBLISHED, MOVES_OF_CREATOR, caller.account_id)
    await ctx.broker.poke(POKE)
    return video


async def hide_video(ctx: Context, caller: Caller, video_id: VideoId) -> Video:
    """Nobody but its creator sees it; again is fine. Raises NotFoundError, VideoStateError, TooManyRequestsError."""
    await risk.take(ctx.database, EDITS_PER_MINUTE, str(caller.account_id))
    async with ctx.database.transaction() as connection:
        video = await lock_own_video(connection, caller.account_id, video_id)
        video = await move_video(connection, video, VideoState.HIDDEN, MOVES_OF_CREATOR, caller.account_id)
    await ctx.broker.poke(POKE)
    return video


async def delete_video(ctx: Context, caller: Caller, video_id: VideoId) -> None:
    """It is gone for good, with its film, likes and comments. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, EDITS_PER_MINUTE, str(caller.account_id))
    async with ctx.database.transaction() as connection:
        video = await lock_own_video(connection, caller.account_id, video_id)
        await connection.execute("DELETE FROM content.video WHERE video_id = $1", video_id)
        await connection.execute("DELETE FROM content.video_count WHERE video_id = $1", video_id)
        await media.delete_vod(connection, video.vod_id)
        await outbox.emit(connection, ReactionsRemoved(video_id=video_id, account_id=None))
        if video.state is VideoState.PUBLISHED:
            await withdraw(connection, video, "deleted")
    await ctx.broker.poke(POKE)
