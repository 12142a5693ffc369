"""Brings a database to the newest schema with Alembic."""

import asyncio
import re
from pathlib import Path

import asyncpg

_FOLDER = Path(__file__).parents[3] / "migrations"
_OWN = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_DOWN = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def newest_revision() -> str:
    """The revision at the end of the chain (a test keeps it one). Numbers need not follow it: several people write."""
    texts = [path.read_text() for path in (_FOLDER / "versions").glob("[0-9]*.py")]
    followed: set[str] = {down for text in texts for down in _DOWN.findall(text)}
    revisions: list[str] = [own for text in texts for own in _OWN.findall(text)]
    return next(revision for revision in revisions if revision not in followed)


def upgrade_database(database_url: str) -> None:
    """Run the migrations that are missing. Blocks; several processes may call it at once."""
    if asyncio.run(_read_revision(database_url)) == newest_revision():
        return
    # Alembic takes a second to import, which a start with nothing to migrate need not wait for.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["url"] = database_url
    command.upgrade(config, "head")


async def _read_revision(database_url: str) -> str | None:
    connection = await asyncpg.connect(database_url)
    try:
        revision: str | None = await connection.fetchval("SELECT version_num FROM public.alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return revision
