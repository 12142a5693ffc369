"""HTTP: notices of the platform to a shop."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import RuleNotice, ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.shops import queries, settings_queries
from xiaodian.modules.shops.service import rule_notices
from xiaodian.modules.shops.wire_settings import FoundShops, RuleNoticeInput, WrittenNotice

TAGS = ["shops"]
NOTICES = "/api/shops/{shop_id:uuid}/rule-notices"
MOST_FOUND = 20

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get(
    NOTICES,
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(UnauthenticatedError, NotFoundError, ForbiddenError, InvalidInputError),
)
async def list_shop_notices(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[RuleNotice]:
    """What the platform has told the shop, the newest first (`shop:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, ShopId(shop_id), Scope.SHOP_READ)
        found = await settings_queries.list_rule_notices(connection, ShopId(shop_id), before=before, limit=limit + 1)
    return Page(items=found[:limit], next_cursor=_next_cursor(found, limit))


@post(
    NOTICES + "/{notice_id:uuid}/confirmation",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=problems(UnauthenticatedError, NotFoundError, ForbiddenError),
)
async def confirm_notice(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], notice_id: FromPath[UUID]) -> RuleNotice:
    """Confirm that the shop has read it (`shop:write`)."""
    return await rule_notices.confirm_notice(ctx.database, caller, ShopId(shop_id), notice_id)


@get(
    "/api/operator/rule-notices",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(UnauthenticatedError, ForbiddenError, InvalidInputError),
)
async def list_written_notices(
    ctx: Ctx, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[WrittenNotice]:
    """Notices to all shops, the newest first (operator)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await settings_queries.list_rule_notices(connection, None, before=before, limit=limit + 1)
        of_shop = await queries.get_shops(connection, list({notice.shop_id for notice in found}))
    return Page(
        items=[WrittenNotice(notice=notice, shop_name=of_shop[notice.shop_id].name) for notice in found[:limit]],
        next_cursor=_next_cursor(found, limit),
    )


@post(
    "/api/operator/rule-notices",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(UnauthenticatedError, ForbiddenError, NotFoundError, MalformedRequestError, InvalidInputError),
)
async def write_notice(ctx: Ctx, caller: SignedIn, data: JSONBody[RuleNoticeInput]) -> RuleNotice:
    """Tell a shop something (operator)."""
    return await rule_notices.write_notice(ctx.database, caller, data)


@get(
    "/api/operator/shops",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(UnauthenticatedError, ForbiddenError, InvalidInputError),
)
async def find_shops(ctx: Ctx, name: Annotated[str, QueryParameter(min_length=1, max_length=60)]) -> FoundShops:
    """Shops whose names begin so; the first twenty (operator)."""
    async with ctx.database.connection() as connection:
        return FoundShops(items=await queries.find_shops_by_name(connection, name.replace("\0", ""), MOST_FOUND))


def _next_cursor(found: list[RuleNotice], limit: int) -> str | None:
    return encode_cursor(found[limit - 1].notice_id) if len(found) > limit else None


routes = [list_shop_notices, confirm_notice, list_written_notices, write_notice, find_shops]
