"""Connections that send one request after the other, and what came back."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, cast


class Request(NamedTuple):
    """One request as bytes, and what it is known by: the same for each time it is tried again."""

    name: int
    data: bytes


NextRequest = Callable[[], Request | None]


class Tally:
    """What came back, and how long it took. Bodies are kept only if they are asked for."""

    def __init__(self, *, keep: Callable[[int, bytes], bytes | None] | None = None) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.kept: list[tuple[int, bytes]] = []
        """The request's name, and what `keep(status, body)` made of the answer."""
        self.cut = 0
        """Requests whose connection ended before the answer came."""
        self._keep = keep

    def add(self, name: int, status: int, body: bytes, seconds: float) -> None:
        """One answer."""
        self.statuses[status] += 1
        self.seconds.append(seconds)
        if self._keep is not None and (kept := self._keep(status, body)) is not None:
            self.kept.append((name, kept))

    def percentile_ms(self, share: float) -> float:
        """The time to the answer below which so many of the answers were, in milliseconds."""
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000


class Connection(asyncio.Protocol):
    """One keep-alive connection that sends the next request when the last is answered."""

    def __init__(self, next_request: NextRequest, tally: Tally) -> None:
        self._next_request = next_request
        self._tally = tally
        self._buffer = b""
        self._name = 0
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports have the methods of asyncio.Transport without being one.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Collect an answer; when it is whole, go on."""
        self._buffer = self._buffer + data if self._buffer else data
        end_of_head = self._buffer.find(b"\r\n\r\n")
        if end_of_head < 0:
            return
        head = self._buffer[:end_of_head].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        start = end_of_head + 4
        if len(self._buffer) < start + length:
            return
        self._tally.add(self._name, int(head[9:12]), self._buffer[start:], time.perf_counter() - self._sent_at)
        self._buffer = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """The server closed on us: whoever loads it decides whether that may be."""
        if not self.done.done():
            self._tally.cut += 1
            self.done.set_result(None)

    def _send(self) -> None:
        assert self._transport is not None
        request = self._next_request()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._name = request.name
        self._sent_at = time.perf_counter()
        self._transport.write(request.data)


async def load(ports: list[int], connections: int, next_request: NextRequest, tally: Tally) -> None:
    """Run so many connections, spread over the ports, until there is no next request."""
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(next_request, tally), "127.0.0.1", ports[number % len(ports)])
        for number in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
