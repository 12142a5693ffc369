"""PostgreSQL or NATS is restarted while clients are busy: they are told to wait, nothing acknowledged is lost, and the
platform's processes come back by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import msgspec

from xiaodian.cli.platform import Platform
from xiaodian.infra.broker import Broker
from xiaodian.infra.embedded.nats import EmbeddedNats
from xiaodian.infra.embedded.postgres import EmbeddedPostgres
from xiaodian.settings import Settings

CLIENTS = 8
ROUNDS_AFTER_RESTART = 5


@asynccontextmanager
async def running_platform(postgres: EmbeddedPostgres, nats: EmbeddedNats, data_dir: Path) -> AsyncIterator[Platform]:
    """HTTP and worker processes on engines that the test may break."""
    ports = dict.fromkeys(("http_port", "gateway_port", "publisher_port", "rtmp_port", "worker_port"), 0)
    settings = Settings(
        data_dir=data_dir,
        host="127.0.0.1",
        database_url=postgres.url(),
        nats_url=nats.url,
        comments_per_minute=100_000,
        log_level="error",
    )
    async with Platform(msgspec.structs.replace(settings, **ports), ("http", "worker")) as platform:
        yield platform


class Crowd:
    """Clients that write all the time and keep book of what was acknowledged."""

    def __init__(self, client: httpx.AsyncClient, path: str, make_body: Callable[[str], dict[str, object]]) -> None:
        self._client = client
        self._path = path
        self._make_body = make_body
        self.acknowledged: list[str] = []
        self.refusals: list[httpx.Response] = []

    async def write_while(self, restart: Callable[[], None]) -> None:
        """Write from many tasks while `restart` runs in a thread, then until each got a few through in a row."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self._write_until(stop))
            await asyncio.to_thread(restart)
            stop.set()

    async def _write_until(self, stop: asyncio.Event) -> None:
        good = 0
        while not stop.is_set() or good < ROUNDS_AFTER_RESTART:
            good = good + 1 if await self._write() else 0

    async def _write(self) -> bool:
        text = uuid4().hex
        answer = await self._client.post(self._path, json=self._make_body(text), timeout=30)
        if answer.status_code == 201:
            self.acknowledged.append(text)
            return True
        self.refusals.append(answer)
        return False

    def assert_told_to_wait(self) -> None:
        """Whoever was refused was told that it is the engines, and when to try again."""
        for answer in self.refusals:
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["code"] == "unavailable"


def product_body(title: str) -> dict[str, object]:
    """A product with one SKU."""
    return {
        "title": title,
        "description": "",
        "picture_urls": [],
        "state": "on_sale",
        "skus": [{"name": "3斤装", "price_minor": 9900, "stock": 5}],
    }


async def post(client: httpx.AsyncClient, path: str, body: dict[str, object]) -> dict[str, str]:
    """POST that must succeed."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    result: dict[str, str] = answer.json()
    return result


async def sign_up(client: httpx.AsyncClient) -> None:
    """A new account, signed in."""
    sign_in = f"{uuid4().hex[:12]}@example.com"
    await post(client, "/api/accounts", {"sign_in": sign_in, "password": "correct horse", "display_name": "小丹"})


async def test_no_acknowledged_write_is_lost_when_postgres_restarts(
    own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats, data_dir: Path
) -> None:
    async with (
        running_platform(own_postgres, own_nats, data_dir) as platform,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{platform.settings.http_port}") as client,
    ):
        await sign_up(client)
        shop = await post(client, "/api/shops", {"name": "丹东草莓园"})
        crowd = Crowd(client, f"/api/shops/{shop['shop_id']}/products", product_body)
        await crowd.write_while(own_postgres.restart)
        assert all(child.returncode is None for child in platform.children.values())
        assert (await client.get("/readyz")).status_code == 200
    crowd.assert_told_to_wait()
    connection = await asyncpg.connect(own_postgres.url())
    kept = {row["title"] for row in await connection.fetch("SELECT title FROM catalog.product")}
    await connection.close()
    assert set(crowd.acknowledged) <= kept


async def test_no_acknowledged_comment_is_lost_when_nats_restarts(
    own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats, data_dir: Path
) -> None:
    async with (
        running_platform(own_postgres, own_nats, data_dir) as platform,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{platform.settings.http_port}") as client,
    ):
        await sign_up(client)
        room = await post(client, "/api/rooms", {"title": "草莓季"})
        crowd = Crowd(client, f"/api/rooms/{room['room_id']}/comments", lambda text: {"text": text})
        await crowd.write_while(own_nats.restart)
        assert all(child.returncode is None for child in platform.children.values())
        assert (await client.get("/readyz")).status_code == 200
        broker = await Broker.connect(own_nats.url, prefix=platform.settings.nats_prefix, name="test")
        pull = await broker.jetstream.pull_subscribe(broker.subject(f"room.{room['room_id']}.comment"), "check")
        kept: list[str] = []
        while len(kept) < len(crowd.acknowledged):
            kept += [msgspec.json.decode(message.data)["text"] for message in await pull.fetch(500, timeout=30)]
        await broker.close()
    crowd.assert_told_to_wait()
    assert set(crowd.acknowledged) <= set(kept)
