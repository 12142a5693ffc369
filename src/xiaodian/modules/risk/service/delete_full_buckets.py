"""A bucket that has filled up again says the same as no row."""

from xiaodian.infra.database import Database


async def delete_full_buckets(database: Database) -> int:
    """Delete the rows of buckets that are full; answers how many."""
    async with database.connection() as connection:
        status: str = await connection.execute("DELETE FROM risk.bucket WHERE full_at < clock_timestamp()")
    return int(status.rpartition(" ")[2])
