"""HTTP: a shop's places on other platforms."""

from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.imports import SourceId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.imports.external import order_sources, show_orders
from xiaodian.modules.imports.external.note_orders import NotedOrders
from xiaodian.modules.imports.external.order_sources import OrderSource, OrderSourceInput
from xiaodian.modules.imports.external.show_orders import ExternalOrderView, OrderSourceList
from xiaodian.modules.imports.sources import keep_sources
from xiaodian.modules.imports.sources.keep_sources import SourceInput, SourceList, SourceView

MAX_MESSAGE_BYTES = 262_144
PageSize = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
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


@post(
    "/api/shops/{shop_id:uuid}/order-sources",
    opt=access(Access.MEMBER),
    tags=["imports"],
    responses=_PROBLEMS | problems(InvalidInputError),
)
async def add_order_source(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[OrderSourceInput]
) -> OrderSource:
    """Let a platform where goods of the shop are sold tell of their orders; its secret is told this once."""
    return await order_sources.add_order_source(ctx, caller, shop_id, data)


@get("/api/shops/{shop_id:uuid}/order-sources", opt=access(Access.MEMBER), tags=["imports"], responses=_PROBLEMS)
async def list_order_sources(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> OrderSourceList:
    """The platforms that tell of orders, and how much they have told; their secrets are not shown."""
    return await show_orders.list_order_sources(ctx, caller, shop_id)


@post(
    "/api/shops/{shop_id:uuid}/order-sources/{source_id:uuid}/secret",
    opt=access(Access.MEMBER),
    tags=["imports"],
    status_code=200,
    responses=_PROBLEMS,
)
async def renew_order_source_secret(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], source_id: FromPath[SourceId]
) -> OrderSource:
    """Give a platform another secret, told this once. What is signed with the old one is refused from now on."""
    return await order_sources.renew_secret(ctx, caller, shop_id, source_id)


@get(
    "/api/shops/{shop_id:uuid}/order-sources/{source_id:uuid}/orders",
    opt=access(Access.MEMBER),
    tags=["imports"],
    responses=_PROBLEMS | problems(InvalidInputError),
)
async def list_external_orders(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    source_id: FromPath[SourceId],
    cursor: FromQuery[str | None] = None,
    limit: PageSize = 20,
) -> Page[ExternalOrderView]:
    """What a platform told of, the latest first."""
    return await show_orders.list_external_orders(ctx, caller, shop_id, source_id, cursor=cursor, limit=limit)


@post(
    "/api/imports/external-orders/{source_id:uuid}",
    opt=access(Access.SIGNED),
    tags=["imports"],
    status_code=200,
    request_max_body_size=MAX_MESSAGE_BYTES,
    responses=problems(ForbiddenError, MalformedRequestError, PayloadTooLargeError),
)
async def take_external_orders(ctx: Ctx, request: Request[Any, Any, Any], source_id: FromPath[SourceId]) -> NotedOrders:
    """Take in what became of orders placed elsewhere: `{"orders": [...]}`, signed by Standard Webhooks.

    The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` prove who says so. The same message may come
    again; an older one never overwrites what a newer one said.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    return await order_sources.take_orders(ctx, source_id, headers, await request.body())


routes = [
    list_sources,
    add_source,
    remove_source,
    list_order_sources,
    add_order_source,
    renew_order_source_secret,
    list_external_orders,
    take_external_orders,
]
