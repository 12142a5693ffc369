"""HTTP: the feed, and what a viewer does not want to see in it."""

from typing import Annotated, Any

from litestar import Request, delete, get, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, Parameter

from xiaodian.contracts.base import (
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import Page
from xiaodian.modules.feed.service.dismiss import dismiss_room, dismiss_video, take_back_dismissal
from xiaodian.modules.feed.service.read_feed import FeedDesk
from xiaodian.modules.feed.wire import MAX_SIZE, PAGE_SIZE, FeedItem, Tab

TAGS = ["feed"]
DISMISSAL = "/api/videos/{video_id:uuid}/dismissal"
ROOM_DISMISSAL = "/api/rooms/{room_id:uuid}/dismissal"
AnyRequest = Request[Any, Any, Any]
Desk = NamedDependency[FeedDesk]
Limit = Annotated[int, Parameter(ge=1, le=MAX_SIZE)]


def provide_desk(request: AnyRequest) -> FeedDesk:
    """Dependency `desk`."""
    desk: FeedDesk = request.app.state.feed_desk
    return desk


@get(
    "/api/feed",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, UnavailableError),
)
async def read_feed(
    desk: Desk,
    maybe_caller: MaybeSignedIn,
    request: AnyRequest,
    tab: FromQuery[Tab] = Tab.DISCOVER,
    cursor: FromQuery[str | None] = None,
    limit: Limit = PAGE_SIZE,
) -> Page[FeedItem]:
    """Videos and rooms on air: what is found for the caller, or (`following`) the newest of whom the caller follows.

    Follow `next_cursor` for as long as the visit lasts: nothing comes twice.
    """
    language = language_of(request)
    return await desk.read(maybe_caller.account_id if maybe_caller else None, tab, cursor, limit, language)


@put(
    DISMISSAL,
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    responses=problems(UnauthenticatedError, NotFoundError, TooManyRequestsError),
)
async def dismiss(ctx: Ctx, desk: Desk, caller: SignedIn, video_id: FromPath[VideoId]) -> None:
    """Not interested: this video does not come again, and less of its creator and its topics; again is fine."""
    await dismiss_video(ctx, caller.account_id, video_id)
    desk.forget(caller.account_id)


@delete(
    DISMISSAL,
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    responses=problems(UnauthenticatedError, TooManyRequestsError),
)
async def undo_dismissal(ctx: Ctx, desk: Desk, caller: SignedIn, video_id: FromPath[VideoId]) -> None:
    """Take that back."""
    await take_back_dismissal(ctx, caller.account_id, video_id)
    desk.forget(caller.account_id)


@put(
    ROOM_DISMISSAL,
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    responses=problems(UnauthenticatedError, NotFoundError, TooManyRequestsError),
)
async def dismiss_a_room(ctx: Ctx, desk: Desk, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """Not interested: this room does not come again in the feed, and less of its host; again is fine."""
    await dismiss_room(ctx, caller.account_id, room_id)
    desk.forget(caller.account_id)


@delete(
    ROOM_DISMISSAL,
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    responses=problems(UnauthenticatedError, TooManyRequestsError),
)
async def undo_dismissal_of_room(ctx: Ctx, desk: Desk, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """Take that back."""
    await take_back_dismissal(ctx, caller.account_id, room_id)
    desk.forget(caller.account_id)


routes = [read_feed, dismiss, undo_dismissal, dismiss_a_room, undo_dismissal_of_room]
