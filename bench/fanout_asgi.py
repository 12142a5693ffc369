"""What bench/fanout.py compares with: an ASGI application on Granian that sends to its WebSockets likewise."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from granian.constants import Interfaces, Loops
from granian.server import Server

PERIOD_S = 0.25
PAYLOAD_BYTES = 560


class AsgiRoom:
    """An ASGI application that sends the same text to all its WebSockets four times a second."""

    def __init__(self) -> None:
        self._sends: dict[int, Any] = {}
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One connection."""
        if scope["type"] != "websocket":
            return
        self._task = self._task or asyncio.get_running_loop().create_task(self._send_all())
        await receive()
        await send({"type": "websocket.accept"})
        self._sends[id(send)] = send
        try:
            while (await receive())["type"] != "websocket.disconnect":
                pass
        finally:
            del self._sends[id(send)]

    async def _send_all(self) -> None:
        text = "x" * PAYLOAD_BYTES
        while True:
            await asyncio.sleep(PERIOD_S)
            for send in list(self._sends.values()):
                await send({"type": "websocket.send", "text": text})


asgi_room = AsgiRoom()


def serve(port: int) -> None:
    """Granian as the platform runs it, with WebSockets."""
    sys.path.insert(0, str(Path(__file__).parent))
    Server(
        "fanout_asgi:asgi_room",
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=port,
        workers=1,
        loop=Loops.uvloop,
        websockets=True,
        backlog=4096,
        log_access=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
