"""HTTP: a creator's own short videos."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, QueryParameter

from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.content import TooManyDraftsError, VideoId, VideoNotReadyError, VideoState, VideoStateError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.media import NotAPictureError, VodId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.models import Video
from xiaodian.modules.content.paging import Limit
from xiaodian.modules.content.service import create_video, edit_video, publish_video
from xiaodian.modules.content.service.set_cover import upload_cover
from xiaodian.modules.content.service.show_own import show_own
from xiaodian.modules.content.wire import ClipInput, OwnVideo, VideoInput, VideoPatch
from xiaodian.modules.media import api as media

MAX_COVER_BYTES = 64 * 1024 * 1024
TAGS = ["videos"]
ONE = "/api/me/videos/{video_id:uuid}"
MAKE_PROBLEMS = (
    MalformedRequestError,
    UnauthenticatedError,
    NotFoundError,
    TooManyDraftsError,
    InvalidInputError,
    TooManyRequestsError,
)
MOVE_PROBLEMS = problems(UnauthenticatedError, NotFoundError, VideoNotReadyError, VideoStateError, TooManyRequestsError)


@get(
    "/api/me/videos",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError),
)
async def list_own_videos(
    ctx: Ctx,
    caller: SignedIn,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    video_state: Annotated[VideoState | None, QueryParameter(name="state")] = None,
) -> Page[OwnVideo]:
    """The caller's own videos with their counters, the newest first; all, or those in a state."""
    before = decode_cursor(cursor) if cursor else None
    states = [video_state] if video_state else list(VideoState)
    async with ctx.database.connection() as connection:
        videos = await video_queries.list_own_videos(
            connection, caller.account_id, states, before=before, limit=limit + 1
        )
        items = await show_own(connection, videos[:limit])
    more = encode_cursor(videos[limit - 1].video_id) if len(videos) > limit else None
    return Page(items=items, next_cursor=more)


@post("/api/me/videos", opt=access(Access.MEMBER), tags=TAGS, responses=problems(*MAKE_PROBLEMS))
async def create_own_video(ctx: Ctx, caller: SignedIn, data: JSONBody[VideoInput]) -> OwnVideo:
    """A draft of a film that was uploaded; it can be published once the film is ready."""
    return await _show(ctx, await create_video.create_video(ctx, caller, VodId(data.vod_id)))


@post("/api/me/videos/clips", opt=access(Access.MEMBER), tags=TAGS, responses=problems(*MAKE_PROBLEMS, ForbiddenError))
async def cut_own_clip(ctx: Ctx, caller: SignedIn, data: JSONBody[ClipInput]) -> OwnVideo:
    """A draft of a stretch of one's own room's film, with the products that were on show in it."""
    video = await create_video.cut_clip(ctx, caller, RoomId(data.room_id), data.from_ms, data.to_ms)
    return await _show(ctx, video)


@get(ONE, opt=access(Access.MEMBER), tags=TAGS, responses=problems(UnauthenticatedError, NotFoundError))
async def read_own_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId]) -> OwnVideo:
    """One of the caller's own videos, and how far its film is."""
    async with ctx.database.connection() as connection:
        video = await video_queries.get_own_video(connection, caller.account_id, video_id)
        return (await show_own(connection, [video]))[0]


@patch(
    ONE,
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(
        MalformedRequestError,
        UnauthenticatedError,
        NotFoundError,
        InvalidInputError,
        VideoNotReadyError,
        TooManyRequestsError,
    ),
)
async def edit_own_video(
    ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: JSONBody[VideoPatch]
) -> OwnVideo:
    """Change title, cover or products; what is not given stays. Topics are what the title names with `#`."""
    return await _show(ctx, await edit_video.edit_video(ctx, caller, video_id, data))


@post(
    f"{ONE}/covers",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError, NotAPictureError, TooManyRequestsError, UnavailableError),
    request_max_body_size=MAX_COVER_BYTES,
)
async def upload_own_cover(
    ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: MultipartBody[media.PictureUpload]
) -> media.Picture:
    """Upload a picture (JPEG, PNG or WebP) to be the cover: give its `url` as `cover_url`. It goes with the video."""
    upload = await data.file.read(ctx.settings.picture_max_bytes + 1)
    return await upload_cover(ctx, caller, video_id, upload)


@post(f"{ONE}/publish", opt=access(Access.MEMBER), tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def publish_own_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId]) -> OwnVideo:
    """Everybody may watch it from now on."""
    return await _show(ctx, await publish_video.publish_video(ctx, caller, video_id))


@post(f"{ONE}/hide", opt=access(Access.MEMBER), tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def hide_own_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId]) -> OwnVideo:
    """Nobody but the caller sees it from now on."""
    return await _show(ctx, await publish_video.hide_video(ctx, caller, video_id))


@delete(
    ONE,
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError, TooManyRequestsError),
)
async def delete_own_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId]) -> None:
    """The video is gone for good: its film, its likes, what was said under it."""
    await publish_video.delete_video(ctx, caller, video_id)


async def _show(ctx: Context, video: Video) -> OwnVideo:
    async with ctx.database.connection() as connection:
        return (await show_own(connection, [video]))[0]


routes = [
    list_own_videos,
    create_own_video,
    cut_own_clip,
    read_own_video,
    edit_own_video,
    upload_own_cover,
    publish_own_video,
    hide_own_video,
    delete_own_video,
]
