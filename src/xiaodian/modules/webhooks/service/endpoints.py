"""Endpoints of a shop: made, changed, switched on and off, given another secret, removed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import UNSET

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.apps import AppDisconnected
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import DisabledReason, EndpointId, TooManyWebhooksError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbound import check_address
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks import queries
from xiaodian.modules.webhooks.catalogue import CATALOGUE, CHOOSABLE, rights_for
from xiaodian.modules.webhooks.models import Endpoint
from xiaodian.modules.webhooks.queries import get_endpoint
from xiaodian.modules.webhooks.rules import OLD_SECRET_FOR
from xiaodian.modules.webhooks.signing import new_secret, seal_secret
from xiaodian.modules.webhooks.wire import EndpointInput, EndpointPatch, EndpointSecretView, EndpointView, to_view

MAX_ENDPOINTS = 20
"""Of one shop."""

_INSERT = """
    INSERT INTO webhooks.endpoint
        (shop_id, endpoint_id, app_id, created_by, url, description, types, sealed_secret, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_CHANGE = """
    UPDATE webhooks.endpoint SET url = $3, types = $4, description = $5 WHERE shop_id = $1 AND endpoint_id = $2
"""
_ENABLE = """
    UPDATE webhooks.endpoint SET is_enabled = true, disabled_reason = NULL, disabled_at = NULL, failing_since = NULL,
        warned_at = NULL, hold_until = NULL, last_error = NULL
    WHERE shop_id = $1 AND endpoint_id = $2
"""
_DISABLE = """
    UPDATE webhooks.endpoint SET is_enabled = false, disabled_reason = $3, disabled_at = $4
    WHERE shop_id = $1 AND endpoint_id = $2
"""
_DELETE = "DELETE FROM webhooks.endpoint WHERE shop_id = $1 AND endpoint_id = $2"
_DELETE_OF_APP = """
    DELETE FROM webhooks.endpoint WHERE shop_id = $1 AND app_id = $2 AND created_by = $3 RETURNING endpoint_id
"""
_ROTATE = """
    UPDATE webhooks.endpoint SET sealed_previous = sealed_secret, previous_until = $4, sealed_secret = $3
    WHERE shop_id = $1 AND endpoint_id = $2
"""


async def list_endpoints(ctx: Context, caller: Caller, shop_id: ShopId) -> list[EndpointView]:
    """The endpoints that the caller may see: an app its own, people all. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_READ)
        endpoints = await queries.list_endpoints(connection, caller, shop_id)
        health = await queries.get_health(connection, endpoints)
    return [to_view(endpoint, health[endpoint.endpoint_id]) for endpoint in endpoints]


async def read_endpoint(ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId) -> EndpointView:
    """One endpoint. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_READ)
        return await _view(connection, await get_endpoint(connection, caller, shop_id, endpoint_id))


async def create_endpoint(ctx: Context, caller: Caller, shop_id: ShopId, data: EndpointInput) -> EndpointSecretView:
    """A new endpoint; its secret is told this once.

    Raises NotFoundError, ForbiddenError (also if the caller may not read what it wants to be told of),
    AddressRefusedError, InvalidInputError, TooManyWebhooksError.
    """
    types = _check_types(data.types)
    async with ctx.database.connection() as connection:
        await _require_rights(connection, caller, shop_id, types)
    # Looking a name up takes its time: no transaction waits for it.
    await check_address(data.url, allow_private=ctx.settings.outbound_private_addresses)
    endpoint_id, secret = EndpointId(new_id()), new_secret()
    async with ctx.database.transaction() as connection:
        await _require_rights(connection, caller, shop_id, types)
        await _check_room(connection, shop_id)
        await connection.execute(
            _INSERT,
            shop_id,
            endpoint_id,
            caller.app_id,
            caller.account_id,
            data.url,
            data.description,
            types,
            seal_secret(ctx.settings, endpoint_id, secret),
            utc_now(),
        )
        await _note(connection, caller, shop_id, "webhook.created", endpoint_id, data.url)
        view = await _view(connection, await get_endpoint(connection, caller, shop_id, endpoint_id))
    return EndpointSecretView(endpoint=view, secret=secret)


async def change_endpoint(
    ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId, data: EndpointPatch
) -> EndpointView:
    """Change an endpoint, or switch it on or off.

    Raises NotFoundError, ForbiddenError, AddressRefusedError, InvalidInputError.
    """
    types = _check_types(data.types) if data.types is not UNSET else None
    async with ctx.database.connection() as connection:
        await _require_rights(connection, caller, shop_id, types or ())
        before = await get_endpoint(connection, caller, shop_id, endpoint_id)
    if data.url is not UNSET and data.url != before.url:
        await check_address(data.url, allow_private=ctx.settings.outbound_private_addresses)
    async with ctx.database.transaction() as connection:
        await _require_rights(connection, caller, shop_id, types or ())
        before = await get_endpoint(connection, caller, shop_id, endpoint_id, lock=True)
        url = before.url if data.url is UNSET else data.url
        description = before.description if data.description is UNSET else data.description
        if (url, types or before.types, description) != (before.url, before.types, before.description):
            await connection.execute(_CHANGE, shop_id, endpoint_id, url, types or before.types, description)
            await _note(connection, caller, shop_id, "webhook.changed", endpoint_id, url)
        if data.is_enabled is not UNSET and data.is_enabled != before.is_enabled:
            await _switch(connection, caller, before, data.is_enabled, utc_now())
        view = await _view(connection, await get_endpoint(connection, caller, shop_id, endpoint_id))
    await ctx.broker.poke("webhooks")
    return view


async def rotate_secret(ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId) -> EndpointSecretView:
    """A new secret, told this once; the old one signs too for a day. Raises NotFoundError, ForbiddenError."""
    secret = new_secret()
    sealed = seal_secret(ctx.settings, endpoint_id, secret)
    async with ctx.database.transaction() as connection:
        await _require_rights(connection, caller, shop_id, ())
        endpoint = await get_endpoint(connection, caller, shop_id, endpoint_id, lock=True)
        await connection.execute(_ROTATE, shop_id, endpoint_id, sealed, utc_now() + OLD_SECRET_FOR)
        await _note(connection, caller, shop_id, "webhook.secret_rotated", endpoint_id, endpoint.url)
        view = await _view(connection, await get_endpoint(connection, caller, shop_id, endpoint_id))
    return EndpointSecretView(endpoint=view, secret=secret)


async def delete_endpoint(ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId) -> None:
    """Nothing is sent there any more, from now on. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        await _require_rights(connection, caller, shop_id, ())
        endpoint = await get_endpoint(connection, caller, shop_id, endpoint_id)
        await connection.execute(_DELETE, shop_id, endpoint_id)
        await _delete_what_waits(connection, shop_id, [endpoint_id])
        await _note(connection, caller, shop_id, "webhook.deleted", endpoint_id, endpoint.url)


async def forget_app(connection: Connection, gone: AppDisconnected) -> None:
    """What an app has sent to itself by somebody's leave ends with that leave; inside the caller's transaction."""
    rows = await connection.fetch(_DELETE_OF_APP, gone.shop_id, gone.app_id, gone.account_id)
    await _delete_what_waits(connection, gone.shop_id, [row["endpoint_id"] for row in rows])


async def _delete_what_waits(connection: Connection, shop_id: ShopId, endpoint_ids: Sequence[EndpointId]) -> None:
    for table in ("lane", "delivery", "attempt"):
        await connection.execute(
            f"DELETE FROM webhooks.{table} WHERE shop_id = $1 AND endpoint_id = ANY($2::uuid[])", shop_id, endpoint_ids
        )
    await shops.drop_own_notices(connection, endpoint_ids)


def _check_types(types: Collection[str]) -> list[str]:
    """Each once, in the order of the catalogue. Raises InvalidInputError."""
    for index, name in enumerate(types):
        if name not in CHOOSABLE:
            raise InvalidInputError(field=f"types[{index}]", reason="unknown")
    return [name for name in CATALOGUE if name in types]


async def _require_rights(connection: Connection, caller: Caller, shop_id: ShopId, types: Collection[str]) -> None:
    """Who has something sent must have the right to read it."""
    for right in (Scope.WEBHOOKS_WRITE, *sorted(rights_for(types))):
        await shops.require_right(connection, caller, shop_id, right)


async def _check_room(connection: Connection, shop_id: ShopId) -> None:
    await connection.fetchval("SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || $1::uuid, 0))", shop_id)
    count = await connection.fetchval("SELECT count(*) FROM webhooks.endpoint WHERE shop_id = $1", shop_id)
    if count >= MAX_ENDPOINTS:
        raise TooManyWebhooksError(limit=MAX_ENDPOINTS)


async def _switch(connection: Connection, caller: Caller, before: Endpoint, on: bool, now: datetime) -> None:
    key = (before.shop_id, before.endpoint_id)
    if on:
        await connection.execute(_ENABLE, *key)
        await connection.execute(
            "UPDATE webhooks.lane SET due_at = $3 WHERE shop_id = $1 AND endpoint_id = $2 AND lease IS NULL", *key, now
        )
    else:
        await connection.execute(_DISABLE, *key, DisabledReason.BY_HAND, now)
    await shops.drop_own_notices(connection, [before.endpoint_id])
    await _note(
        connection,
        caller,
        before.shop_id,
        "webhook.enabled" if on else "webhook.disabled",
        before.endpoint_id,
        before.url,
    )


async def _view(connection: Connection, endpoint: Endpoint) -> EndpointView:
    health = await queries.get_health(connection, [endpoint])
    return to_view(endpoint, health[endpoint.endpoint_id])


async def _note(
    connection: Connection, caller: Caller, shop_id: ShopId, deed: str, endpoint_id: EndpointId, url: str
) -> None:
    await shops.note_deed(connection, caller, shop_id, deed=deed, target=str(endpoint_id), details={"url": url})
