"""HTTP: rooms, what viewers see of them and say in them."""

import time
from datetime import datetime
from typing import Annotated, Any, cast

import msgspec
from litestar import MediaType, Request, Response, get, patch, post
from litestar.di import Provide
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, QueryParameter
from msgspec import UnsetType

from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.live import (
    MutedError,
    RoomEndedError,
    RoomId,
    RoomState,
    Snapshot,
    TickNotYetError,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx, client_network
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor
from xiaodian.modules.live import queries
from xiaodian.modules.live.process import Live, provide_live
from xiaodian.modules.live.rules import ON_AIR_STATES
from xiaodian.modules.live.service.change_room import change_room
from xiaodian.modules.live.service.create_room import create_room
from xiaodian.modules.live.service.post_comment import post_comment
from xiaodian.modules.live.service.read_slice import read_slice
from xiaodian.modules.live.service.replay_moments import list_replay_cues
from xiaodian.modules.live.service.show_bags import show_bags
from xiaodian.modules.live.views import show_page, show_room
from xiaodian.modules.live.wire import (
    CommentInput,
    CommentPosted,
    Cue,
    CueList,
    LikesInput,
    RoomCard,
    RoomInput,
    RoomPatch,
    RoomView,
    Ticks,
    encode_ticks,
)

TAGS = ["live"]
FOR_AN_HOUR = "public, max-age=3600"
FOR_A_SECOND = "public, max-age=1"
LIVE = {"live": Provide(provide_live, sync_to_thread=False)}
Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]
AnyRequest = Request[Any, Any, Any]


@get("/api/rooms", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(MalformedRequestError, InvalidInputError))
async def list_rooms(
    ctx: Ctx,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    room_state: Annotated[RoomState, QueryParameter(name="state")] = RoomState.ON_AIR,
) -> Page[RoomCard]:
    """Rooms in a state, the newest first; on air includes those whose picture is interrupted."""
    before = decode_cursor(cursor) if cursor else None
    states = _states(room_state)
    async with ctx.database.connection() as connection:
        rooms = await queries.list_rooms(connection, states, before=before, limit=limit + 1)
        return await show_page(connection, rooms, limit)


@get(
    "/api/me/rooms",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError),
)
async def list_my_rooms(
    ctx: Ctx,
    caller: SignedIn,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    room_state: Annotated[RoomState | None, QueryParameter(name="state")] = None,
) -> Page[RoomCard]:
    """The caller's own rooms, the newest first, all or those in a state; on air includes interrupted ones."""
    before = decode_cursor(cursor) if cursor else None
    states = _states(room_state) if room_state else tuple(RoomState)
    async with ctx.database.connection() as connection:
        rooms = await queries.list_rooms_of(connection, caller.account_id, states, before=before, limit=limit + 1)
        return await show_page(connection, rooms, limit)


@post(
    "/api/rooms",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, UnauthenticatedError),
)
async def plan_room(ctx: Ctx, caller: SignedIn, request: AnyRequest, data: JSONBody[RoomInput]) -> RoomView:
    """Plan a room. It goes on air when its host publishes a picture."""
    room = await create_room(
        ctx, caller, title=data.title.strip(), cover_url=data.cover_url, planned_at=_moment(data.planned_at_ms)
    )
    async with ctx.database.connection() as connection:
        return await show_room(ctx, connection, request, room)


@get("/api/rooms/{room_id:uuid}", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def read_room(ctx: Ctx, request: AnyRequest, room_id: FromPath[RoomId]) -> RoomView:
    """A room."""
    async with ctx.database.connection() as connection:
        return await show_room(ctx, connection, request, await queries.get_room(connection, room_id))


@patch(
    "/api/rooms/{room_id:uuid}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError),
)
async def edit_room(
    ctx: Ctx, caller: SignedIn, request: AnyRequest, room_id: FromPath[RoomId], data: JSONBody[RoomPatch]
) -> RoomView:
    """Change a room's title, cover or planned time (its host)."""
    title = data.title.strip() if isinstance(data.title, str) else data.title
    planned_at = data.planned_at_ms if isinstance(data.planned_at_ms, UnsetType) else _moment(data.planned_at_ms)
    room = await change_room(ctx, caller, room_id, title=title, cover_url=data.cover_url, planned_at=planned_at)
    async with ctx.database.connection() as connection:
        return await show_room(ctx, connection, request, room)


@get("/api/rooms/{room_id:uuid}/cues", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def read_cues(ctx: Ctx, room_id: FromPath[RoomId]) -> CueList:
    """When which product was on show, in media time.

    Of a room that is over, when which card comes up in this viewing of its replay: the host's own stay as they were,
    the others come as was learned from those who watched it before.
    """
    async with ctx.database.connection() as connection:
        room = await queries.get_room(connection, room_id)
        is_over = room.state is RoomState.ENDED
        cues = await (list_replay_cues(connection, room) if is_over else queries.list_cues(connection, room_id))
    return CueList(
        items=[
            Cue(
                cue_id=cue.cue_id,
                product_id=cue.product_id,
                start_ms=to_epoch_ms(cue.start_at),
                end_ms=to_epoch_ms(cue.end_at) if cue.end_at else None,
                why=cue.why,
            )
            for cue in cues
        ]
    )


@get(
    "/live/{room_id:uuid}/snapshot",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    dependencies=LIVE,
    responses=problems(NotFoundError, UnavailableError),
)
async def read_snapshot(ctx: Ctx, live: Live, room_id: FromPath[RoomId]) -> Response[Snapshot]:
    """What viewers see of the room besides the picture; apply the ticks after `tick` to stay current.

    The log of an ended room is closed, but its replay goes on selling: its bag is that of this moment.
    """
    room_log = await live.logs.get(room_id)
    await room_log.refresh()
    snapshot = room_log.snapshot
    if snapshot.state is RoomState.ENDED:
        async with ctx.database.connection() as connection:
            snapshot = msgspec.structs.replace(snapshot, bag=(await show_bags(connection, [room_id]))[room_id])
    return Response(snapshot, headers={"cache-control": FOR_A_SECOND})


@get(
    "/live/{room_id:uuid}/ticks/{tick:int}",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    dependencies=LIVE,
    responses=problems(MalformedRequestError, InvalidInputError, NotFoundError, TickNotYetError, UnavailableError),
)
async def read_ticks(
    live: Live, room_id: FromPath[RoomId], tick: FromPath[int], count: FromQuery[int] = 4
) -> Response[Ticks]:
    """The ticks with moments in a slice of the log: 1, 4 or 40 ticks of 250 ms from a multiple of that number on.

    The answer changes only if somebody who said something in it has their account erased, so caches keep it for an
    hour. A slice that is not over yet is a 425; ask again later.
    """
    ticks = await read_slice(live.logs, room_id, tick, count)
    answer = Response(
        encode_ticks(tick + count, [each.data for each in ticks]),
        media_type=MediaType.JSON,
        headers={"cache-control": FOR_AN_HOUR},
    )
    return cast("Response[Ticks]", answer)


@post(
    "/api/rooms/{room_id:uuid}/comments",
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies=LIVE,
    responses=problems(
        MalformedRequestError,
        InvalidInputError,
        UnauthenticatedError,
        NotFoundError,
        MutedError,
        RoomEndedError,
        TooManyRequestsError,
        UnavailableError,
    ),
)
async def comment(
    ctx: Ctx, live: Live, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[CommentInput]
) -> CommentPosted:
    """Say something in a room. Text is text: markup is shown as it was typed."""
    return CommentPosted(comment_id=await post_comment(ctx, caller, room_id, data.text, room_cap=live.comments_cap))


@post(
    "/api/rooms/{room_id:uuid}/likes",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    status_code=204,
    dependencies=LIVE,
    responses=problems(MalformedRequestError, NotFoundError, UnavailableError),
)
async def like(
    ctx: Ctx, live: Live, request: AnyRequest, room_id: FromPath[RoomId], data: JSONBody[LikesInput]
) -> None:
    """Likes of a viewer who polls. They are told to the room once a second; above a limit they do not count."""
    room_log = await live.logs.get(room_id)
    source = f"{client_network(request, ctx.settings.trusted_proxies)} {room_id}"
    allowed = live.likes_cap.allow(source, data.count, time.monotonic())
    if allowed and not room_log.has_ended:
        live.likes.add(room_id, allowed)


def _moment(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else from_epoch_ms(epoch_ms)


def _states(state: RoomState) -> tuple[RoomState, ...]:
    return ON_AIR_STATES if state is RoomState.ON_AIR else (state,)


routes = [
    list_rooms,
    list_my_rooms,
    plan_room,
    read_room,
    edit_room,
    read_cues,
    read_snapshot,
    read_ticks,
    comment,
    like,
]
