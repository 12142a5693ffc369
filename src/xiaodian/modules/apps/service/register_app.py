"""A developer registers an app, changes it and takes it away."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import UNSET, UnsetType

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.apps import AppId, TooManyAppsError
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.queries import OwnApp
from xiaodian.modules.apps.rules import (
    MAX_APPS,
    is_own_picture,
    require_app_name,
    require_app_scopes,
    require_redirect_uris,
)
from xiaodian.modules.apps.service.end_tokens import end_connections


async def register_app(
    ctx: Context,
    owner_id: AccountId,
    *,
    name: str,
    icon_url: str | None,
    is_public: bool,
    redirect_uris: Sequence[str],
    scopes: Sequence[Scope],
) -> OwnApp:
    """A new app, without a secret yet. Raises InvalidInputError, TooManyAppsError."""
    shown = require_app_name(name)
    wanted = require_app_scopes(scopes)
    addresses = require_redirect_uris(redirect_uris)
    _require_icon(icon_url)
    async with ctx.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('apps.app'), hashtext($1))", str(owner_id))
        if len(await queries.list_apps_of(connection, owner_id)) >= MAX_APPS:
            raise TooManyAppsError(limit=MAX_APPS)
        app_id = AppId(new_id())
        await insert_app(
            connection,
            app_id,
            owner_id,
            shop_id=None,
            name=shown,
            icon_url=icon_url,
            is_public=is_public,
            redirect_uris=addresses,
            scopes=wanted,
        )
        return await queries.get_own_app(connection, app_id)


async def change_app(
    ctx: Context,
    owner_id: AccountId,
    app_id: UUID,
    *,
    name: str | UnsetType = UNSET,
    icon_url: str | UnsetType | None = UNSET,
    redirect_uris: Sequence[str] | UnsetType = UNSET,
    scopes: Sequence[Scope] | UnsetType = UNSET,
) -> OwnApp:
    """Change what is given. Scopes taken away are lost at once by every token; new ones need a new consent.

    Raises NotFoundError to anybody but its developer, InvalidInputError.
    """
    async with ctx.database.transaction() as connection:
        app = await lock_app(connection, owner_id, app_id)
        icon = app.icon_url if icon_url is UNSET else icon_url
        _require_icon(icon)
        wanted = frozenset(app.scopes) if scopes is UNSET else require_app_scopes(scopes)
        await connection.execute(
            "UPDATE apps.app SET name = $2, icon_url = $3, redirect_uris = $4, scopes = $5 WHERE app_id = $1",
            app_id,
            app.name if name is UNSET else require_app_name(name),
            icon,
            app.redirect_uris if redirect_uris is UNSET else require_redirect_uris(redirect_uris),
            sorted(scope.value for scope in wanted),
        )
        changed = await queries.get_own_app(connection, app_id)
        narrowed = await _access_tokens_of(connection, app_id) if frozenset(app.scopes) - wanted else []
    await accounts.end_tokens(ctx.broker, narrowed)
    return changed


async def delete_app(ctx: Context, owner_id: AccountId, app_id: UUID) -> None:
    """Take an app away with all its connections; its calls stay in the logs. Raises NotFoundError."""
    async with ctx.database.transaction() as connection:
        await lock_app(connection, owner_id, app_id)
        ended = await delete_locked_app(connection, app_id)
    await ctx.broker.poke("outbox")
    await accounts.end_tokens(ctx.broker, ended)


async def delete_locked_app(connection: Connection, app_id: UUID) -> list[bytes]:
    """The same within a transaction; answers the hashes of access tokens, for `accounts.end_tokens`."""
    await connection.execute("UPDATE apps.app SET deleted_at = now() WHERE app_id = $1", app_id)
    await connection.execute("DELETE FROM apps.secret WHERE app_id = $1", app_id)
    rows = await connection.fetch(
        "SELECT connection_id FROM apps.connection WHERE app_id = $1 AND ended_at IS NULL ORDER BY connection_id",
        app_id,
    )
    return await end_connections(connection, [row["connection_id"] for row in rows])


async def lock_app(connection: Connection, owner_id: AccountId, app_id: UUID) -> OwnApp:
    """A developer's app, until the transaction ends. Raises NotFoundError to anybody else."""
    await connection.execute("SELECT FROM apps.app WHERE app_id = $1 FOR NO KEY UPDATE", app_id)
    app = await queries.get_own_app(connection, app_id)
    if app.owner_id != owner_id or app.shop_id is not None:
        raise NotFoundError
    return app


async def insert_app(
    connection: Connection,
    app_id: AppId,
    owner_id: AccountId,
    *,
    shop_id: ShopId | None,
    name: str,
    icon_url: str | None,
    is_public: bool,
    redirect_uris: Sequence[str],
    scopes: frozenset[Scope],
) -> None:
    """Write a new app."""
    await connection.execute(
        """
        INSERT INTO apps.app (app_id, owner_id, shop_id, name, icon_url, is_public, redirect_uris, scopes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        app_id,
        owner_id,
        shop_id,
        name,
        icon_url,
        is_public,
        redirect_uris,
        sorted(scope.value for scope in scopes),
    )


async def _access_tokens_of(connection: Connection, app_id: UUID) -> list[bytes]:
    """So that no process goes by what it knew of them."""
    rows = await connection.fetch(
        """
        SELECT token_hash FROM apps.token JOIN apps.connection USING (connection_id)
        WHERE app_id = $1 AND NOT is_refresh AND expires_at > now()
        """,
        app_id,
    )
    return [row["token_hash"] for row in rows]


def _require_icon(url: str | None) -> None:
    if url is not None and not is_own_picture(url):
        raise InvalidInputError(field="icon_url", reason="not_our_picture")
