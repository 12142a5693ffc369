"""HTTP: fan clubs, as fans see them and as shops set them."""

from typing import Annotated, Any

from litestar import Request, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.club import wire
from xiaodian.modules.club.rules import MOST_LEVELS
from xiaodian.modules.club.service import join_club, list_members, see_club, set_club

TAGS = ["fans"]
SHOP_CLUB = "/api/shops/{shop_id:uuid}/fan-club"
CLUB = "/api/fan-clubs/{shop_id:uuid}"
READS = problems(UnauthenticatedError, ForbiddenError, NotFoundError)
ASKS = problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError, NotFoundError)
AnyRequest = Request[Any, Any, Any]
Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]
Level = Annotated[int | None, QueryParameter(ge=1, le=MOST_LEVELS)]


def _language(request: AnyRequest) -> str:
    return language_of(request)


@get(CLUB, opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def read_fan_club(ctx: Ctx, maybe_caller: MaybeSignedIn, shop_id: FromPath[ShopId]) -> wire.ClubView:
    """The rules of a shop's fan club, and where the reader stands in it."""
    async with ctx.database.connection() as connection:
        return await see_club.see_club(connection, shop_id, maybe_caller.account_id if maybe_caller else None)


@post(
    f"{CLUB}/membership",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=problems(
        MalformedRequestError, InvalidInputError, UnauthenticatedError, NotFoundError, TooManyRequestsError
    ),
)
async def join_fan_club(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[wire.JoinInput]
) -> wire.ClubView:
    """Follow the shop's owner and join the club; what was bought before counts. Who is in it already stays."""
    seen = await join_club.join_club(ctx, caller, shop_id, data.room_id)
    await ctx.broker.poke(POKE)
    return seen


@post(
    f"{CLUB}/membership/end",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=problems(UnauthenticatedError),
)
async def leave_fan_club(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> None:
    """Leave the club; what was counted is forgotten. Following goes on."""
    await join_club.leave_club(ctx, caller, shop_id)


@get(
    f"{CLUB}/points",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError),
)
async def read_club_points(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> wire.ClubHistory:
    """What the caller's points came of, the newest first."""
    async with ctx.database.connection() as connection:
        return await see_club.see_history(
            connection, shop_id, caller.account_id, ctx.settings.books_utc_offset_h, utc_now()
        )


@get("/api/me/fan-clubs", opt=access(Access.MEMBER), tags=TAGS, responses=problems(UnauthenticatedError))
async def list_own_fan_clubs(ctx: Ctx, caller: SignedIn) -> wire.OwnClubs:
    """The clubs that the caller is in."""
    async with ctx.database.connection() as connection:
        return await see_club.see_own_clubs(connection, caller.account_id)


@get(f"{SHOP_CLUB}/settings", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def read_club_settings(
    ctx: Ctx,
    caller: SignedIn,
    request: AnyRequest,
    shop_id: FromPath[ShopId],
) -> wire.ClubSettings:
    """The club as it is set, with how many members each level has; or one that is ready to be opened."""
    return await set_club.see_settings(ctx.database, caller, shop_id, _language(request))


@put(f"{SHOP_CLUB}/settings", opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=ASKS)
async def set_fan_club(
    ctx: Ctx,
    caller: SignedIn,
    request: AnyRequest,
    shop_id: FromPath[ShopId],
    data: JSONBody[wire.ClubInput],
) -> wire.ClubSettings:
    """Open the club, change its rules and levels, or close it; members are counted anew within moments."""
    return await set_club.set_club(ctx.database, caller, shop_id, data, _language(request))


@get(f"{SHOP_CLUB}/members", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def list_club_members(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    level: Level = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[wire.ClubMember]:
    """Members of the club, or of one level of it, the highest first."""
    async with ctx.database.connection() as connection:
        return await list_members.list_members(connection, caller, shop_id, level, cursor=cursor, limit=limit)


routes = [
    read_fan_club,
    join_fan_club,
    leave_fan_club,
    read_club_points,
    list_own_fan_clubs,
    read_club_settings,
    set_fan_club,
    list_club_members,
]
