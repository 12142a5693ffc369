"""What the endpoints that apps call have in common: pace, and which app it is."""

from collections.abc import Mapping

from authlib.oauth2.rfc6749.util import extract_basic_authorization

from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.protocol_rows import LoadedClient
from xiaodian.modules.risk import api as risk

MINUTE_S = 60.0
AUTHORIZATION = "Authorization"
NOBODY = "Basic Og=="
"""Credentials without name and password."""


async def throttle(ctx: Context, network: str) -> None:
    """Spend a try of a network's before anything is looked up. Raises TooManyRequestsError."""
    limit = Limit(name="oauth_network", burst=ctx.settings.oauth_requests_per_minute, period_s=MINUTE_S)
    await risk.take(ctx.database, limit, network)


def readable_headers(authorization: str | None) -> dict[str, str]:
    """The client's credentials, if they can be read at all; who sends others has sent none."""
    headers = {AUTHORIZATION: authorization} if authorization else {}
    try:
        extract_basic_authorization(headers)
    except ValueError:
        return {AUTHORIZATION: NOBODY}
    return headers


async def load_client(
    connection: Connection, fields: Mapping[str, str], headers: Mapping[str, str]
) -> LoadedClient | None:
    """The client that a request says it comes from."""
    named, _ = extract_basic_authorization(headers)
    client_id = named or fields.get("client_id")
    return await queries.find_client(connection, client_id) if client_id else None


async def note_secret(connection: Connection, client: LoadedClient | None) -> None:
    """When a secret was last used, to the minute, so that its owner sees which one may go."""
    if client is not None and client.secret_used is not None:
        await connection.execute(
            """
            UPDATE apps.secret SET last_used_at = now()
            WHERE secret_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
            """,
            client.secret_used,
        )
