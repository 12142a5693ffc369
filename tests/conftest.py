"""One real PostgreSQL and NATS for the run; a database and a subject prefix of its own for each test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx
import hypothesis
import pytest
import structlog

from xiaodian.app import create_app, wire
from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.embedded.engines import EmbeddedEngines
from xiaodian.infra.migrations import upgrade_database
from xiaodian.infra.storage import Storage
from xiaodian.kit.clock import turn_clock
from xiaodian.settings import Settings

DATABASE_ENV = "XIAODIAN_TEST_DATABASE_URL"
NATS_ENV = "XIAODIAN_TEST_NATS_URL"
TEMPLATE = "xiaodian"
POOL_SIZE = 8
MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 4 * 1024**3

# How long an example took says how busy the machine was, and nothing of the rule that it tries.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]

_engines_key = pytest.StashKey[tuple[EmbeddedEngines, Path]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the engines once, in the process that starts the workers; workers get the URLs by environment."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="xd", dir=_fast_folder()))
    engines = EmbeddedEngines(folder, volatile=True)
    config.stash[_engines_key] = (engines, folder)
    upgrade_database(engines.database_url)
    os.environ[DATABASE_ENV] = engines.database_url
    os.environ[NATS_ENV] = engines.nats_url


def _fast_folder() -> Path | None:
    """Where there is a folder in memory with room: each test has a database of five hundred files, which take a disk
    longer to make than most tests run."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED_BYTES else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engines and remove their folder."""
    if _engines_key in config.stash:
        engines, folder = config.stash[_engines_key]
        engines.stop()
        shutil.rmtree(folder, ignore_errors=True)


def database_url(name: str) -> str:
    """URL of a database on the test server."""
    return urlunsplit(urlsplit(os.environ[DATABASE_ENV])._replace(path=f"/{name}"))


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings must not change what tests see."""
    for name in list(os.environ):
        if name.startswith("XIAODIAN_") and name not in (DATABASE_ENV, NATS_ENV):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def logs_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A program that a test runs in this process says where logs go. No logger must remember it when the test is over:
    that output is closed then, and who logs an expected fault would fail by it.
    """
    configure = structlog.configure

    def _uncached(**how: Any) -> None:
        configure(**{**how, "cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", _uncached)
    yield
    structlog.reset_defaults()


@pytest.fixture
def midday() -> Iterator[None]:
    """It is noon in the books and four in the morning in UTC, so that neither day ends while a test asks for today's.

    The engines keep their own time: only for tests of what the platform dates itself.
    """
    turn_clock(datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0))
    yield
    turn_clock(None)


@pytest.fixture
def test_id() -> str:
    """A name that no other test has."""
    return f"t{uuid4().hex[:16]}"


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short-named folder of the test's own (sockets have short paths)."""
    folder = Path(tempfile.mkdtemp(prefix="xd"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def settings(test_id: str, data_dir: Path) -> AsyncIterator[Settings]:
    """Settings that point to a fresh migrated database and an own NATS prefix."""
    admin = await asyncpg.connect(database_url("postgres"))
    await admin.execute(f'CREATE DATABASE "{test_id}" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY')
    yield Settings(
        data_dir=data_dir,
        host="127.0.0.1",
        http_port=0,
        gateway_port=0,
        publisher_port=0,
        rtmp_port=0,
        worker_port=0,
        database_url=database_url(test_id),
        nats_url=os.environ[NATS_ENV],
        nats_prefix=test_id,
        session_cache_s=1,
        feed_lists_fresh_s=0,
        sign_ups_per_hour=10_000,
        checkouts_per_minute=1_000_000,
        open_api_burst=1_000_000,
        open_api_per_second=1_000_000,
    )
    await admin.execute(f'DROP DATABASE "{test_id}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The test's own database."""
    database = await Database.connect(settings.database_url, pool_size=POOL_SIZE)
    yield database
    await database.close()


@pytest.fixture
async def broker(settings: Settings) -> AsyncIterator[Broker]:
    """A broker whose streams are there, under the test's prefix; they are deleted afterwards."""
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name="test")
    await broker.ensure_streams()
    yield broker
    await broker.jetstream.delete_stream(broker.events_stream)
    await broker.jetstream.delete_stream(broker.rooms_stream)
    await broker.close()


@pytest.fixture
def ctx(settings: Settings, database: Database, broker: Broker) -> Context:
    """What requests work with."""
    storage = Storage.open(settings.media_url, settings.data_dir)
    return Context(settings=settings, database=database, broker=broker, storage=storage)


def once() -> dict[str, str]:
    """A header with an Idempotency-Key that was never used."""
    return {"Idempotency-Key": uuid4().hex}


@cache
def _app_of_this_process() -> Any:
    """Reading two hundred routes takes longer than most tests; wired anew for each, the app keeps nothing of the last.

    Litestar types the ASGI messages more narrowly than httpx does.
    """
    return create_app()


@pytest.fixture
async def make_client(ctx: Context) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Makes HTTP clients of the whole app, each with own cookies."""
    app = _app_of_this_process()
    wire(app, ctx)
    clients: list[httpx.AsyncClient] = []

    def _make() -> httpx.AsyncClient:
        # An expected refusal is an answer; an exception that escapes must fail the test only where it looks.
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://test")
        clients.append(client)
        return client

    yield _make
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(make_client: Callable[[], httpx.AsyncClient]) -> httpx.AsyncClient:
    """A client that is not signed in."""
    return make_client()


@pytest.fixture
def sign_up(make_client: Callable[[], httpx.AsyncClient]) -> SignUp:
    """`await sign_up("小丹")` gives a client signed in as a new account, and the account's id."""

    async def _sign_up(display_name: str = "小丹") -> tuple[httpx.AsyncClient, AccountId]:
        from uuid import UUID

        client = make_client()
        answer = await client.post(
            "/api/accounts",
            json={
                "sign_in": f"{uuid4().hex[:12]}@example.com",
                "password": "correct horse",
                "display_name": display_name,
            },
        )
        assert answer.status_code == 201, answer.text
        return client, AccountId(UUID(answer.json()["account_id"]))

    return _sign_up
