"""Routes of developers: their apps and secrets."""

from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.apps import TooManyAppsError, TooManySecretsError
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.queries import OwnApp
from xiaodian.modules.apps.service import register_app, secrets
from xiaodian.modules.apps.wire import AppInput, AppList, AppPatch, AppView, NewSecret, to_app_view, to_new_secret

PATH = "/api/me/apps"
TAGS = ["apps"]
OPT = access(Access.MEMBER)


@get(PATH, opt=OPT, tags=TAGS)
async def list_my_apps(ctx: Ctx, caller: SignedIn) -> AppList:
    """Apps that the account develops."""
    async with ctx.database.connection() as connection:
        found = await queries.list_apps_of(connection, caller.account_id)
        kept = await queries.list_secrets(connection, [app.app_id for app in found])
    return AppList(items=[to_app_view(app, kept[app.app_id]) for app in found])


@post(PATH, opt=OPT, tags=TAGS, responses=problems(InvalidInputError, TooManyAppsError))
async def create_app(ctx: Ctx, caller: SignedIn, data: JSONBody[AppInput]) -> AppView:
    """Register an app. Its first secret is made apart, if it is not a public one."""
    app = await register_app.register_app(
        ctx,
        caller.account_id,
        name=data.name,
        icon_url=data.icon_url,
        is_public=data.is_public,
        redirect_uris=data.redirect_uris,
        scopes=data.scopes,
    )
    return to_app_view(app, [])


@patch(f"{PATH}/{{app_id:uuid}}", opt=OPT, tags=TAGS, responses=problems(InvalidInputError, NotFoundError))
async def change_app(ctx: Ctx, caller: SignedIn, app_id: FromPath[UUID], data: JSONBody[AppPatch]) -> AppView:
    """Change an app. A scope taken away is lost at once; a new one takes effect with the next consent."""
    app = await register_app.change_app(
        ctx,
        caller.account_id,
        app_id,
        name=data.name,
        icon_url=data.icon_url,
        redirect_uris=data.redirect_uris,
        scopes=data.scopes,
    )
    return await _view(ctx, app)


@delete(f"{PATH}/{{app_id:uuid}}", opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def delete_app(ctx: Ctx, caller: SignedIn, app_id: FromPath[UUID]) -> None:
    """Take an app away; every shop that let it in is rid of it at once."""
    await register_app.delete_app(ctx, caller.account_id, app_id)


@post(
    f"{PATH}/{{app_id:uuid}}/secrets",
    opt=OPT,
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, TooManySecretsError),
)
async def create_secret(ctx: Ctx, caller: SignedIn, app_id: FromPath[UUID]) -> NewSecret:
    """A new secret, shown this once. Two may live at a time, so that one takes over from the other."""
    return to_new_secret(*await secrets.add_secret(ctx, caller, app_id))


@delete(f"{PATH}/{{app_id:uuid}}/secrets/{{secret_id:uuid}}", opt=OPT, tags=TAGS, responses=problems(NotFoundError))
async def end_secret(ctx: Ctx, caller: SignedIn, app_id: FromPath[UUID], secret_id: FromPath[UUID]) -> None:
    """End a secret; tokens that were bought with it live on."""
    await secrets.end_secret(ctx, caller, app_id, secret_id)


async def _view(ctx: Context, app: OwnApp) -> AppView:
    async with ctx.database.connection() as connection:
        return to_app_view(app, (await queries.list_secrets(connection, [app.app_id]))[app.app_id])


routes = [list_my_apps, create_app, change_app, delete_app, create_secret, end_secret]
