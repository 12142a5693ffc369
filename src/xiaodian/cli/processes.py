"""The processes of the platform that run on our own event loop: gateway, ingest, worker, listener."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import uvloop
from prometheus_client import start_http_server

from xiaodian import app
from xiaodian.edge.context import Context
from xiaodian.infra.garbage import calm_garbage_collector
from xiaodian.infra.parents import stop_when_lifeline_closes
from xiaodian.infra.worker import run_worker
from xiaodian.settings import Settings

LISTENER_NICENESS = 5


def run_process(name: str, settings: Settings) -> int:
    """Run one process until it is told to stop. Returns the exit code."""
    stop_when_lifeline_closes()
    mains = {"gateway": _gateway, "ingest": _ingest, "worker": _worker, "listener": _listener}
    uvloop.run(_with_context(name, settings, mains[name]))
    return 0


async def _with_context(
    name: str, settings: Settings, main: Callable[[Context, asyncio.Event], Awaitable[None]]
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with app.open_context(settings, name) as ctx:
        await main(ctx, stop)


async def _gateway(ctx: Context, stop: asyncio.Event) -> None:
    await app.run_gateway(ctx, stop)


async def _ingest(ctx: Context, stop: asyncio.Event) -> None:
    await app.run_ingest(ctx, stop)


async def _listener(ctx: Context, stop: asyncio.Event) -> None:
    # A room's words may come late; everything else on this machine may not.
    os.nice(LISTENER_NICENESS)
    await app.run_listener(ctx, stop)


async def _worker(ctx: Context, stop: asyncio.Event) -> None:
    server, _ = start_http_server(ctx.settings.worker_port, addr=ctx.settings.host)
    calm_garbage_collector()
    try:
        await run_worker(
            ctx.database,
            ctx.broker,
            consumers=app.consumers(ctx),
            jobs=app.jobs(ctx),
            services=app.services(ctx),
            stop=stop,
        )
    finally:
        server.shutdown()
        server.server_close()
