"""Consent: what an app asks of somebody on a shop's staff, and what they decide."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.apps import AppConnected, BadAuthorizationRequestError, ConnectionId
from xiaodian.contracts.base import ForbiddenError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.accounts.api import hash_token
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.protocol import AuthorizationRequest, OAuth2Error, error_address
from xiaodian.modules.apps.protocol_rows import Exchange
from xiaodian.modules.apps.queries import OwnApp
from xiaodian.modules.apps.rules import CODE_LIFE
from xiaodian.modules.shops import api as shops
from xiaodian.modules.shops.api import Workplace

MOST_SHOPS = 100


class Question(NamedTuple):
    """What the consent page asks."""

    app: OwnApp
    developer: str
    scopes: frozenset[Scope]
    workplaces: list[Workplace]
    redirect_uri: str


async def find_error_address(ctx: Context, fields: Mapping[str, str], issuer: str) -> str | None:
    """Where to send a browser at once because what its app asks cannot be asked; None if somebody is to be asked.

    None too where the app itself, or its address, is wrong: then nobody is sent anywhere, the consent page says so.
    """
    async with ctx.database.connection() as connection:
        try:
            await _read(connection, fields, issuer)
        except OAuth2Error as error:
            return error_address(error, issuer)
    return None


async def ask(ctx: Context, caller: Caller, fields: Mapping[str, str], issuer: str) -> Question:
    """What the app asks, and where the caller could let it in. Raises BadAuthorizationRequestError."""
    async with ctx.database.connection() as connection:
        request = await _read_or_refuse(connection, fields, issuer)
        app = await queries.get_own_app(connection, request.client.app_id)
        developer = await accounts.get_account(connection, app.owner_id)
        workplaces = await shops.list_workplaces(connection, caller.account_id, MOST_SHOPS)
    return Question(
        app=app,
        developer=developer.display_name,
        scopes=request.scopes,
        workplaces=workplaces,
        redirect_uri=request.redirect_uri,
    )


async def approve(ctx: Context, caller: Caller, fields: Mapping[str, str], issuer: str, shop_id: ShopId) -> str:
    """Let the app into a shop with what it asks and the caller's role has; answers where to send the browser.

    What was agreed to last is what holds, also for tokens from before. Raises BadAuthorizationRequestError,
    NotFoundError to who is not on the staff, ForbiddenError to whose role has nothing of it.
    """
    async with ctx.database.transaction() as connection:
        request = await _read_or_refuse(connection, fields, issuer)
        held = await shops.get_rights(connection, caller, shop_id)
        scopes = request.scopes & held
        if not scopes:
            raise ForbiddenError(right=min(request.scopes))
        address, code = request.approve()
        connection_id = await _connect(connection, caller, shop_id, request.client.app_id, scopes)
        await _keep_code(connection, code, connection_id, fields, scopes)
    await ctx.broker.poke("outbox")
    return address


async def deny(ctx: Context, fields: Mapping[str, str], issuer: str) -> str:
    """Where to send the browser of who does not want it. Raises BadAuthorizationRequestError."""
    async with ctx.database.connection() as connection:
        return (await _read_or_refuse(connection, fields, issuer)).deny()


async def _read(connection: Connection, fields: Mapping[str, str], issuer: str) -> AuthorizationRequest:
    client = await queries.find_client(connection, fields.get("client_id", ""))
    return AuthorizationRequest(Exchange(client=client, now=utc_now(), issuer=issuer), fields)


async def _read_or_refuse(connection: Connection, fields: Mapping[str, str], issuer: str) -> AuthorizationRequest:
    try:
        return await _read(connection, fields, issuer)
    except OAuth2Error as error:
        raise BadAuthorizationRequestError(reason=error.error, detail=error.get_error_description()) from error


async def _connect(
    connection: Connection, caller: Caller, shop_id: ShopId, app_id: UUID, scopes: frozenset[Scope]
) -> ConnectionId:
    names = sorted(scope.value for scope in scopes)
    app = await queries.get_own_app(connection, app_id)
    connection_id: ConnectionId = await connection.fetchval(
        """
        INSERT INTO apps.connection (connection_id, shop_id, app_id, account_id, scopes) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (shop_id, app_id, account_id) WHERE ended_at IS NULL DO UPDATE SET scopes = excluded.scopes
        RETURNING connection_id
        """,
        new_id(),
        shop_id,
        app_id,
        caller.account_id,
        names,
    )
    await shops.note_deed(
        connection,
        caller,
        shop_id,
        deed="app.connected",
        target=str(app_id),
        details={"app": app.name, "scopes": " ".join(names)},
    )
    await outbox.emit(
        connection,
        AppConnected(shop_id=shop_id, app_id=app.app_id, account_id=caller.account_id, scopes=sorted(scopes)),
    )
    return connection_id


async def _keep_code(
    connection: Connection,
    code: str,
    connection_id: ConnectionId,
    fields: Mapping[str, str],
    scopes: frozenset[Scope],
) -> None:
    """Without an address in the request, the token request need not name one either (RFC 6749, 4.1.3)."""
    await connection.execute(
        """
        INSERT INTO apps.code (code_hash, connection_id, family_id, redirect_uri, scopes, challenge, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        hash_token(code),
        connection_id,
        new_id(),
        fields.get("redirect_uri", ""),
        sorted(scope.value for scope in scopes),
        fields["code_challenge"],
        utc_now() + CODE_LIFE,
    )
