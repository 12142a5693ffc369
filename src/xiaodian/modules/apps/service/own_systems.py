"""A shop's own systems: programs that act for the shop itself, with a secret instead of somebody's consent."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.apps import AppConnected, AppId, TooManyAppsError
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.queries import OwnApp, Secret
from xiaodian.modules.apps.rules import MAX_OWN_SYSTEMS, require_app_name, require_app_scopes
from xiaodian.modules.apps.service.register_app import delete_locked_app, insert_app
from xiaodian.modules.apps.service.secrets import delete_secret, insert_secret
from xiaodian.modules.shops import api as shops


async def create_system(
    ctx: Context, caller: Caller, shop_id: ShopId, *, name: str, scopes: Sequence[Scope]
) -> tuple[OwnApp, Secret, str]:
    """A system with its first secret. It acts as the shop's owner, with no more than its maker may do themselves.

    Raises NotFoundError, ForbiddenError, InvalidInputError, TooManyAppsError.
    """
    shown, wanted = require_app_name(name), require_app_scopes(scopes)
    async with ctx.database.transaction() as connection:
        shop = await shops.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
        beyond = wanted - await shops.get_rights(connection, caller, shop_id)
        if beyond:
            raise ForbiddenError(right=min(beyond))
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('apps.app'), hashtext($1))", str(shop_id))
        if len(await queries.list_systems_of(connection, shop_id)) >= MAX_OWN_SYSTEMS:
            raise TooManyAppsError(limit=MAX_OWN_SYSTEMS)
        app = await _insert(connection, caller, shop, shown, wanted)
        secret, text = await insert_secret(connection, app)
        await _note(connection, caller, app, "app.system_created", scopes=" ".join(sorted(wanted)))
    await ctx.broker.poke("outbox")
    return app, secret, text


async def add_system_secret(ctx: Context, caller: Caller, shop_id: ShopId, app_id: UUID) -> tuple[Secret, str]:
    """A second secret, to rotate. Who gets it may do what the system may, so they must have these rights themselves.

    Raises NotFoundError, ForbiddenError, TooManySecretsError.
    """
    async with ctx.database.transaction() as connection:
        app = await _lock(connection, caller, shop_id, app_id)
        if beyond := frozenset(app.scopes) - await shops.get_rights(connection, caller, shop_id):
            raise ForbiddenError(right=min(beyond))
        made = await insert_secret(connection, app)
        await _note(connection, caller, app, "app.secret_added")
        return made


async def end_system_secret(ctx: Context, caller: Caller, shop_id: ShopId, app_id: UUID, secret_id: UUID) -> None:
    """From now on the system does not get in with it. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        app = await _lock(connection, caller, shop_id, app_id)
        await delete_secret(connection, app_id, secret_id)
        await _note(connection, caller, app, "app.secret_ended")


async def delete_system(ctx: Context, caller: Caller, shop_id: ShopId, app_id: UUID) -> None:
    """Take a system away, with its tokens. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        app = await _lock(connection, caller, shop_id, app_id)
        ended = await delete_locked_app(connection, app_id)
        await _note(connection, caller, app, "app.system_deleted")
    await ctx.broker.poke("outbox")
    await accounts.end_tokens(ctx.broker, ended)


async def _lock(connection: Connection, caller: Caller, shop_id: ShopId, app_id: UUID) -> OwnApp:
    await shops.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
    await connection.execute("SELECT FROM apps.app WHERE app_id = $1 FOR NO KEY UPDATE", app_id)
    app = await queries.get_own_app(connection, app_id)
    if app.shop_id != shop_id:
        raise NotFoundError
    return app


async def _insert(connection: Connection, caller: Caller, shop: Shop, name: str, scopes: frozenset[Scope]) -> OwnApp:
    app_id = AppId(new_id())
    await insert_app(
        connection,
        app_id,
        caller.account_id,
        shop_id=shop.shop_id,
        name=name,
        icon_url=None,
        is_public=False,
        redirect_uris=[],
        scopes=scopes,
    )
    await connection.execute(
        """
        INSERT INTO apps.connection (connection_id, shop_id, app_id, account_id, scopes) VALUES ($1, $2, $3, $4, $5)
        """,
        new_id(),
        shop.shop_id,
        app_id,
        shop.owner_id,
        sorted(scope.value for scope in scopes),
    )
    await outbox.emit(
        connection,
        AppConnected(shop_id=shop.shop_id, app_id=app_id, account_id=shop.owner_id, scopes=sorted(scopes)),
    )
    return await queries.get_own_app(connection, app_id)


async def _note(connection: Connection, caller: Caller, app: OwnApp, deed: str, **details: str) -> None:
    if app.shop_id is None:
        raise NotFoundError
    await shops.note_deed(
        connection, caller, app.shop_id, deed=deed, target=str(app.app_id), details={"app": app.name, **details}
    )
