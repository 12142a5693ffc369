"""What people say under short videos."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import Account, AccountId, Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.content import MutedByCreatorError, ReactionsRemoved, VideoCommented, VideoId
from xiaodian.contracts.live import CommentId
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
from xiaodian.modules.content.service.moderate import find_moderator, require_moderator
from xiaodian.modules.content.video_queries import find_videos, hold_public_video
from xiaodian.modules.content.video_rules import MINUTE_S, count_slot
from xiaodian.modules.content.wire import VideoCommentView
from xiaodian.modules.live import api as live
from xiaodian.modules.risk import api as risk
from xiaodian.modules.shops import api as shops


async def comment_video(ctx: Context, caller: Caller, video_id: VideoId, text: str) -> VideoCommentView:
    """Say something under a video. The text is shown as text.

    Raises InvalidInputError (empty, too long), NotFoundError, MutedByCreatorError, TooManyRequestsError.
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
            creator = await accounts.get_account(connection, video.creator_id)
            raise MutedByCreatorError(name=creator.display_name)
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
        (view,) = await show_comments(connection, [comment], caller)
    await ctx.broker.poke(POKE)
    return view


async def delete_comment(ctx: Context, caller: Caller, video_id: VideoId, comment_id: CommentId) -> None:
    """Take a comment away: its author, who keeps order there, or an operator. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        comment = await comment_queries.get_comment(connection, video_id, comment_id)
        if comment.account_id != caller.account_id and not caller.is_operator:
            videos = await find_videos(connection, [video_id])
            moderator = await require_moderator(connection, caller, videos[video_id].creator_id)
            if moderator.shop_id is not None:
                details = {"title": videos[video_id].title}
                await shops.note_deed(
                    connection,
                    caller,
                    moderator.shop_id,
                    deed="comment.deleted",
                    target=str(comment_id),
                    details=details,
                )
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


async def show_comments(
    connection: Connection, comments: Sequence[VideoComment], viewer: Caller | None = None
) -> list[VideoCommentView]:
    """Comments as readers see them, with what this viewer may do about each."""
    people = await accounts.get_accounts(connection, list({comment.account_id for comment in comments}))
    videos = await find_videos(connection, {comment.video_id for comment in comments})
    kept: dict[AccountId, bool] = {}
    if viewer is not None:
        for creator_id in {video.creator_id for video in videos.values()}:
            kept[creator_id] = await find_moderator(connection, viewer, creator_id) is not None
    views = []
    for comment in comments:
        video = videos.get(comment.video_id)
        if video is None or comment.account_id not in people:
            continue
        is_own = viewer is not None and viewer.account_id == comment.account_id
        is_creator = video.creator_id == comment.account_id
        keeps_order = kept.get(video.creator_id, False)
        view = VideoCommentView(
            comment_id=comment.comment_id,
            account=people[comment.account_id],
            text=comment.text,
            is_creator=is_creator,
            created_at=made_at(comment.comment_id),
            may_delete=is_own or keeps_order or (viewer is not None and viewer.is_operator),
            may_mute=keeps_order and not is_own and not is_creator,
        )
        views.append(view)
    return views


async def mute_commenter(ctx: Context, caller: Caller, creator_id: AccountId, account_id: AccountId) -> None:
    """What this account said under the creator's videos is gone, and it can say no more there. Again is fine.

    Raises InvalidInputError (the creator, oneself), NotFoundError, ForbiddenError.
    """
    async with ctx.database.transaction() as connection:
        moderator = await require_moderator(connection, caller, creator_id)
        if account_id in (creator_id, caller.account_id):
            raise InvalidInputError(field="account_id", reason="oneself")
        await accounts.get_account(connection, account_id)
        status: str = await connection.execute(
            "INSERT INTO content.mute (creator_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            creator_id,
            account_id,
        )
        if status == "INSERT 0 1" and moderator.shop_id is not None:
            await shops.note_deed(connection, caller, moderator.shop_id, deed="comment.muted", target=str(account_id))
        await _remove_all_of(connection, creator_id, account_id)
    await ctx.broker.poke(POKE)


async def _remove_all_of(connection: Connection, creator_id: AccountId, account_id: AccountId) -> None:
    """Whatever this account said under the creator's videos is gone, and counted no more."""
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


async def unmute_commenter(ctx: Context, caller: Caller, creator_id: AccountId, account_id: AccountId) -> None:
    """The account may comment again; what was taken away stays away. Raises ForbiddenError."""
    async with ctx.database.transaction() as connection:
        moderator = await require_moderator(connection, caller, creator_id)
        status: str = await connection.execute(
            "DELETE FROM content.mute WHERE creator_id = $1 AND account_id = $2", creator_id, account_id
        )
        if status == "DELETE 1" and moderator.shop_id is not None:
            await shops.note_deed(connection, caller, moderator.shop_id, deed="comment.unmuted", target=str(account_id))


async def list_muted(ctx: Context, caller: Caller, creator_id: AccountId) -> list[Account]:
    """Who may not comment on the creator's videos, the latest first. Raises ForbiddenError."""
    async with ctx.database.connection() as connection:
        await require_moderator(connection, caller, creator_id)
        muted = await comment_queries.list_muted(connection, creator_id)
        people = await accounts.get_accounts(connection, muted)
    return [people[each] for each in muted if each in people]
