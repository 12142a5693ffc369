"""When an access token was last used, to the minute."""

from collections.abc import Sequence

from xiaodian.infra.database import Database


async def note_token_use(database: Database, token_hashes: Sequence[bytes]) -> None:
    """Note that these access tokens are in use; rows noted within the last minute are left alone."""
    if not token_hashes:
        return
    async with database.connection() as connection:
        await connection.execute(
            """
            UPDATE accounts.access_token SET last_used_at = now()
            WHERE token_hash = ANY($1::bytea[])
              AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
            """,
            token_hashes,
        )
