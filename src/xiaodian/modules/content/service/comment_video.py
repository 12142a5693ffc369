"""What people say under short videos."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import ForbiddenError, InvalidInputError
from xiaodian.contracts.content import ReactionsRemoved, VideoCommented, VideoId
from xiaodian.contracts.live import CommentId, MutedError
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.ids import made_at, new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import comment_queries
from xiaodian.modules.content.models import VideoComment
from xiaodian.modules.content.service.count import count
from xiaodian.modules.content.video_queries import find_videos, hold_public_video
from xiaodian.modules.content.video_rules import MINUTE_S, count_slot
from xiaodian.modules.content.wire import VideoCommentView
from xiaodian.modules.live import api as live
from xiaodian.modules.risk import api as risk


async def comment_video(ctx: Context, caller: Caller, video_id: VideoId, text: str) -> VideoCommentView:
    """Say something under a video. The text is shown as text.

    Raises InvalidInputError (empty, too long), NotFoundError, MutedError, TooManyRequestsError.
    """
    shown = live.clean_comment(text)
    if not shown:
        raise InvalidInputError(field="text", reason="empty")
    if len(shown) > ctx.settings.comment_max_chars:
        raise InvalidInputError(field="text", reason="too_long", max_chars=ctx.settings.comment_max_chars)
    limit = Limit(name="comments", burst=ctx.settings.comments_per_minute, period_s=MINUTE_S)
    await risk.take(ctx.database, limit, str(caller.account_id))
    comment_id = CommentId(new_id())
    async with ctx.database.transaction() as connection:
        video = await hold_public_video(connection, video_id)
        if await comment_queries.is_muted(connection, video.creator_id, caller.account_id):
            raise MutedError
        await connection.execute(
            """
            INSERT INTO content.video_comment (comment_id, video_id, account_id, text) VALUES ($1, $2, $3, $4)
            """,
            comment_id,
            video_id,
            caller.account_id,
            shown,
        )
        await count(connection, "comments", video_id, count_slot(caller.account_id), 1)
        event = VideoCommented(video_id=video_id, account_id=caller.account_id, comment_id=comment_id)
        await outbox.emit(connection, event)
        comment = VideoComment(comment_id, video_id, caller.account_id, shown)
        (view,) = await show_comments(connection, [comment])
    await ctx.broker.poke(POKE)
    return view


async def delete_comment(ctx: Context, caller: Caller, video_id: VideoId, comment_id: CommentId) -> None:
    """Take a comment away: its author, the video's creator, or an operator. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        comment = await comment_queries.get_comment(connection, video_id, comment_id)
        videos = await find_videos(connection, [video_id])
        may = caller.is_operator or caller.account_id in (comment.account_id, videos[video_id].creator_id)
        if not may:
            raise ForbiddenError
        await remove_comment(connection, comment)
    await ctx.broker.poke(POKE)


async def remove_comment(connection: Connection, comment: VideoComment) -> None:
    """Delete a comment and count it no more, in the caller's transaction."""
    status: str = await connection.execute(
        "DELETE FROM content.video_comment WHERE comment_id = $1", comment.comment_id
    )
    if status == "DELETE 1":
        await count(connection, "comments", comment.video_id, count_slot(comment.account_id), -1)
        await outbox.emit(connection, ReactionsRemoved(video_id=comment.video_id, account_id=comment.account_id))


async def show_comments(connection: Connection, comments: Sequence[VideoComment]) -> list[VideoCommentView]:
    """Comments as readers see them."""
    people = await accounts.get_accounts(connection, list({comment.account_id for comment in comments}))
    videos = await find_videos(connection, {comment.video_id for comment in comments})
    return [
        VideoCommentView(
            comment_id=comment.comment_id,
            account=people[comment.account_id],
            text=comment.text,
            is_creator=videos[comment.video_id].creator_id == comment.account_id,
            created_at=made_at(comment.comment_id),
        )
        for comment in comments
        if comment.account_id in people and comment.video_id in videos
    ]


async def mute_commenter(ctx: Context, creator_id: AccountId, account_id: AccountId) -> None:
    """What this account said under the creator's videos is gone, and it can say no more there. Again is fine.

    Raises InvalidInputError (oneself), NotFoundError.
    """
    if account_id == creator_id:
        raise InvalidInputError(field="account_id", reason="oneself")
    async with ctx.database.transaction() as connection:
        await accounts.get_account(connection, account_id)
        await connection.execute(
            "INSERT INTO content.mute (creator_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            creator_id,
            account_id,
        )
        rows = await connection.fetch(
            """
            DELETE FROM content.video_comment USING content.video
            WHERE video_comment.video_id = video.video_id AND creator_id = $1 AND account_id = $2
            RETURNING video_comment.video_id
            """,
            creator_id,
            account_id,
        )
        said: dict[VideoId, int] = {}
        for row in rows:
            said[row["video_id"]] = said.get(row["video_id"], 0) + 1
        for video_id, number in sorted(said.items()):
            await count(connection, "comments", video_id, count_slot(account_id), -number)
            await outbox.emit(connection, ReactionsRemoved(video_id=video_id, account_id=account_id))
    await ctx.broker.poke(POKE)


async def unmute_commenter(ctx: Context, creator_id: AccountId, account_id: AccountId) -> None:
    """The account may comment again; what was taken away stays away."""
    async with ctx.database.connection() as connection:
        await connection.execute(
            "DELETE FROM content.mute WHERE creator_id = $1 AND account_id = $2", creator_id, account_id
        )
