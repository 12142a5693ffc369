"""HTTP: short videos as viewers see them, and topics."""

from enum import StrEnum
from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, FromQuery, PathParameter

from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError
from xiaodian.contracts.content import VideoCard, VideoId, VideoView
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx, client_network
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import BadCursorError, Page, decode_place, encode_place
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.paging import Limit, decode_moment, show_by_moment
from xiaodian.modules.content.service.like_desk import LikeDesk
from xiaodian.modules.content.service.share_video import share_video
from xiaodian.modules.content.service.show_videos import list_cards, show_videos
from xiaodian.modules.content.video_rules import fold_topic
from xiaodian.modules.content.wire import TopicView

TAGS = ["videos"]
ONE = "/api/videos/{video_id:uuid}"
Topic = Annotated[str, PathParameter(min_length=1, max_length=200)]
AnyRequest = Request[Any, Any, Any]


class TopicSort(StrEnum):
    """The order of a topic's videos."""

    NEW = "new"
    HOT = "hot"


@get(ONE, opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def read_video(ctx: Ctx, maybe_caller: MaybeSignedIn, video_id: FromPath[VideoId]) -> VideoView:
    """A short video, ready to be played, with its bag and the moments of its cards."""
    viewer_id = maybe_caller.account_id if maybe_caller else None
    async with ctx.database.connection() as connection:
        views = await show_videos(connection, [video_id], viewer_id)
    if video_id not in views:
        raise NotFoundError
    return views[video_id]


@put(
    f"{ONE}/like",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=problems(UnauthenticatedError, NotFoundError, TooManyRequestsError),
)
async def like(request: AnyRequest, caller: SignedIn, video_id: FromPath[VideoId]) -> None:
    """Like a video; again is fine."""
    desk: LikeDesk = request.app.state.like_desk
    await desk.like(caller.account_id, video_id)


@delete(
    f"{ONE}/like",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, TooManyRequestsError),
)
async def unlike(request: AnyRequest, caller: SignedIn, video_id: FromPath[VideoId]) -> None:
    """Take a like back; again is fine."""
    desk: LikeDesk = request.app.state.like_desk
    await desk.unlike(caller.account_id, video_id)


@post(
    f"{ONE}/shares",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    status_code=204,
    responses=problems(NotFoundError, TooManyRequestsError),
)
async def share(ctx: Ctx, request: AnyRequest, video_id: FromPath[VideoId]) -> None:
    """Its link was passed on, which counts."""
    await share_video(ctx, client_network(request, ctx.settings.trusted_proxies), video_id)


@get("/api/topics/{topic:str}", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(MalformedRequestError))
async def read_topic(ctx: Ctx, topic: Topic) -> TopicView:
    """A topic, written in any way; one that nobody has named yet has no videos."""
    folded = fold_topic(topic)
    async with ctx.database.connection() as connection:
        return TopicView(topic=folded, videos=await video_queries.count_videos_of_topic(connection, folded))


@get(
    "/api/topics/{topic:str}/videos",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError),
)
async def list_topic_videos(
    ctx: Ctx,
    topic: Topic,
    sort: FromQuery[TopicSort] = TopicSort.NEW,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[VideoCard]:
    """A topic's videos: the newest first, or of the newest those first that people watch and like most."""
    folded = fold_topic(topic)
    if sort is TopicSort.HOT:
        return await _list_hot(ctx, folded, cursor, limit)
    before = decode_moment(cursor)
    async with ctx.database.connection() as connection:
        found = await video_queries.list_new_of_topic(connection, folded, before=before, limit=limit + 1)
        return await show_by_moment(connection, found, limit)


async def _list_hot(ctx: Ctx, topic: str, cursor: str | None, limit: int) -> Page[VideoCard]:
    (after,) = decode_place(cursor, tuple[int]) if cursor else (0,)
    if not 0 <= after <= video_queries.NEWEST_OF_TOPIC:
        raise BadCursorError(cursor)
    async with ctx.database.connection() as connection:
        found = await video_queries.list_hot_of_topic(connection, topic, after=after, limit=limit + 1)
        cards = await list_cards(connection, found[:limit])
    return Page(items=cards, next_cursor=encode_place(after + limit) if len(found) > limit else None)


routes = [read_video, like, unlike, share, read_topic, list_topic_videos]
