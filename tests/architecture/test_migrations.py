"""The tables can be made from nothing, in one way."""

import asyncio
from pathlib import Path
from uuid import uuid4

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory
from tests.architecture.source import ROOT, SOURCE
from tests.conftest import database_url

from xiaodian.infra.migrations import newest_revision, upgrade_database

WITHOUT_TABLES = {"privacy"}
"""These only ask others."""


def test_there_is_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert scripts.get_heads() == [newest_revision()]
    files = {Path(script.path).name for script in scripts.walk_revisions()}
    assert files == {path.name for path in (ROOT / "migrations/versions").glob("*.py")}


async def test_an_empty_database_gets_every_module_its_schema_and_again_changes_nothing() -> None:
    name = f"m{uuid4().hex[:12]}"
    admin = await asyncpg.connect(database_url("postgres"))
    await admin.execute(f'CREATE DATABASE "{name}"')
    try:
        await asyncio.to_thread(upgrade_database, database_url(name))
        once = await _tables(name)
        await asyncio.to_thread(upgrade_database, database_url(name))
        assert await _tables(name) == once
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()
    modules = {folder.name for folder in (SOURCE / "modules").iterdir() if (folder / "__init__.py").exists()}
    owners = {schema for schema, _ in once}
    assert modules - owners == WITHOUT_TABLES, "modules without tables of their own"
    assert owners <= modules | {"infra", "public"}


async def _tables(name: str) -> set[tuple[str, str]]:
    connection = await asyncpg.connect(database_url(name))
    try:
        rows = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
    finally:
        await connection.close()
    return {(row["schemaname"], row["tablename"]) for row in rows}
