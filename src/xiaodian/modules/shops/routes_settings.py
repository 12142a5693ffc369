"""HTTP: what a shop has set for itself."""

from uuid import UUID

from litestar import get, put
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import PostalAddress, ShopId, ShopPage
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.modules.shops import queries, settings_queries
from xiaodian.modules.shops.service import change_settings
from xiaodian.modules.shops.wire_settings import (
    LowStockInput,
    NoticeSettings,
    PostalAddressInput,
    ReturnAddressAnswer,
    ShopPageInput,
    WantedInput,
)

TAGS = ["shops"]
MEMBER = access(Access.MEMBER)
SHOP = "/api/shops/{shop_id:uuid}"
READ_PROBLEMS = problems(UnauthenticatedError, NotFoundError, ForbiddenError)
WRITE_PROBLEMS = problems(UnauthenticatedError, NotFoundError, ForbiddenError, MalformedRequestError, InvalidInputError)


@get(f"{SHOP}/page", opt=access(Access.PUBLIC), tags=TAGS, responses=problems(NotFoundError))
async def read_page(ctx: Ctx, maybe_caller: MaybeSignedIn, shop_id: FromPath[UUID]) -> ShopPage:
    """What a shop tells its buyers of itself; a sandbox shop, its staff."""
    async with ctx.database.connection() as connection:
        await queries.get_visible_shop(connection, maybe_caller, ShopId(shop_id))
        return await settings_queries.get_shop_page(connection, ShopId(shop_id))


@put(f"{SHOP}/page", opt=MEMBER, tags=TAGS, responses=WRITE_PROBLEMS)
async def write_page(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[ShopPageInput]) -> ShopPage:
    """Change it (`shop:write`)."""
    return await change_settings.change_page(ctx.database, caller, ShopId(shop_id), data)


@get(f"{SHOP}/return-address", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def read_return_address(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> ReturnAddressAnswer:
    """Where goods go back to (`shop:read`)."""
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, ShopId(shop_id), Scope.SHOP_READ)
        found = await settings_queries.find_return_address(connection, ShopId(shop_id))
    return ReturnAddressAnswer(return_address=found)


@put(f"{SHOP}/return-address", opt=MEMBER, tags=TAGS, responses=WRITE_PROBLEMS)
async def write_return_address(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[PostalAddressInput]
) -> PostalAddress:
    """Say where goods go back to from now on (`shop:write`)."""
    return await change_settings.change_return_address(ctx.database, caller, ShopId(shop_id), data)


@get(f"{SHOP}/notice-settings", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def read_notice_settings(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> NoticeSettings:
    """What I want to be told of in this shop, and when its stock is low (`shop:read`)."""
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, ShopId(shop_id), Scope.SHOP_READ)
        wanted = await settings_queries.get_wanted_notices(connection, ShopId(shop_id), caller.account_id)
        below = await settings_queries.get_low_stock_below(connection, ShopId(shop_id))
    return NoticeSettings(wanted=sorted(wanted), low_stock_below=below)


@put(f"{SHOP}/notice-settings/wanted", opt=MEMBER, tags=TAGS, status_code=204, responses=WRITE_PROBLEMS)
async def write_wanted_notices(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[WantedInput]
) -> None:
    """Say what I want to be told of in this shop (`shop:read`)."""
    await change_settings.choose_notices(ctx.database, caller, ShopId(shop_id), data.wanted)


@put(f"{SHOP}/notice-settings/low-stock", opt=MEMBER, tags=TAGS, status_code=204, responses=WRITE_PROBLEMS)
async def write_low_stock(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[LowStockInput]) -> None:
    """Say when stock is low in this shop (`shop:write`)."""
    await change_settings.change_low_stock(ctx.database, caller, ShopId(shop_id), data.below)


routes = [
    read_page,
    write_page,
    read_return_address,
    write_return_address,
    read_notice_settings,
    write_wanted_notices,
    write_low_stock,
]
