"""Files that must go: named in the transaction that forgets them, removed by a job until they are gone."""

from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection

SWEEPS = 2
AGAIN_S = 3600.0
"""Who was still writing when a folder was swept has stopped by then."""
RETRY_S = 30.0

_DUE = """
    UPDATE media.condemned SET due_at = now() + make_interval(secs => $1)
    WHERE prefix = (SELECT prefix FROM media.condemned WHERE due_at <= now() ORDER BY due_at LIMIT 1
        FOR UPDATE SKIP LOCKED)
    RETURNING prefix
"""
_SWEPT = """
    WITH swept AS (
        UPDATE media.condemned SET sweeps = sweeps + 1, due_at = now() + make_interval(secs => $2)
        WHERE prefix = $1 RETURNING sweeps
    )
    SELECT sweeps FROM swept
"""


async def condemn(connection: Connection, prefix: str, *, after_s: float = 0.0) -> None:
    """Let all files under a prefix be removed once the caller's transaction is committed."""
    await connection.execute(
        """
        INSERT INTO media.condemned (prefix, due_at) VALUES ($1, now() + make_interval(secs => $2))
        ON CONFLICT (prefix) DO UPDATE SET due_at = excluded.due_at, sweeps = 0
        """,
        prefix,
        after_s,
    )


async def sweep_condemned(ctx: Context) -> bool:
    """Remove the files of one prefix; answers whether one was due. A storage that is away is tried again."""
    async with ctx.database.transaction() as connection:
        prefix = await connection.fetchval(_DUE, RETRY_S)
    if prefix is None:
        return False
    await ctx.storage.delete_folder(prefix)
    async with ctx.database.transaction() as connection:
        sweeps = await connection.fetchval(_SWEPT, prefix, AGAIN_S)
        if sweeps is not None and sweeps >= SWEEPS:
            await connection.execute("DELETE FROM media.condemned WHERE prefix = $1", prefix)
    return True
