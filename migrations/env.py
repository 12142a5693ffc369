"""Runs migrations over asyncpg. The URL comes from the command that calls Alembic, in the config's attributes."""

import asyncio

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

LOCK_TIMEOUT = "5s"
MIGRATION_LOCK = 7_142_381


def run(connection: Connection) -> None:
    """Migrate under a lock, so that two processes starting at once do it once."""
    connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=None, version_table_schema="public")
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
    connection.commit()


async def main() -> None:
    """Connect to the configured database and migrate it."""
    url: str = context.config.attributes["url"]
    # asyncpg reads the URL itself, so that what it understands (several hosts, for one) holds here too.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
