"""Routes of shops: their own systems, the apps they have let in, and what those did."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.apps import TooManyAppsError, TooManySecretsError
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.service import connections, own_systems
from xiaodian.modules.apps.service import list_calls as service
from xiaodian.modules.apps.service.list_calls import CallFilter, Outcome
from xiaodian.modules.apps.wire import (
    AppList,
    CallView,
    ConnectionList,
    NewSecret,
    NewSystem,
    SystemInput,
    to_app_view,
    to_call_view,
    to_connection_view,
    to_new_secret,
    to_new_system,
)
from xiaodian.modules.shops import api as shops

SYSTEMS = "/api/shops/{shop_id:uuid}/systems"
CONNECTIONS = "/api/shops/{shop_id:uuid}/connections"
TAGS = ["apps"]
OPT = access(Access.MEMBER)


@get(SYSTEMS, opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def list_systems(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> AppList:
    """The shop's own systems."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.SHOP_READ)
        found = await queries.list_systems_of(connection, shop_id)
        kept = await queries.list_secrets(connection, [app.app_id for app in found])
    return AppList(items=[to_app_view(app, kept[app.app_id]) for app in found])


@post(SYSTEMS, opt=OPT, tags=TAGS, responses=problems(InvalidInputError, NotFoundError, TooManyAppsError))
async def create_system(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[SystemInput]
) -> NewSystem:
    """A program of the shop's own, with its first secret; it gets tokens by `client_credentials`."""
    made = await own_systems.create_system(ctx, caller, shop_id, name=data.name, scopes=data.scopes)
    return to_new_system(*made)


@delete(f"{SYSTEMS}/{{app_id:uuid}}", opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def delete_system(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], app_id: FromPath[UUID]) -> None:
    """Take a system away; its tokens end at once."""
    await own_systems.delete_system(ctx, caller, shop_id, app_id)


@post(f"{SYSTEMS}/{{app_id:uuid}}/secrets", opt=OPT, tags=TAGS, responses=problems(NotFoundError, TooManySecretsError))
async def create_system_secret(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], app_id: FromPath[UUID]
) -> NewSecret:
    """A second secret, shown this once, to take over from the first."""
    return to_new_secret(*await own_systems.add_system_secret(ctx, caller, shop_id, app_id))


@delete(f"{SYSTEMS}/{{app_id:uuid}}/secrets/{{secret_id:uuid}}", opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def end_system_secret(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], app_id: FromPath[UUID], secret_id: FromPath[UUID]
) -> None:
    """End a secret of a system."""
    await own_systems.end_system_secret(ctx, caller, shop_id, app_id, secret_id)


@get(CONNECTIONS, opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def list_connections(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> ConnectionList:
    """Apps that somebody let into the shop, its own systems included."""
    found = await connections.list_connections(ctx, caller, shop_id)
    return ConnectionList(items=[to_connection_view(each) for each in found])


@delete(f"{CONNECTIONS}/{{connection_id:uuid}}", opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def disconnect(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], connection_id: FromPath[UUID]) -> None:
    """Show an app out; its next call is refused."""
    await connections.disconnect(ctx, caller, shop_id, connection_id)


@get("/api/shops/{shop_id:uuid}/apps/{app_id:uuid}/calls", opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def list_calls(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    app_id: FromPath[UUID],
    method: FromQuery[Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None] = None,
    outcome: FromQuery[Outcome | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> Page[CallView]:
    """What an app did in the shop in the last 30 days, call by call; a page may have fewer than asked for."""
    wanted = CallFilter(method=method, outcome=outcome)
    page = await service.list_calls(ctx, caller, shop_id, app_id, wanted, cursor=cursor, limit=limit)
    return Page(items=[to_call_view(call) for call in page.items], next_cursor=page.next_cursor)


routes = [
    list_calls,
    list_systems,
    create_system,
    delete_system,
    create_system_secret,
    end_system_secret,
    list_connections,
    disconnect,
]
