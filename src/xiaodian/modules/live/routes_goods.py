"""HTTP: what a shop sells, for whoever looks around in it."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, MaybeSignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.live.service.list_goods import list_goods


@get(
    "/api/shops/{shop_id:uuid}/goods",
    opt=access(Access.PUBLIC),
    tags=["shops"],
    responses=problems(NotFoundError, InvalidInputError),
)
async def list_shop_goods(
    ctx: Ctx,
    maybe_caller: MaybeSignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[BagItem]:
    """What is on sale in a shop, the newest first, as it is bought there; nothing while the shop is closed."""
    async with ctx.database.connection() as connection:
        return await list_goods(connection, maybe_caller, ShopId(shop_id), cursor=cursor, limit=limit)


routes = [list_shop_goods]
