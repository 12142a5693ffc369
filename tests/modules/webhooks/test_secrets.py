"""Who gets hold of the database cannot sign as the shop."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from tests.conftest import database_url
from tests.modules.orders.test_upgrade import upgrade_to
from tests.modules.webhooks.desk import Desk
from tests.modules.webhooks.receiver import Receiver

from xiaodian.infra.sealing import Sealer
from xiaodian.modules.webhooks.sender import Sender

SEALED = "0076"


async def test_a_secret_stands_nowhere_in_the_database(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    rotated = (await desk.do(endpoint, "secret-rotation")).json()["secret"]
    async with desk.ctx.database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM webhooks.endpoint")
    assert row is not None
    kept = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    for secret in (endpoint["secret"], rotated):
        assert secret.removeprefix("whsec_").encode() not in kept


async def test_with_another_key_nothing_goes_out_unsigned_and_the_log_says_why(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    settings = msgspec.structs.replace(desk.ctx.settings, sealing_key="another")
    await desk.do(endpoint, "test")
    async with Sender(settings) as sender:
        desk.sender = sender
        await desk.deliver()
    assert receiver.received == []
    [delivery] = await desk.log(endpoint)
    assert (delivery["state"], delivery["error"], delivery["attempts"]) == ("waiting", "sealed", 1)


@pytest.fixture
async def before(test_id: str) -> AsyncIterator[str]:
    """A database in which secrets were not sealed yet."""
    admin = await asyncpg.connect(database_url("postgres"))
    await admin.execute(f'CREATE DATABASE "{test_id}" TEMPLATE template0')
    await asyncio.to_thread(upgrade_to, database_url(test_id), "0075")
    yield database_url(test_id)
    await admin.execute(f'DROP DATABASE "{test_id}" WITH (FORCE)')
    await admin.close()


async def test_secrets_of_before_are_sealed_by_the_upgrade_and_go_on_signing(
    before: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XIAODIAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XIAODIAN_SEALING_KEY", "the key")
    connection = await asyncpg.connect(before)
    ids = {uuid4(): previous for previous in (None, "whsec_b2xk")}
    for endpoint_id, previous in ids.items():
        await connection.execute(
            """
            INSERT INTO webhooks.endpoint (shop_id, endpoint_id, created_by, url, description, types, secret,
                previous_secret, created_at)
            VALUES ($1, $1, $1, '', '', '{order.paid}', 'whsec_bmV3', $2, now())
            """,
            endpoint_id,
            previous,
        )
    await connection.close()
    await asyncio.to_thread(upgrade_to, before, SEALED)
    connection = await asyncpg.connect(before)
    rows = await connection.fetch("SELECT endpoint_id, sealed_secret, sealed_previous FROM webhooks.endpoint")
    await connection.close()
    sealer = Sealer("the key")

    def _open(endpoint_id: UUID, sealed: bytes | None) -> str | None:
        return None if sealed is None else sealer.open(sealed, f"webhooks.endpoint {endpoint_id}")

    found = {row["endpoint_id"]: _open(row["endpoint_id"], row["sealed_previous"]) for row in rows}
    assert found == ids
    assert {_open(row["endpoint_id"], row["sealed_secret"]) for row in rows} == {"whsec_bmV3"}
