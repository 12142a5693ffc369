"""The records, for commands that look into them or change a word in them while the platform runs or rests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil

from xiaodian.edge.context import Records
from xiaodian.infra.database import Database
from xiaodian.infra.embedded.engines import EmbeddedEngines
from xiaodian.infra.embedded.postgres import DURABLE_SETTINGS, EmbeddedPostgres
from xiaodian.infra.migrations import newest_revision
from xiaodian.settings import Settings

POOL_SIZE = 2


class OtherSchemaError(RuntimeError):
    """The database does not have the schema that this program was written for."""


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[Records]:
    """The database of the settings; an embedded one that does not run is started, and stopped at the end.

    Raises UnavailableError, EnginesNotStartedError, OtherSchemaError.
    """
    async with AsyncExitStack() as stack:
        url = settings.database_url
        folder = settings.data_dir / "postgres"
        if not url and _is_running(folder):
            # The running platform's own server: looked at, left as it is.
            url = EmbeddedPostgres.start(folder.resolve(), DURABLE_SETTINGS).url()
        elif not url:
            url = stack.enter_context(EmbeddedEngines(settings.data_dir, nats=False)).database_url
        database = await Database.connect(url, pool_size=POOL_SIZE)
        stack.push_async_callback(database.close)
        await _check_schema(database)
        yield Records(settings=settings, database=database)


async def _check_schema(database: Database) -> None:
    async with database.connection() as connection:
        has_any = await connection.fetchval("SELECT to_regclass('public.alembic_version') IS NOT NULL")
        found = await connection.fetchval("SELECT version_num FROM public.alembic_version") if has_any else None
    if found != newest_revision():
        raise OtherSchemaError("the database has another schema: run `xiaodian migrate` first")


def _is_running(folder: Path) -> bool:
    """Whether a server runs on a data folder: its first line says as which process."""
    try:
        pid = int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return False
