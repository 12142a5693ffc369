"""Stream keys: show, rotate, recognise.

The key is stored as it is, because its owner must be able to read it again to type it into an encoder.
"""

import secrets

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import PublishRefusedError, StreamId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.media.rules import KEY_BYTES
from xiaodian.modules.media.service.interruption import interrupt_streams
from xiaodian.modules.media.service.notify import tell_ingest_to_stop


async def show_stream_key(ctx: Context, account_id: AccountId) -> str:
    """The account's key; made at the first call."""
    async with ctx.database.connection() as connection:
        key: str = await connection.fetchval(
            """
            INSERT INTO media.stream_key AS k (account_id, stream_key) VALUES ($1, $2)
            ON CONFLICT (account_id) DO UPDATE SET stream_key = k.stream_key
            RETURNING stream_key
            """,
            account_id,
            secrets.token_urlsafe(KEY_BYTES),
        )
    return key


async def rotate_stream_key(ctx: Context, account_id: AccountId) -> str:
    """A new key; the old one is worthless at once, and whoever publishes with it is cut off."""
    key = secrets.token_urlsafe(KEY_BYTES)
    async with ctx.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO media.stream_key (account_id, stream_key) VALUES ($1, $2)
            ON CONFLICT (account_id) DO UPDATE SET stream_key = excluded.stream_key, rotated_at = now()
            """,
            account_id,
            key,
        )
        cut: list[StreamId] = await interrupt_streams(
            connection, "owner_id = $2 AND publication_id IS NOT NULL", account_id, ctx.settings.ingest_grace_s
        )
    for stream_id in cut:
        await tell_ingest_to_stop(ctx.broker, stream_id)
    await ctx.broker.poke("outbox")
    return key


async def owner_of_key(connection: Connection, stream_key: str, *, lock: bool = False) -> AccountId:
    """Whose key it is; locked, it cannot be rotated until the transaction ends. Raises PublishRefusedError."""
    owner_id: AccountId | None = await connection.fetchval(
        f"SELECT account_id FROM media.stream_key WHERE stream_key = $1 {'FOR SHARE' if lock else ''}", stream_key
    )
    if owner_id is None:
        raise PublishRefusedError
    return owner_id
