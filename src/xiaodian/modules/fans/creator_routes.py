"""HTTP: fans of a creator, to that creator alone."""

from typing import Annotated

from litestar import get
from litestar.params import FromPath, FromQuery, Parameter

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.fans.creator_queries import Asked
from xiaodian.modules.fans.service import see_own_fans
from xiaodian.modules.fans.service.find_named import MOST_NAME_CHARS
from xiaodian.modules.fans.wire_creator import (
    CreatorFan,
    CreatorFanGroup,
    CreatorFanPage,
    CreatorFanSort,
    CreatorGroups,
)

TAGS = ["fans"]
FANS = "/api/me/fans"
MEMBER = access(Access.MEMBER, Scope.AUDIENCE_READ)


@get(FANS, opt=MEMBER, tags=TAGS, responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError))
async def list_own_fans(
    ctx: Ctx,
    caller: SignedIn,
    group: FromQuery[CreatorFanGroup] = CreatorFanGroup.ALL,
    sort: FromQuery[CreatorFanSort] = CreatorFanSort.LATEST,
    name: Annotated[str, Parameter(max_length=MOST_NAME_CHARS)] = "",
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> Page[CreatorFan]:
    """Who follows the caller, was in their rooms or films, or bought there, with this part in their name.

    Of who owns a shop: who bought others' goods there; the rest are the shop's fans. A page may be short though there
    are more.
    """
    asked = Asked(caller.account_id, group, sort, utc_now())
    async with ctx.database.connection() as connection:
        return await see_own_fans.list_own_fans(connection, asked, name=name.strip(), cursor=cursor, limit=limit)


@get(f"{FANS}/groups", opt=MEMBER, tags=TAGS, responses=problems(UnauthenticatedError))
async def count_own_fans(ctx: Ctx, caller: SignedIn) -> CreatorGroups:
    """How many fans of the caller are in each ready group."""
    async with ctx.database.connection() as connection:
        return await see_own_fans.count_groups(connection, caller.account_id, utc_now())


@get(f"{FANS}/{{account_id:uuid}}", opt=MEMBER, tags=TAGS, responses=problems(UnauthenticatedError, NotFoundError))
async def read_own_fan(ctx: Ctx, caller: SignedIn, account_id: FromPath[AccountId]) -> CreatorFanPage:
    """What a fan did with the caller's rooms and films."""
    async with ctx.database.connection() as connection:
        return await see_own_fans.see_own_fan(connection, caller.account_id, account_id)


routes = [list_own_fans, count_own_fans, read_own_fan]
