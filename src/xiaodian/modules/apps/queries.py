"""Reads of apps, connections and tokens; explicit columns, structs out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.apps import App, AppId, ConnectionId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.accounts.api import KnownCaller
from xiaodian.modules.apps.protocol_rows import LoadedClient, LoadedCode, LoadedToken

_APP = "app.app_id, app.name, app.icon_url, app.owner_id, app.shop_id"
_OWN_APP = f"{_APP}, app.is_public, app.redirect_uris, app.scopes, app.created_at"

# What a token may do is never more than the app has registered and the connection was given, as of now.
_EFFECTIVE = """
    ARRAY(SELECT unnest({of}.scopes) INTERSECT SELECT unnest(connection.scopes) INTERSECT SELECT unnest(app.scopes))
"""
_CALLERS = f"""
    SELECT token.token_hash, connection.account_id, connection.shop_id, connection.app_id,
        app.name AS app_name,
        extract(epoch FROM token.expires_at - now())::float8 AS left_s, {_EFFECTIVE.format(of="token")} AS scopes
    FROM apps.token JOIN apps.connection USING (connection_id) JOIN apps.app USING (app_id)
    WHERE token_hash = ANY($1::bytea[]) AND NOT token.is_refresh AND token.expires_at > now()
        AND connection.ended_at IS NULL AND app.deleted_at IS NULL
"""
_LOCK_CONNECTION = """
    SELECT FROM apps.connection WHERE connection_id = (SELECT connection_id FROM apps.{table} WHERE {table}_hash = $1)
    FOR SHARE
"""


class OwnApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app as its developer, or the shop whose system it is, sees it."""

    app_id: AppId
    name: str
    icon_url: str | None
    owner_id: AccountId
    shop_id: ShopId | None
    is_public: bool
    redirect_uris: list[str]
    scopes: list[Scope]
    created_at: datetime


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret of an app, without the secret."""

    secret_id: UUID
    app_id: AppId
    ending: str
    created_at: datetime
    last_used_at: datetime | None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """How much an app calls in a shop."""

    calls_today: int
    refused_today: int
    dropped_today: int
    """Calls that are counted, but were too many to be written down one by one."""
    last_at: datetime


async def find_callers(connection: Connection, token_hashes: Sequence[bytes]) -> dict[bytes, KnownCaller]:
    """The callers whom these apps' tokens stand for; unknown and ended ones are left out."""
    rows = await connection.fetch(_CALLERS, token_hashes)
    people = await accounts.get_accounts(connection, [row["account_id"] for row in rows]) if rows else {}
    return {
        row["token_hash"]: KnownCaller(
            caller=Caller(
                account_id=row["account_id"],
                display_name=people[row["account_id"]].display_name,
                # What somebody may as an operator they do not lend to an app.
                is_operator=False,
                scopes=frozenset(Scope(scope) for scope in row["scopes"]),
                shop_id=row["shop_id"],
                app_id=row["app_id"],
                app_name=row["app_name"],
            ),
            left_s=row["left_s"],
        )
        for row in rows
        if row["account_id"] in people
    }


async def find_client(connection: Connection, client_id: str) -> LoadedClient | None:
    """An app with its secrets, as the protocol needs it. A shop's own system has what its connection gives."""
    try:
        app_id = UUID(client_id)
    except ValueError:
        return None
    row = await connection.fetchrow(
        """
        SELECT app_id, shop_id, is_public, redirect_uris, CASE WHEN shop_id IS NULL THEN scopes ELSE ARRAY(
                SELECT unnest(app.scopes) INTERSECT
                SELECT unnest(scopes) FROM apps.connection WHERE app_id = app.app_id AND ended_at IS NULL
            ) END AS scopes
        FROM apps.app WHERE app_id = $1 AND deleted_at IS NULL
        """,
        app_id,
    )
    # The id has one spelling; `client_id` is compared as text.
    if row is None or str(row["app_id"]) != client_id:
        return None
    secrets = await connection.fetch("SELECT secret_hash, secret_id FROM apps.secret WHERE app_id = $1", app_id)
    return LoadedClient(
        app_id=row["app_id"],
        shop_id=row["shop_id"],
        is_public=row["is_public"],
        scopes=row["scopes"],
        redirect_uris=row["redirect_uris"],
        secrets={secret["secret_hash"]: secret["secret_id"] for secret in secrets},
    )


async def lock_code(connection: Connection, code_hash: bytes) -> LoadedCode | None:
    """A code whose connection lives, until the transaction ends. The connection is held first, as by who ends it."""
    await connection.execute(_LOCK_CONNECTION.format(table="code"), code_hash)
    row = await connection.fetchrow(
        f"""
        SELECT connection.app_id, connection_id, code.family_id, code.redirect_uri, code.challenge, code.expires_at,
            code.used_at, {_EFFECTIVE.format(of="code")} AS scopes
        FROM apps.code JOIN apps.connection USING (connection_id) JOIN apps.app USING (app_id)
        WHERE code_hash = $1 AND connection.ended_at IS NULL FOR UPDATE OF code
        """,
        code_hash,
    )
    return LoadedCode(**row) if row is not None and _is_good_for_anything(row) else None


async def lock_token(connection: Connection, token_hash: bytes) -> LoadedToken | None:
    """A token whose connection lives, until the transaction ends; the connection is held before it."""
    await connection.execute(_LOCK_CONNECTION.format(table="token"), token_hash)
    row = await connection.fetchrow(
        f"""
        SELECT connection.app_id, connection_id, token.family_id, token.is_refresh, token.expires_at, token.used_at,
            {_EFFECTIVE.format(of="token")} AS scopes
        FROM apps.token JOIN apps.connection USING (connection_id) JOIN apps.app USING (app_id)
        WHERE token_hash = $1 AND connection.ended_at IS NULL FOR UPDATE OF token
        """,
        token_hash,
    )
    return LoadedToken(**row) if row is not None and _is_good_for_anything(row) else None


async def find_connection_of_system(connection: Connection, app_id: AppId) -> ConnectionId | None:
    """Through which connection a shop's own system acts; held until the transaction ends."""
    found: ConnectionId | None = await connection.fetchval(
        "SELECT connection_id FROM apps.connection WHERE app_id = $1 AND ended_at IS NULL FOR SHARE", app_id
    )
    return found


async def get_own_app(connection: Connection, app_id: UUID) -> OwnApp:
    """An app with all that it registered. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {_OWN_APP} FROM apps.app WHERE app_id = $1 AND deleted_at IS NULL", app_id)
    if row is None:
        raise NotFoundError
    return _to_own_app(row)


async def list_apps_of(connection: Connection, owner_id: AccountId) -> list[OwnApp]:
    """What a developer registered, the newest first; never more than the limit of rules.py."""
    rows = await connection.fetch(
        f"""
        SELECT {_OWN_APP} FROM apps.app
        WHERE owner_id = $1 AND shop_id IS NULL AND deleted_at IS NULL ORDER BY app_id DESC
        """,
        owner_id,
    )
    return [_to_own_app(row) for row in rows]


async def list_systems_of(connection: Connection, shop_id: ShopId) -> list[OwnApp]:
    """A shop's own systems, the newest first; never more than the limit of rules.py."""
    rows = await connection.fetch(
        f"SELECT {_OWN_APP} FROM apps.app WHERE shop_id = $1 AND deleted_at IS NULL ORDER BY app_id DESC", shop_id
    )
    return [_to_own_app(row) for row in rows]


async def get_apps(connection: Connection, app_ids: Collection[UUID]) -> dict[AppId, App]:
    """Those of the apps that there are or were, by id."""
    rows = await connection.fetch(f"SELECT {_APP} FROM apps.app WHERE app_id = ANY($1::uuid[])", list(app_ids))
    return {row["app_id"]: App(**row) for row in rows}


async def list_secrets(connection: Connection, app_ids: Sequence[AppId]) -> dict[AppId, list[Secret]]:
    """Live secrets of apps, the newest first."""
    rows = await connection.fetch(
        """
        SELECT secret_id, app_id, ending, created_at, last_used_at FROM apps.secret
        WHERE app_id = ANY($1::uuid[]) ORDER BY secret_id DESC
        """,
        app_ids,
    )
    found: dict[AppId, list[Secret]] = {app_id: [] for app_id in app_ids}
    for row in rows:
        found[row["app_id"]].append(Secret(**row))
    return found


async def get_usage(connection: Connection, shop_id: ShopId) -> dict[AppId, Usage]:
    """How much each app calls in a shop; days are UTC's. For as long as calls are kept."""
    rows = await connection.fetch(
        """
        SELECT app_id, max(last_at) AS last_at,
            coalesce(sum(calls) FILTER (WHERE is_today), 0)::bigint AS calls_today,
            coalesce(sum(refused) FILTER (WHERE is_today), 0)::bigint AS refused_today,
            coalesce(sum(dropped) FILTER (WHERE is_today), 0)::bigint AS dropped_today
        FROM (SELECT *, day = (now() AT TIME ZONE 'UTC')::date AS is_today FROM apps.usage WHERE shop_id = $1) AS usage
        GROUP BY app_id
        """,
        shop_id,
    )
    return {row["app_id"]: Usage(**{name: row[name] for name in Usage.__struct_fields__}) for row in rows}


def _is_good_for_anything(row: Record) -> bool:
    """Without a scope left, it would be read as good for all there is."""
    return len(row["scopes"]) > 0


def _to_own_app(row: Record) -> OwnApp:
    return msgspec.convert(dict(row), OwnApp)
