"""The processes of the platform, each runnable alone: http, gateway, ingest, worker."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable

import uvloop
from prometheus_client import start_http_server

from xiaodian import app
from xiaodian.contracts.base import UnavailableError
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.infra.worker import run_worker
from xiaodian.settings import Settings

PROCESSES = ("http", "gateway", "ingest", "worker")
LIFELINE_ENV = "XIAODIAN_LIFELINE"
ENGINE_RETRY_S = 1.0

log = get_logger(__name__)


def run_process(name: str, settings: Settings) -> int:
    """Run one process until it is told to stop. Returns the exit code."""
    if os.environ.get(LIFELINE_ENV):
        _stop_when_parent_is_gone()
    if name == "http":
        _serve_http(settings)
        return 0
    mains = {"gateway": _gateway, "ingest": _ingest, "worker": _worker}
    uvloop.run(_with_context(name, settings, mains[name]))
    return 0


def _stop_when_parent_is_gone() -> None:
    """Our supervisor holds the other end of standard input; when that closes, however it ended, we stop."""

    def _wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=_wait, daemon=True, name="lifeline").start()


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
    while not stop.is_set():
        try:
            async with app.open_context(settings, name) as ctx:
                await main(ctx, stop)
        except UnavailableError:
            log.warning("waiting_for_engines")
            await asyncio.wait([asyncio.ensure_future(stop.wait())], timeout=ENGINE_RETRY_S)


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
