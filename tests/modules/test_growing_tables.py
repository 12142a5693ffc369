"""A table that grows a thousandfold within minutes must be read by its index, not by plans from when it was small."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from tests.modules.growth import rows_read, settle

from xiaodian.infra import database as database_module
from xiaodian.infra.database import Connection, Database
from xiaodian.settings import Settings

TABLES = ["growing.parent", "growing.child"]
FEW, MANY, BATCH = 30, 4000, 20


@pytest.fixture
async def one_connection(settings: Settings) -> AsyncIterator[Database]:
    """A pool of one, so that every deed meets the same kept plans."""
    database = await Database.connect(settings.database_url, pool_size=1)
    async with database.transaction() as connection:
        await connection.execute("CREATE SCHEMA growing")
        await connection.execute("CREATE TABLE growing.parent (id uuid PRIMARY KEY, state int NOT NULL DEFAULT 0)")
        await connection.execute(
            "CREATE TABLE growing.child (id uuid PRIMARY KEY, parent uuid REFERENCES growing.parent)"
        )
        await grow(connection, FEW)
    yield database
    await database.close()


async def grow(connection: Connection, count: int) -> None:
    """More parents, each with a child."""
    await connection.execute("INSERT INTO growing.parent SELECT gen_random_uuid() FROM generate_series(1, $1)", count)
    await connection.execute(
        "INSERT INTO growing.child SELECT id, id FROM growing.parent AS p "
        "WHERE NOT EXISTS (SELECT FROM growing.child AS c WHERE c.id = p.id)"
    )


async def trade(connection: Connection) -> None:
    """What hot statements do: check a foreign key, lock, join and change some rows of many."""
    ids: list[UUID] = [
        row["id"]
        for row in await connection.fetch(
            "INSERT INTO growing.parent SELECT gen_random_uuid() FROM generate_series(1, $1) RETURNING id", BATCH
        )
    ]
    await connection.execute("INSERT INTO growing.child SELECT i, i FROM unnest($1::uuid[]) AS i", ids)
    await connection.execute("SELECT FROM growing.parent WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", ids)
    await connection.execute(
        "UPDATE growing.parent SET state = w.s FROM unnest($1::uuid[], $2::int[]) AS w (id, s) WHERE parent.id = w.id",
        ids,
        [1] * len(ids),
    )
    await connection.fetch(
        "SELECT p.state FROM unnest($1::uuid[]) AS w (id) JOIN growing.child USING (id) JOIN growing.parent AS p "
        "ON p.id = child.parent",
        ids,
    )


async def test_a_table_that_has_grown_is_read_by_its_index(
    one_connection: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(one_connection, TABLES, trade)
    async with one_connection.transaction() as connection:
        await grow(connection, MANY)
    monkeypatch.setattr(database_module, "PLAN_LIFE_S", 0)
    assert await rows_read(one_connection, TABLES, trade) < 10 * BATCH


async def test_plans_kept_for_ever_would_read_the_grown_table_whole(
    one_connection: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above would prove nothing."""
    monkeypatch.setattr(database_module, "PLAN_LIFE_S", 1_000_000)
    await settle(one_connection, TABLES, trade)
    async with one_connection.transaction() as connection:
        await grow(connection, MANY)
    assert await rows_read(one_connection, TABLES, trade) > MANY


async def test_plans_are_made_anew_when_they_are_old_and_not_each_time(
    one_connection: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_anew: list[tuple[str, float]] = []
    clock = [0.0]

    async def _note(_: Connection, query: str) -> None:
        made_anew.append((query, clock[0]))

    monkeypatch.setattr(database_module, "monotonic", lambda: 1e9 + clock[0])
    monkeypatch.setattr(database_module.PlanningConnection, "execute", _note)
    for seconds in (0.0, 0.5, 1.5, 2.0, 3.0):
        clock[0] = seconds
        async with one_connection.connection() as connection:
            await connection.fetchval("SELECT $1::uuid", uuid4())
    assert made_anew == [("DISCARD PLANS", seconds) for seconds in (0.0, 1.5, 3.0)]
