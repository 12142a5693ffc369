"""People say what breaks the rules; operators decide."""

from xiaodian.contracts.accounts import AccountId, Caller, Notice, NoticeKind
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import ReportReason, VideoId, VideoReported, VideoState, VideoStateError
from xiaodian.contracts.live import CommentId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import comment_queries, report_queries, video_queries
from xiaodian.modules.content.models import Video
from xiaodian.modules.content.service.comment_video import remove_comment
from xiaodian.modules.content.service.move_video import move_video
from xiaodian.modules.content.video_rules import MOVES_OF_OPERATOR, REPORTS_PER_HOUR, name_in_notice
from xiaodian.modules.risk import api as risk


async def report(
    ctx: Context,
    account_id: AccountId,
    video_id: VideoId,
    reason: ReportReason,
    note: str,
    comment_id: CommentId | None = None,
) -> None:
    """Report a video, or a comment on it; each account once. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, REPORTS_PER_HOUR, str(account_id))
    async with ctx.database.transaction() as connection:
        await video_queries.hold_public_video(connection, video_id)
        if comment_id is not None:
            await comment_queries.get_comment(connection, video_id, comment_id)
        status: str = await connection.execute(
            """
            INSERT INTO content.report (report_id, video_id, comment_id, account_id, reason, note)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """,
            new_id(),
            video_id,
            comment_id,
            account_id,
            reason,
            note.strip(),
        )
        if status == "INSERT 0 0":
            return
        if comment_id is None:
            event = VideoReported(video_id=video_id, account_id=account_id, reason=reason)
            await outbox.emit(connection, event)
    await ctx.broker.poke(POKE)


async def take_down(ctx: Context, caller: Caller, video_id: VideoId, reason: str) -> Video:
    """An operator takes a video away from viewers; its creator is told why, its reports are decided.

    Raises NotFoundError, VideoStateError (a draft).
    """
    async with ctx.database.transaction() as connection:
        before = await video_queries.lock_video(connection, video_id)
        video = await move_video(
            connection, before, VideoState.TAKEN_DOWN, MOVES_OF_OPERATOR, caller.account_id, reason
        )
        await report_queries.decide_reports(connection, video_id, None, "taken_down", caller.account_id)
        if before.state is not video.state:
            await _tell_creator(connection, video, NoticeKind.VIDEO_TAKEN_DOWN, reason)
    await ctx.broker.poke(POKE)
    await accounts.ring_bells(ctx, [video.creator_id])
    return video


async def restore(ctx: Context, caller: Caller, video_id: VideoId, reason: str) -> Video:
    """A video that was taken down goes back to where it was. Raises NotFoundError, VideoStateError."""
    async with ctx.database.transaction() as connection:
        video = await video_queries.lock_video(connection, video_id)
        if video.state is not VideoState.TAKEN_DOWN:
            raise VideoStateError(state=video.state)
        before = await connection.fetchval(
            """
            SELECT from_state FROM content.video_move
            WHERE video_id = $1 AND to_state = 'taken_down' ORDER BY moved_at DESC LIMIT 1
            """,
            video_id,
        )
        video = await move_video(connection, video, VideoState(before), MOVES_OF_OPERATOR, caller.account_id, reason)
        await _tell_creator(connection, video, NoticeKind.VIDEO_RESTORED, reason)
    await ctx.broker.poke(POKE)
    await accounts.ring_bells(ctx, [video.creator_id])
    return video


async def dismiss_reports(ctx: Context, caller: Caller, video_id: VideoId, comment_id: CommentId | None) -> None:
    """What was reported is no breach. Raises NotFoundError if nothing is reported."""
    async with ctx.database.transaction() as connection:
        if not await report_queries.decide_reports(connection, video_id, comment_id, "dismissed", caller.account_id):
            raise NotFoundError


async def remove_reported_comment(ctx: Context, video_id: VideoId, comment_id: CommentId) -> None:
    """An operator takes a comment away, and its reports with it. Raises NotFoundError."""
    async with ctx.database.transaction() as connection:
        await remove_comment(connection, await comment_queries.get_comment(connection, video_id, comment_id))


async def _tell_creator(connection: Connection, video: Video, kind: NoticeKind, reason: str) -> None:
    notice = Notice(
        account_id=video.creator_id,
        kind=kind,
        params={**name_in_notice(video.title, video.created_at), "reason": reason},
        link=f"/console/videos/{video.video_id}",
    )
    await accounts.give_notices(connection, [notice])
