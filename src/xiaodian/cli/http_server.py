"""The HTTP process: Granian in front of the app. Loads nothing of the app itself; Granian's workers do."""

import os

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from xiaodian.infra.parents import stop_when_lifeline_closes
from xiaodian.settings import Settings


def serve_http(settings: Settings) -> int:
    """Serve until told to stop. Returns the exit code."""
    stop_when_lifeline_closes()
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
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()
    return 0
