"""What ends tokens besides their hour: a code or refresh token shown twice, a connection cut; and clearing up."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from xiaodian.contracts.apps import AppDisconnected, ConnectionId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection

CODES_ARE_KEPT = timedelta(days=1)
"""So long after its minute a code is known again when it is shown twice."""


async def end_family(connection: Connection, family_id: UUID) -> list[bytes]:
    """End all tokens that go back to one code; answers the hashes of access tokens, for `accounts.end_tokens`."""
    rows = await connection.fetch(
        "DELETE FROM apps.token WHERE family_id = $1 RETURNING token_hash, is_refresh", family_id
    )
    return [row["token_hash"] for row in rows if not row["is_refresh"]]


async def end_connections(connection: Connection, connection_ids: Sequence[ConnectionId]) -> list[bytes]:
    """End connections with all their codes and tokens; answers the hashes of access tokens, for `accounts.end_tokens`.

    The connection is written first: who is about to issue a token holds it.
    """
    ended = await connection.fetch(
        """
        UPDATE apps.connection SET ended_at = now() WHERE connection_id = ANY($1::uuid[]) AND ended_at IS NULL
        RETURNING shop_id, app_id, account_id
        """,
        connection_ids,
    )
    await connection.execute("DELETE FROM apps.code WHERE connection_id = ANY($1::uuid[])", connection_ids)
    rows = await connection.fetch(
        "DELETE FROM apps.token WHERE connection_id = ANY($1::uuid[]) RETURNING token_hash, is_refresh", connection_ids
    )
    for row in ended:
        await outbox.emit(connection, AppDisconnected(**row))
    return [row["token_hash"] for row in rows if not row["is_refresh"]]


async def delete_old_tokens(ctx: Context) -> None:
    """Forget tokens and codes that have been over for long enough."""
    async with ctx.database.connection() as connection:
        await connection.execute("DELETE FROM apps.token WHERE expires_at < now()")
        await connection.execute("DELETE FROM apps.code WHERE expires_at < now() - $1::interval", CODES_ARE_KEPT)
