"""Viewers with real WebSockets, and a gateway to connect them to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from xiaodian.contracts.live import AnyMoment, CommentMoment, RoomId, Tick
from xiaodian.edge.context import Context
from xiaodian.modules.live.gateway.server import Gateway

WAIT_S = 20

_decode_tick = msgspec.json.Decoder(Tick).decode


class Watcher(WSListener):
    """A viewer that keeps every frame it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[bytes] = []
        self.close_code: int | None = None
        self.transport: WSTransport | None = None
        self._news = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.frames.append(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            self.close_code = int(frame.get_close_code())  # type: ignore[call-overload]
            transport.disconnect()
        self._news.set()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if self.close_code is None:
            self.close_code = 1006
        self._news.set()

    @property
    def ticks(self) -> list[Tick]:
        """What was received, decoded."""
        return [_decode_tick(frame) for frame in self.frames]

    @property
    def moments(self) -> list[AnyMoment]:
        """All moments received, in order."""
        return [moment for tick in self.ticks for moment in tick.moments]

    @property
    def comments(self) -> list[str]:
        """The comments received, in order."""
        return [moment.text for moment in self.moments if isinstance(moment, CommentMoment)]

    @property
    def last_tick(self) -> int:
        """The newest tick received."""
        return self.ticks[-1].tick

    async def until_comments(self, number: int) -> list[str]:
        """Wait for so many comments."""
        async with asyncio.timeout(WAIT_S):
            while len(self.comments) < number:
                self._news.clear()
                await self._news.wait()
        return self.comments

    async def until_moment(self, kind: type[AnyMoment]) -> AnyMoment:
        """Wait for a moment of this kind that has not been there yet when called."""
        seen = len(self.moments)
        async with asyncio.timeout(WAIT_S):
            while not (fresh := [moment for moment in self.moments[seen:] if isinstance(moment, kind)]):
                self._news.clear()
                await self._news.wait()
        return fresh[-1]

    async def until_closed(self) -> int:
        """Wait for the end of the connection; answers the close code."""
        async with asyncio.timeout(WAIT_S):
            while self.close_code is None:
                self._news.clear()
                await self._news.wait()
        return self.close_code

    def send(self, text: str) -> None:
        """Send a text frame."""
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, text)

    async def leave(self, *, graceful: bool = True) -> None:
        """Hang up, or be cut off."""
        assert self.transport is not None
        self.transport.disconnect(graceful)
        await self.transport.wait_disconnected()


async def watch(
    port: int, room_id: RoomId | str, after: int | str | None = None, *, role: str | None = None
) -> Watcher:
    """Connect a viewer; `after` is the newest tick it has, `role` what it says it is."""
    query = urlencode({key: value for key, value in (("after", after), ("role", role)) if value is not None})
    _, watcher = await ws_connect(Watcher, f"ws://127.0.0.1:{port}/live/{room_id}?{query}")
    assert isinstance(watcher, Watcher)
    return watcher


@asynccontextmanager
async def open_gateway(ctx: Context) -> AsyncIterator[Gateway]:
    """A gateway on a free port."""
    gateway = Gateway(ctx)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.close()
