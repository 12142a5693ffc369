"""Routes of shops."""

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.base import InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import HasShopError, Shop, ShopId, ShopNameTakenError
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.shops import queries, routes_deeds, routes_freight, routes_notices, routes_settings, routes_staff
from xiaodian.modules.shops.service import change_shop, open_shop
from xiaodian.modules.shops.wire import ShopInput, ShopList, ShopPatch

MOST_SHOPS_OF_STAFF = 100


@post(
    "/api/shops",
    tags=["shops"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, InvalidInputError, HasShopError, ShopNameTakenError),
)
async def create_shop(ctx: Ctx, caller: SignedIn, data: JSONBody[ShopInput]) -> Shop:
    """Open the account's own shop."""
    return await open_shop.open_shop(ctx, caller.account_id, data.name)


@get("/api/shops/mine", tags=["shops"], opt=access(Access.MEMBER), responses=problems(UnauthenticatedError))
async def list_my_shops(ctx: Ctx, caller: SignedIn) -> ShopList:
    """Shops the account works for, with its role and rights in each."""
    async with ctx.database.connection() as connection:
        shops = await queries.list_my_shops(connection, caller, MOST_SHOPS_OF_STAFF)
    return ShopList(items=shops)


@get("/api/shops/{shop_id:uuid}", tags=["shops"], opt=access(Access.PUBLIC), responses=problems(NotFoundError))
async def read_shop(ctx: Ctx, maybe_caller: MaybeSignedIn, shop_id: FromPath[ShopId]) -> Shop:
    """A shop as everybody sees it; a sandbox shop only for its staff."""
    async with ctx.database.connection() as connection:
        return await queries.get_visible_shop(connection, maybe_caller, shop_id)


@patch(
    "/api/shops/{shop_id:uuid}",
    tags=["shops"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, InvalidInputError, NotFoundError, ShopNameTakenError),
)
async def update_shop(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[ShopPatch]) -> Shop:
    """Rename the shop, open it or close it (`shop:write`)."""
    return await change_shop.change_shop(ctx, caller, shop_id, name=data.name, is_open=data.is_open)


routes = [
    create_shop,
    list_my_shops,
    read_shop,
    update_shop,
    *routes_freight.routes,
    *routes_staff.routes,
    *routes_deeds.routes,
    *routes_settings.routes,
    *routes_notices.routes,
]
