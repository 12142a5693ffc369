"""Apps that a shop has let in, and how it shows them out."""

from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Account, AccountId, Caller, Scope
from xiaodian.contracts.apps import App, ConnectionId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.queries import Usage
from xiaodian.modules.apps.service.end_tokens import end_connections
from xiaodian.modules.shops import api as shops

MOST_CONNECTIONS = 200


class ConnectedApp(msgspec.Struct, frozen=True, kw_only=True):
    """A way into a shop that somebody gave to an app."""

    connection_id: ConnectionId
    app: App
    given_by: Account | None
    scopes: list[Scope]
    created_at: datetime
    usage: Usage | None
    """Of the app in this shop, over all its connections; None: it has never called."""


async def list_connections(ctx: Context, caller: Caller, shop_id: ShopId) -> list[ConnectedApp]:
    """Live connections of a shop, the newest first. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.SHOP_READ)
        rows = await connection.fetch(
            """
            SELECT connection_id, app_id, account_id, scopes, created_at FROM apps.connection
            WHERE shop_id = $1 AND ended_at IS NULL ORDER BY connection_id DESC LIMIT $2
            """,
            shop_id,
            MOST_CONNECTIONS,
        )
        apps = await queries.get_apps(connection, {row["app_id"] for row in rows})
        people = await accounts.get_accounts(connection, [AccountId(row["account_id"]) for row in rows])
        usage = await queries.get_usage(connection, shop_id)
    return [
        ConnectedApp(
            connection_id=row["connection_id"],
            app=apps[row["app_id"]],
            given_by=people.get(row["account_id"]),
            scopes=[Scope(scope) for scope in row["scopes"]],
            created_at=row["created_at"],
            usage=usage.get(row["app_id"]),
        )
        for row in rows
    ]


async def disconnect(ctx: Context, caller: Caller, shop_id: ShopId, connection_id: UUID) -> None:
    """Show an app out at once: its next call is refused, in every process. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
        app_id = await connection.fetchval(
            """
            SELECT app_id FROM apps.connection
            WHERE connection_id = $1 AND shop_id = $2 AND ended_at IS NULL FOR NO KEY UPDATE
            """,
            connection_id,
            shop_id,
        )
        if app_id is None:
            raise NotFoundError
        ended = await end_connections(connection, [ConnectionId(connection_id)])
        [app] = (await queries.get_apps(connection, [app_id])).values()
        await shops.note_deed(
            connection, caller, shop_id, deed="app.disconnected", target=str(app_id), details={"app": app.name}
        )
    await ctx.broker.poke("outbox")
    await accounts.end_tokens(ctx.broker, ended)
