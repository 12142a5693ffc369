"""`xiaodian serve`: all processes and embedded engines under a supervisor, or one process by its name."""

import argparse
import asyncio
import signal

from xiaodian.cli.platform import LISTENER, PROCESSES, Platform
from xiaodian.infra.logging import configure_logging
from xiaodian.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Which process to run; all by default."""
    parser.add_argument("process", nargs="?", choices=["all", *PROCESSES, LISTENER], default="all")


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop by a signal."""
    settings = Settings.from_env()
    configure_logging(level=settings.log_level, log_format=settings.log_format, process=options.process)
    if options.process in ("all", "http", "worker"):
        _check_payment_providers(settings)
    # Each process loads only what it runs: six of them start at once.
    if options.process == "http":
        from xiaodian.cli.http_server import serve_http

        return serve_http(settings)
    if options.process != "all":
        from xiaodian.cli.processes import run_process

        return run_process(options.process, settings)
    return asyncio.run(_serve_all(settings))


def _check_payment_providers(settings: Settings) -> None:
    """Say what is wrong before anything starts. Raises BadSettingError."""
    from xiaodian.modules.payments.api import make_real_providers

    make_real_providers(settings)


async def _serve_all(settings: Settings) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Platform(settings) as platform:
        print(f"Xiaodian is up at http://localhost:{platform.settings.http_port}", flush=True)
        await platform.supervise(stop)
    return 0
