"""Jobs that ended long ago are forgotten, with their rows and files."""

from datetime import datetime

from xiaodian.edge.bulk import storage_path
from xiaodian.edge.context import Context
from xiaodian.modules.imports.rules import KEPT

AT_ONCE = 20


async def forget_old_jobs(ctx: Context, now: datetime) -> None:
    """Files first: what is left of a deed broken off is taken up at the next turn."""
    async with ctx.database.connection() as connection:
        jobs = await connection.fetch(
            "SELECT shop_id, job_id FROM imports.job WHERE ended_at < $1 ORDER BY ended_at LIMIT $2",
            now - KEPT,
            AT_ONCE,
        )
        files = await connection.fetch(
            """
            SELECT shop_id, file_id FROM imports.file
            WHERE created_at < $1
              AND NOT EXISTS (SELECT FROM imports.job WHERE job.shop_id = file.shop_id AND job.file_id = file.file_id)
            ORDER BY created_at LIMIT $2
            """,
            now - KEPT,
            AT_ONCE,
        )
    for job in jobs:
        await ctx.storage.delete(storage_path("results", job["job_id"]))
        await ctx.storage.delete(storage_path("refusals", job["job_id"]))
        async with ctx.database.transaction() as connection:
            await connection.execute("DELETE FROM imports.job_row WHERE job_id = $1", job["job_id"])
            await connection.execute("DELETE FROM imports.job WHERE job_id = $1", job["job_id"])
    for file in files:
        await ctx.storage.delete(storage_path("files", file["file_id"]))
        async with ctx.database.transaction() as connection:
            await connection.execute("DELETE FROM imports.file WHERE file_id = $1", file["file_id"])
