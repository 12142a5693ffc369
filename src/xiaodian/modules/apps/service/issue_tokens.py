"""The token endpoint: a code, a refresh token or an own system's secret buys an access token."""

from collections.abc import Mapping
from uuid import UUID

from xiaodian.contracts.apps import ConnectionId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.accounts.api import hash_token
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.protocol import OAuthAnswer, decide_token
from xiaodian.modules.apps.protocol_rows import Exchange
from xiaodian.modules.apps.rules import ACCESS_TOKEN_LIFE, MAX_LIVE_ACCESS_TOKENS, REFRESH_TOKEN_LIFE
from xiaodian.modules.apps.service.clients import load_client, note_secret, readable_headers, throttle
from xiaodian.modules.apps.service.end_tokens import end_family
from xiaodian.modules.apps.tokens import looks_like_secret


async def issue_tokens(ctx: Context, fields: Mapping[str, str], authorization: str | None, network: str) -> OAuthAnswer:
    """Answer a request to the token endpoint. Raises TooManyRequestsError, UnavailableError."""
    await throttle(ctx, network)
    headers = readable_headers(authorization)
    async with ctx.database.transaction() as connection:
        exchange = await _load(connection, fields, headers)
        answer = decide_token(exchange, fields, headers)
        await note_secret(connection, exchange.client)
        ended = await _write(connection, exchange, fields)
    await accounts.end_tokens(ctx.broker, ended)
    return answer


async def _load(connection: Connection, fields: Mapping[str, str], headers: Mapping[str, str]) -> Exchange:
    code, token = fields.get("code", ""), fields.get("refresh_token", "")
    grant_type = fields.get("grant_type")
    return Exchange(
        client=await load_client(connection, fields, headers),
        now=utc_now(),
        code=await queries.lock_code(connection, hash_token(code))
        if grant_type == "authorization_code" and looks_like_secret(code)
        else None,
        token=await queries.lock_token(connection, hash_token(token))
        if grant_type == "refresh_token" and looks_like_secret(token)
        else None,
    )


async def _write(connection: Connection, exchange: Exchange, fields: Mapping[str, str]) -> list[bytes]:
    """Write what was decided; answers the hashes of access tokens that ended."""
    origin = exchange.code or exchange.token
    if exchange.was_replayed and origin is not None:
        return await end_family(connection, origin.family_id)
    if exchange.issued is None:
        return []
    if exchange.code is not None:
        await connection.execute(
            "UPDATE apps.code SET used_at = $2 WHERE code_hash = $1", hash_token(fields["code"]), exchange.now
        )
    if exchange.token is not None:
        await connection.execute(
            "UPDATE apps.token SET used_at = $2 WHERE token_hash = $1",
            hash_token(fields["refresh_token"]),
            exchange.now,
        )
    connection_id = origin.connection_id if origin is not None else await _connection_of_system(connection, exchange)
    await _insert_tokens(connection, exchange, connection_id, origin.family_id if origin is not None else new_id())
    return await _end_oldest(connection, connection_id)


async def _connection_of_system(connection: Connection, exchange: Exchange) -> ConnectionId:
    """There is one: without, the client had no scope, and nothing was issued."""
    client = exchange.client
    found = await queries.find_connection_of_system(connection, client.app_id) if client is not None else None
    if found is None:
        raise RuntimeError("an own system without a connection was given a token")
    return found


async def _insert_tokens(
    connection: Connection, exchange: Exchange, connection_id: ConnectionId, family_id: UUID
) -> None:
    """A refresh token keeps the scopes of the one before it, whatever was asked for this time (RFC 6749, 6)."""
    issued = exchange.issued or {}
    scopes = issued["scope"].split()
    origin = exchange.code or exchange.token
    rows = [(issued["access_token"], False, scopes, exchange.now + ACCESS_TOKEN_LIFE)]
    if refresh_token := issued.get("refresh_token"):
        kept = sorted(origin.scopes) if origin is not None else scopes
        rows.append((refresh_token, True, kept, exchange.now + REFRESH_TOKEN_LIFE))
    for secret, is_refresh, granted, expires_at in rows:
        await connection.execute(
            """
            INSERT INTO apps.token (token_hash, connection_id, family_id, is_refresh, scopes, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            hash_token(secret),
            connection_id,
            family_id,
            is_refresh,
            granted,
            exchange.now,
            expires_at,
        )


async def _end_oldest(connection: Connection, connection_id: ConnectionId) -> list[bytes]:
    rows = await connection.fetch(
        """
        DELETE FROM apps.token WHERE token_hash IN (
            SELECT token_hash FROM apps.token WHERE connection_id = $1 AND NOT is_refresh AND expires_at > now()
            ORDER BY created_at DESC OFFSET $2)
        RETURNING token_hash
        """,
        connection_id,
        MAX_LIVE_ACCESS_TOKENS,
    )
    return [row["token_hash"] for row in rows]
