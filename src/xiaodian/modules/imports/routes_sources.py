"""HTTP: a shop's places on other platforms."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.imports import SourceId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.imports.sources import keep_sources
from xiaodian.modules.imports.sources.keep_sources import SourceInput, SourceList, SourceView

_PATH = "/api/shops/{shop_id:uuid}/sources"
_PROBLEMS = problems(NotFoundError, ForbiddenError, UnauthenticatedError)


@get(_PATH, opt=access(Access.MEMBER), tags=["imports"], responses=_PROBLEMS)
async def list_sources(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> SourceList:
    """Shops on other platforms that products are brought in from; their keys are not shown."""
    return await keep_sources.list_sources(ctx, caller, shop_id)


@post(_PATH, opt=access(Access.MEMBER), tags=["imports"], responses=_PROBLEMS | problems(InvalidInputError))
async def add_source(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[SourceInput]) -> SourceView:
    """Remember a shop of WooCommerce or Shopify. A job of kind `source_import` brings its products in."""
    return await keep_sources.add_source(ctx, caller, shop_id, data)


@delete(_PATH + "/{source_id:uuid}", opt=access(Access.MEMBER), tags=["imports"], responses=_PROBLEMS)
async def remove_source(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], source_id: FromPath[SourceId]) -> None:
    """Forget a shop on another platform, and its keys. The products stay."""
    await keep_sources.remove_source(ctx, caller, shop_id, source_id)


routes = [list_sources, add_source, remove_source]
