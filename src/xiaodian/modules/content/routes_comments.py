"""HTTP: what people say under short videos, and who may not."""

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from xiaodian.contracts.content import MutedByCreatorError, VideoId
from xiaodian.contracts.live import CommentId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.content import comment_queries, video_queries
from xiaodian.modules.content.paging import Limit
from xiaodian.modules.content.service import comment_video
from xiaodian.modules.content.wire import MutedAccounts, VideoCommentInput, VideoCommentView

TAGS = ["videos"]
ALL = "/api/videos/{video_id:uuid}/comments"
MUTED = "/api/creators/{creator_id:uuid}/muted"


@get(
    ALL,
    opt=access(Access.PUBLIC),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, NotFoundError),
)
async def list_comments(
    ctx: Ctx,
    maybe_caller: MaybeSignedIn,
    video_id: FromPath[VideoId],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[VideoCommentView]:
    """What was said under a video, the newest first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await video_queries.get_public_video(connection, video_id)
        found = await comment_queries.list_comments(connection, video_id, before=before, limit=limit + 1)
        items = await comment_video.show_comments(connection, found[:limit], maybe_caller)
    more = encode_cursor(found[limit - 1].comment_id) if len(found) > limit else None
    return Page(items=items, next_cursor=more)


@post(
    ALL,
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(
        MalformedRequestError,
        InvalidInputError,
        UnauthenticatedError,
        NotFoundError,
        MutedByCreatorError,
        TooManyRequestsError,
    ),
)
async def comment(
    ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: JSONBody[VideoCommentInput]
) -> VideoCommentView:
    """Say something under a video. Text is text: markup is shown as it was typed."""
    return await comment_video.comment_video(ctx, caller, video_id, data.text)


@delete(
    f"{ALL}/{{comment_id:uuid}}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError, ForbiddenError),
)
async def delete_comment(
    ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], comment_id: FromPath[CommentId]
) -> None:
    """Take a comment away: who wrote it, the video's creator, or who keeps order for the creator."""
    await comment_video.delete_comment(ctx, caller, video_id, comment_id)


@get(MUTED, opt=access(Access.MEMBER), tags=TAGS, responses=problems(UnauthenticatedError, ForbiddenError))
async def list_muted(ctx: Ctx, caller: SignedIn, creator_id: FromPath[AccountId]) -> MutedAccounts:
    """Who may not comment on a creator's videos, the latest first: for the creator, and who keeps order for them."""
    return MutedAccounts(items=await comment_video.list_muted(ctx, caller, creator_id))


@put(
    f"{MUTED}/{{account_id:uuid}}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError, InvalidInputError),
)
async def mute(ctx: Ctx, caller: SignedIn, creator_id: FromPath[AccountId], account_id: FromPath[AccountId]) -> None:
    """The account can comment on none of the creator's videos any more, and what it said there is gone."""
    await comment_video.mute_commenter(ctx, caller, creator_id, account_id)


@delete(
    f"{MUTED}/{{account_id:uuid}}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, ForbiddenError),
)
async def unmute(ctx: Ctx, caller: SignedIn, creator_id: FromPath[AccountId], account_id: FromPath[AccountId]) -> None:
    """The account may comment again."""
    await comment_video.unmute_commenter(ctx, caller, creator_id, account_id)


routes = [list_comments, comment, delete_comment, list_muted, mute, unmute]
