"""The composition root: which modules there are and how they are wired. No logic."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from litestar import Litestar
from litestar.di import Provide

from xiaodian.contracts.base import UnavailableError
from xiaodian.edge import health, pages
from xiaodian.edge.access import guard_access, provide_caller, provide_caller_or_none
from xiaodian.edge.context import Context, provide_context
from xiaodian.edge.middleware import EdgeMiddleware
from xiaodian.edge.openapi import openapi_config
from xiaodian.edge.problems import handle_error
from xiaodian.edge.request import MAX_BODY_BYTES, StrictRequest
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging, get_logger
from xiaodian.infra.parents import end_with_parent_process
from xiaodian.infra.storage import Storage
from xiaodian.infra.work import Consumer, Job
from xiaodian.settings import Settings

T = TypeVar("T")

ENGINE_RETRY_S = 1.0
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

log = get_logger(__name__)


def _find(module: str, file: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(f"xiaodian.modules.{module}.{file}"), name)
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("xiaodian.modules"):
            raise
        return None


@asynccontextmanager
async def open_context(settings: Settings, process: str) -> AsyncIterator[Context]:
    """Connect to the engines, waiting for them as long as it takes; closed at the end of the block."""
    async with AsyncExitStack() as stack:
        database = await _when_available(
            lambda: Database.connect(settings.database_url, pool_size=settings.database_pool_size)
        )
        stack.push_async_callback(database.close)
        broker = await _when_available(
            lambda: Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name=process)
        )
        stack.push_async_callback(broker.close)
        await _when_available(broker.ensure_streams)
        storage = Storage.open(settings.media_url, settings.data_dir)
        yield Context(settings=settings, database=database, broker=broker, storage=storage)


async def _when_available(connect: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await connect()
        except UnavailableError:
            log.warning("waiting_for_engines")
            await asyncio.sleep(ENGINE_RETRY_S)


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
        app.state.front_end = pages.load_front_end()
        app.state.authenticate = _find("accounts", "api", "make_authenticator")(ctx)
        if gate := _find("live", "api", "RoomGate"):
            app.state.publish_gate = gate(ctx)

    @asynccontextmanager
    async def _engines(app: Litestar) -> AsyncIterator[None]:
        end_with_parent_process()
        chosen = settings or Settings.from_env()
        configure_logging(level=chosen.log_level, log_format=chosen.log_format, process="http")
        async with open_context(chosen, "http") as ctx:
            _wire(app, ctx)
            yield

    app = Litestar(
        route_handlers=[
            *health.routes,
            *pages.routes,
            *(r for module in MODULES for r in (_find(module, "routes", "routes") or [])),
        ],
        dependencies={
            "ctx": Provide(provide_context, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "maybe_caller": Provide(provide_caller_or_none),
        },
        guards=[guard_access],
        exception_handlers={Exception: handle_error},
        request_class=StrictRequest,
        request_max_body_size=MAX_BODY_BYTES,
        lifespan=[] if context else [_engines],
        openapi_config=openapi_config(),
    )
    app.asgi_handler = EdgeMiddleware(app.asgi_handler)
    if context:
        _wire(app, context)
    return app


async def run_gateway(ctx: Context, stop: asyncio.Event) -> None:
    """The live gateway, until `stop` is set."""
    await _find("live", "api", "run_gateway")(ctx, stop)


async def run_ingest(ctx: Context, stop: asyncio.Event) -> None:
    """The ingest of RTMP and browser publishers, until `stop` is set."""
    await _find("media", "api", "run_ingest")(ctx, _find("live", "api", "RoomGate")(ctx), stop)
