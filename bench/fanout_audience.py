"""The viewers of bench/fanout.py, in a process of their own: takes orders and answers in lines of JSON.

{"connect": 100, "url": "ws://…"} connects so many more, {"keep": 50} has all others hang up, {"reset": true} forgets
what was received after telling it. The argument is the mark before a time of sending in a frame, in ns.
"""

import asyncio
import gc
import json
import resource
import sys
import time

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

MARK = sys.argv[1].encode()
CONNECTING_AT_ONCE = 200
SOCKETS_PER_ADDRESS = 15_000


class Tally:
    """What the audience has received."""

    def __init__(self) -> None:
        self.frames = 0
        self.latencies: list[float] = []
        self.closed = 0


class Client(WSListener):
    """A viewer that counts."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Count the frame; of each purchase in it, take the time."""
        if frame.msg_type != WSMsgType.TEXT:
            return
        self._tally.frames += 1
        for marked in frame.get_payload_as_bytes().split(MARK)[1:]:
            sent_ns = int(marked[: marked.index(b'"')])
            self._tally.latencies.append((time.time_ns() - sent_ns) / 1e6)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Nobody should be sent away."""
        self._tally.closed += 1


async def main() -> None:
    """The clients' process: connect, leave, and say what was received."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    tally, transports = Tally(), list[WSTransport]()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        if "connect" in order:
            await _connect(order["url"], order["connect"], tally, transports)
        if "keep" in order:
            for transport in transports[order["keep"] :]:
                transport.disconnect(False)
            del transports[order["keep"] :]
            await asyncio.sleep(1)
            tally.closed = 0
        latencies = sorted(tally.latencies)
        answer = {
            "frames": tally.frames,
            "purchases": len(latencies),
            "p50_ms": latencies[len(latencies) // 2] if latencies else 0,
            "p99_ms": latencies[int(len(latencies) * 0.99)] if latencies else 0,
            "closed": tally.closed,
        }
        if order.get("reset"):
            tally.frames, tally.latencies = 0, []
        print(json.dumps(answer), flush=True)


async def _connect(url: str, number: int, tally: Tally, transports: list[WSTransport]) -> None:
    """Many at once, from several addresses of this machine should ports of one run short."""
    for start in range(0, number, CONNECTING_AT_ONCE):
        made = await asyncio.gather(
            *(
                ws_connect(
                    lambda: Client(tally),
                    url,
                    read_buffer_init_size=4096,
                    websocket_handshake_timeout=30,
                    local_addr=(f"127.0.0.{1 + index // SOCKETS_PER_ADDRESS}", 0),
                )
                for index in range(start, min(start + CONNECTING_AT_ONCE, number))
            )
        )
        transports.extend(transport for transport, _ in made)


if __name__ == "__main__":
    uvloop.run(main())
