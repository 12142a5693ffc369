"""The processes of the platform, each runnable alone: http, gateway, ingest, worker."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import uvloop
from prometheus_client import start_http_server

from xiaodian import app
from xiaodian.edge.context import Context
from xiaodian.infra.parents import stop_when_lifeline_closes
from xiaodian.infra.worker import run_worker
from xiaodian.settings import Settings

PROCESSES = ("http", "gateway", "ingest", "worker")


def run_process(name: str, settings: Settings) -> int:
    """Run one process until it is told to stop. Returns the exit code."""
    stop_when_lifeline_closes()
    if name == "http":
        _serve_http(settings)
        return 0
    mains = {"gateway": _gateway, "ingest": _ingest, "worker": _worker}
    uvloop.run(_with_context(name, settings, mains[name]))
    return 0


def _serve_http(settings: Settings) -> None:
    from granian.constants import Interfaces, Loops
    from granian.server import Server

    os.environ.update(settings.to_env())
    Server(
        "xiaodian.app:create_app",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.http_port,
        workers=settings.http_workers,
        loop=Loops.uvloop,
        websockets=False,
        backlog=4096,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


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


async def _worker(ctx: Context, stop: asyncio.Event) -> None:
    server, _ = start_http_server(ctx.settings.worker_port, addr=ctx.settings.host)
    try:
        await run_worker(ctx.database, ctx.broker, consumers=app.consumers(ctx), jobs=app.jobs(ctx), stop=stop)
    finally:
        server.shutdown()
        server.server_close()
