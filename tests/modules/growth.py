"""How much PostgreSQL reads of tables that grow from nothing while statements and their plans are kept."""

from collections.abc import Awaitable, Callable, Sequence

from xiaodian.infra.database import Connection, Database

RUNS_UNTIL_A_PLAN_IS_KEPT = 10


async def rows_read(database: Database, tables: Sequence[str], deed: Callable[[Connection], Awaitable[object]]) -> int:
    """Rows that a deed in a transaction of its own reads of the tables, by whichever way."""
    before = await _count(database, tables)
    async with database.transaction() as connection:
        await deed(connection)
    return await _count(database, tables) - before


async def settle(database: Database, tables: Sequence[str], deed: Callable[[Connection], Awaitable[object]]) -> None:
    """Analyse the tables as they are, small, and never again; do the deed until its plans are kept."""
    async with database.connection() as connection:
        for table in tables:
            await connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            await connection.execute(f"ANALYZE {table}")
    for _ in range(RUNS_UNTIL_A_PLAN_IS_KEPT):
        async with database.transaction() as connection:
            await deed(connection)


async def _count(database: Database, tables: Sequence[str]) -> int:
    async with database.connection() as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        return int(
            await connection.fetchval(
                """
                SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
                WHERE relid = ANY($1::text[]::regclass[])
                """,
                tables,
            )
        )
