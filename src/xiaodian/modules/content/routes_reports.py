"""HTTP: reports of short videos, comments and rooms, and what operators do about them."""

from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from xiaodian.contracts.content import ReportReason, VideoId, VideoStateError
from xiaodian.contracts.live import CommentId, RoomId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.content import report_queries
from xiaodian.modules.content.paging import Limit
from xiaodian.modules.content.service import report_room, report_video
from xiaodian.modules.content.service.show_reports import show_reports
from xiaodian.modules.content.service.show_rulings import show_log, show_rulings_to_host
from xiaodian.modules.content.service.stop_room import stop_room
from xiaodian.modules.content.wire import (
    DismissalInput,
    LoggedRuling,
    ReportedItem,
    ReportInput,
    ReportReasons,
    RoomRulingInput,
    RoomRulings,
    RulingInput,
)

TAGS = ["videos"]
REPORT_PROBLEMS = problems(MalformedRequestError, UnauthenticatedError, NotFoundError, TooManyRequestsError)
OF_OPERATOR = (MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError)


@get("/api/report-reasons", opt=access(Access.PUBLIC), tags=TAGS, sync_to_thread=False)
def list_report_reasons() -> ReportReasons:
    """What a report may name as its reason."""
    return ReportReasons(items=list(ReportReason))


@post(
    "/api/videos/{video_id:uuid}/reports",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=REPORT_PROBLEMS,
)
async def report_a_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: JSONBody[ReportInput]) -> None:
    """Say that a video breaks the rules; again changes nothing."""
    await report_video.report(ctx, caller.account_id, video_id, data.reason, data.note)


@post(
    "/api/videos/{video_id:uuid}/comments/{comment_id:uuid}/reports",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=REPORT_PROBLEMS,
)
async def report_a_comment(
    ctx: Ctx,
    caller: SignedIn,
    video_id: FromPath[VideoId],
    comment_id: FromPath[CommentId],
    data: JSONBody[ReportInput],
) -> None:
    """Say that a comment breaks the rules; again changes nothing."""
    await report_video.report(ctx, caller.account_id, video_id, data.reason, data.note, comment_id)


@post(
    "/api/rooms/{room_id:uuid}/reports",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=REPORT_PROBLEMS,
)
async def report_a_room(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[ReportInput]) -> None:
    """Say that a room breaks the rules; again changes nothing."""
    await report_room.report_room(ctx, caller.account_id, room_id, data.reason, data.note)


@get(
    "/api/operator/reports",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(*OF_OPERATOR, InvalidInputError),
)
async def list_reports(ctx: Ctx, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Page[ReportedItem]:
    """What is reported and waits for a decision, each video, comment or room once, the longest waiting first."""
    after = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await report_queries.list_open_reports(connection, after=after, limit=limit + 1)
        items = await show_reports(connection, found[:limit])
    more = encode_cursor(found[limit - 1].first_id) if len(found) > limit else None
    return Page(items=items, next_cursor=more)


@post(
    "/api/operator/videos/{video_id:uuid}/take-down",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=204,
    responses=problems(*OF_OPERATOR, InvalidInputError, VideoStateError),
)
async def take_down_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: JSONBody[RulingInput]) -> None:
    """Nobody may watch it any more; its creator is told why."""
    await report_video.take_down(ctx, caller, video_id, _words(data))


@post(
    "/api/operator/videos/{video_id:uuid}/restore",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=204,
    responses=problems(*OF_OPERATOR, InvalidInputError, VideoStateError),
)
async def restore_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: JSONBody[RulingInput]) -> None:
    """It is as it was before it was taken down; its creator is told."""
    await report_video.restore(ctx, caller, video_id, _words(data))


@post(
    "/api/operator/videos/{video_id:uuid}/dismissal",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=204,
    responses=problems(*OF_OPERATOR),
)
async def dismiss_reports(
    ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], data: JSONBody[DismissalInput]
) -> None:
    """What was reported of a video, or of a comment on it, is no breach."""
    comment_id = None if data.comment_id is None else CommentId(data.comment_id)
    await report_video.dismiss_reports(ctx, caller, video_id, comment_id)


@post(
    "/api/operator/rooms/{room_id:uuid}/dismissal",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=204,
    responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def dismiss_reports_of_a_room(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """What was reported of a room is no breach."""
    await report_room.dismiss_reports_of_room(ctx, caller, room_id)


@post(
    "/api/operator/rooms/{room_id:uuid}/end",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=204,
    responses=problems(*OF_OPERATOR, InvalidInputError),
)
async def end_reported_room(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[RoomRulingInput]
) -> None:
    """A room that breaks the rules is over, and its host is told which; of one that was over the host is told alone."""
    await stop_room(ctx, caller, room_id, data.rule, data.note)


@get(
    "/api/operator/room-rulings",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError),
)
async def list_room_rulings(ctx: Ctx, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Page[LoggedRuling]:
    """What operators did about rooms, the latest first, and who it was."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await report_queries.list_rulings(connection, before=before, limit=limit + 1)
        items = await show_log(connection, found[:limit])
    more = encode_cursor(found[limit - 1].ruling_id) if len(found) > limit else None
    return Page(items=items, next_cursor=more)


@get(
    "/api/rooms/{room_id:uuid}/rulings",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def list_rulings_of_room(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> RoomRulings:
    """What the platform did about the caller's own room, and why; usually nothing."""
    async with ctx.database.connection() as connection:
        return RoomRulings(items=await show_rulings_to_host(connection, caller, room_id))


@delete(
    "/api/operator/videos/{video_id:uuid}/comments/{comment_id:uuid}",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(*OF_OPERATOR),
)
async def remove_comment(ctx: Ctx, video_id: FromPath[VideoId], comment_id: FromPath[CommentId]) -> None:
    """A comment that breaks the rules is gone, whatever the state of its video."""
    await report_video.remove_reported_comment(ctx, video_id, comment_id)


def _words(ruling: RulingInput) -> str:
    reason = ruling.reason.strip()
    if not reason:
        raise InvalidInputError(field="reason", reason="empty")
    return reason


routes = [
    list_report_reasons,
    report_a_video,
    report_a_comment,
    report_a_room,
    list_reports,
    take_down_video,
    restore_video,
    dismiss_reports,
    dismiss_reports_of_a_room,
    end_reported_room,
    list_room_rulings,
    list_rulings_of_room,
    remove_comment,
]
