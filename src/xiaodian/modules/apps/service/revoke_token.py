"""The revocation endpoint (RFC 7009)."""

from collections.abc import Mapping

from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.accounts.api import hash_token
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.protocol import OAuthAnswer, decide_revocation
from xiaodian.modules.apps.protocol_rows import Exchange, LoadedToken
from xiaodian.modules.apps.service.clients import load_client, note_secret, readable_headers, throttle
from xiaodian.modules.apps.service.end_tokens import end_family
from xiaodian.modules.apps.tokens import looks_like_secret


async def revoke_token(ctx: Context, fields: Mapping[str, str], authorization: str | None, network: str) -> OAuthAnswer:
    """End a token that its app gives up: an access token alone, a refresh token with all that came of it.

    Raises TooManyRequestsError, UnavailableError.
    """
    await throttle(ctx, network)
    headers = readable_headers(authorization)
    secret = fields.get("token", "")
    ended: list[bytes] = []
    async with ctx.database.transaction() as connection:
        token = await queries.lock_token(connection, hash_token(secret)) if looks_like_secret(secret) else None
        exchange = Exchange(client=await load_client(connection, fields, headers), now=utc_now(), token=token)
        answer = decide_revocation(exchange, fields, headers)
        await note_secret(connection, exchange.client)
        if exchange.is_revoked and token is not None:
            ended = await _end(connection, token, secret)
    await accounts.end_tokens(ctx.broker, ended)
    return answer


async def _end(connection: Connection, token: LoadedToken, secret: str) -> list[bytes]:
    if token.is_refresh:
        return await end_family(connection, token.family_id)
    await connection.execute("DELETE FROM apps.token WHERE token_hash = $1", hash_token(secret))
    return [hash_token(secret)]
