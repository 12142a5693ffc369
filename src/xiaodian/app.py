"""The composition root: which modules there are and how they are wired. No logic."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from xiaodian.edge.access import guard_access, provide_caller, provide_caller_or_none
from xiaodian.edge.context import Context, provide_context
from xiaodian.edge.problems import handle_error
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.storage import Storage
from xiaodian.infra.work import Consumer, Job
from xiaodian.settings import Settings

MODULES = (
    "accounts",
    "shops",
    "content",
    "catalog",
    "promotion",
    "payments",
    "ledger",
    "risk",
    "media",
    "live",
    "orders",
)


def _find(module: str, file: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(f"xiaodian.modules.{module}.{file}"), name)
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("xiaodian.modules"):
            raise
        return None


@asynccontextmanager
async def open_context(settings: Settings, process: str) -> AsyncIterator[Context]:
    """Connect to the engines; closed at the end of the block. Raises UnavailableError."""
    database = await Database.connect(settings.database_url, pool_size=settings.database_pool_size)
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name=process)
    await broker.ensure_streams()
    storage = Storage.open(settings.media_url, settings.data_dir)
    try:
        yield Context(settings=settings, database=database, broker=broker, storage=storage)
    finally:
        await broker.close()
        await database.close()


def consumers(ctx: Context) -> list[Consumer]:
    """Every reaction to events, of all modules."""
    return [
        consumer for module in MODULES if (make := _find(module, "handlers", "consumers")) for consumer in make(ctx)
    ]


def jobs(ctx: Context) -> list[Job]:
    """All scheduled work, of all modules."""
    return [job for module in MODULES if (make := _find(module, "jobs", "jobs")) for job in make(ctx)]


def create_app(settings: Settings | None = None, context: Context | None = None) -> Litestar:
    """The HTTP application. With a context given it neither opens nor closes engines."""

    def _wire(app: Litestar, ctx: Context) -> None:
        app.state.context = ctx
        app.state.authenticate = _find("accounts", "api", "make_authenticator")(ctx)
        if gate := _find("live", "api", "RoomGate"):
            app.state.publish_gate = gate(ctx)

    @asynccontextmanager
    async def _engines(app: Litestar) -> AsyncIterator[None]:
        async with open_context(settings or Settings.from_env(), "http") as ctx:
            _wire(app, ctx)
            yield

    app = Litestar(
        route_handlers=[r for module in MODULES for r in (_find(module, "routes", "routes") or [])],
        dependencies={
            "ctx": Provide(provide_context, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "maybe_caller": Provide(provide_caller_or_none, sync_to_thread=False),
        },
        guards=[guard_access],
        exception_handlers={Exception: handle_error},
        lifespan=[] if context else [_engines],
        openapi_config=OpenAPIConfig(title="Xiaodian", version="1", path="/api/docs"),
    )
    if context:
        _wire(app, context)
    return app


async def run_gateway(ctx: Context, stop: asyncio.Event) -> None:
    """The live gateway, until `stop` is set."""
    await _find("live", "api", "run_gateway")(ctx, stop)


async def run_ingest(ctx: Context, stop: asyncio.Event) -> None:
    """The ingest of RTMP and browser publishers, until `stop` is set."""
    await _find("media", "api", "run_ingest")(ctx, _find("live", "api", "RoomGate")(ctx), stop)
