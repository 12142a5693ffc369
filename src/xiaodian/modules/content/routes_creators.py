"""HTTP: creators, their videos and rooms, who follows whom, and reminders."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError
from xiaodian.contracts.content import CreatorCard, CreatorView, VideoCard
from xiaodian.contracts.live import RoomEndedError, RoomId, RoomState
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import queries, video_queries
from xiaodian.modules.content.paging import Limit, decode_moment, encode_moment, show_by_moment
from xiaodian.modules.content.service import follow_creator, read_creator, remind
from xiaodian.modules.content.wire import CreatorRoom
from xiaodian.modules.live import api as live

TAGS = ["content"]


@get(
    "/api/creators/{account_id:uuid}",
    tags=TAGS,
    opt=access(Access.PUBLIC),
    responses=problems(NotFoundError),
)
async def read_creator_card(ctx: Ctx, maybe_caller: MaybeSignedIn, account_id: FromPath[AccountId]) -> CreatorView:
    """A creator, how many follow, and whether the caller does."""
    viewer_id = maybe_caller.account_id if maybe_caller else None
    return await read_creator.read_creator(ctx.database, account_id, viewer_id)


@put(
    "/api/creators/{account_id:uuid}/follow",
    tags=TAGS,
    opt=access(Access.MEMBER),
    status_code=204,
    responses=problems(UnauthenticatedError, InvalidInputError, NotFoundError, TooManyRequestsError),
)
async def follow(ctx: Ctx, caller: SignedIn, account_id: FromPath[AccountId]) -> None:
    """Follow a creator; again is fine."""
    await follow_creator.follow_creator(ctx, caller.account_id, account_id)


@delete(
    "/api/creators/{account_id:uuid}/follow",
    tags=TAGS,
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, TooManyRequestsError),
)
async def unfollow(ctx: Ctx, caller: SignedIn, account_id: FromPath[AccountId]) -> None:
    """Stop following a creator; again is fine."""
    await follow_creator.unfollow_creator(ctx, caller.account_id, account_id)


@get(
    "/api/me/following",
    tags=TAGS,
    opt=access(Access.MEMBER),
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError),
)
async def list_following(
    ctx: Ctx, caller: SignedIn, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[CreatorCard]:
    """Whom the caller follows, the latest first."""
    before = decode_moment(cursor)
    async with ctx.database.connection() as connection:
        found = await queries.list_following(connection, caller.account_id, before=before, limit=limit + 1)
        shown = found[:limit]
        cards = await read_creator.read_creators(connection, [each for each, _ in shown], caller.account_id)
    more = encode_moment(shown[-1][1], shown[-1][0]) if len(found) > limit else None
    return Page(items=[cards[each] for each, _ in shown if each in cards], next_cursor=more)


@get(
    "/api/creators/{account_id:uuid}/videos",
    tags=TAGS,
    opt=access(Access.PUBLIC),
    responses=problems(MalformedRequestError, InvalidInputError, NotFoundError),
)
async def list_creator_videos(
    ctx: Ctx, account_id: FromPath[AccountId], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[VideoCard]:
    """A creator's videos, the newest first."""
    before = decode_moment(cursor)
    async with ctx.database.connection() as connection:
        await accounts.get_account(connection, account_id)
        found = await video_queries.list_videos_of(connection, account_id, before=before, limit=limit + 1)
        return await show_by_moment(connection, found, limit)


@get(
    "/api/creators/{account_id:uuid}/rooms",
    tags=TAGS,
    opt=access(Access.PUBLIC),
    responses=problems(MalformedRequestError, InvalidInputError, NotFoundError),
)
async def list_creator_rooms(
    ctx: Ctx,
    maybe_caller: MaybeSignedIn,
    account_id: FromPath[AccountId],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    room_state: Annotated[RoomState | None, QueryParameter(name="state")] = None,
) -> Page[CreatorRoom]:
    """A creator's rooms, the newest first: all, or on air (with those interrupted), planned, or ended (replays)."""
    before = decode_cursor(cursor) if cursor else None
    states = live.ON_AIR_STATES if room_state is RoomState.ON_AIR else (room_state,) if room_state else tuple(RoomState)
    viewer_id = maybe_caller.account_id if maybe_caller else None
    async with ctx.database.connection() as connection:
        await accounts.get_account(connection, account_id)
        rooms = await live.list_rooms_of_host(connection, account_id, states, before=before, limit=limit + 1)
        shown = rooms[:limit]
        reminded = await queries.find_reminded(connection, viewer_id, [room.room_id for room in shown])
    return Page(
        items=[
            CreatorRoom(
                room_id=room.room_id,
                title=room.title,
                cover_url=room.cover_url,
                state=room.state,
                online=room.online,
                planned_at=room.planned_at,
                started_at=room.started_at,
                ended_at=room.ended_at,
                is_reminded=room.room_id in reminded,
            )
            for room in shown
        ],
        next_cursor=encode_cursor(shown[-1].room_id) if len(rooms) > limit else None,
    )


@put(
    "/api/rooms/{room_id:uuid}/reminder",
    tags=TAGS,
    opt=access(Access.MEMBER),
    status_code=204,
    responses=problems(UnauthenticatedError, NotFoundError, RoomEndedError, InvalidInputError, TooManyRequestsError),
)
async def put_reminder(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """Be told when a planned room goes on air; again is fine."""
    await remind.set_reminder(ctx, caller.account_id, room_id)


@delete(
    "/api/rooms/{room_id:uuid}/reminder",
    tags=TAGS,
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, TooManyRequestsError),
)
async def delete_reminder(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> None:
    """Be told no more; again is fine."""
    await remind.drop_reminder(ctx, caller.account_id, room_id)


routes = [
    read_creator_card,
    follow,
    unfollow,
    list_following,
    list_creator_videos,
    list_creator_rooms,
    put_reminder,
    delete_reminder,
]
