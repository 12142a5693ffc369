"""One connection of a viewer."""

import asyncio
import socket
from typing import Annotated, Protocol, cast

import msgspec
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from xiaodian.contracts.live import RoomId
from xiaodian.modules.live.gateway import metrics

CLOSE_NO_ROOM = 4404
CLOSE_TOO_SLOW = 4408
CLOSE_RELOAD = 4410
CLOSE_FULL = 4503
CLOSE_GOING_AWAY = 1001
CLOSE_NOT_UNDERSTOOD = 1008
CLOSE_TRY_LATER = 1013

REASONS = {
    CLOSE_NO_ROOM: "no_room",
    CLOSE_TOO_SLOW: "too_slow",
    CLOSE_RELOAD: "reload",
    CLOSE_FULL: "full",
    CLOSE_GOING_AWAY: "going_away",
    CLOSE_NOT_UNDERSTOOD: "not_understood",
    CLOSE_TRY_LATER: "try_later",
}

LIKES_PER_SECOND = 50
MAX_DELAY_MS = 120_000
LINGER_S = 5.0
"""A closing connection has so long to read what is on the way; then it is cut."""
SEND_BUFFER_BYTES = 64 * 1024
KEEPALIVE_IDLE_S = 30
DEAD_AFTER_MS = 30_000
FRAME_ROOM = 14
"""Bytes that picows wants before a payload, to write the frame's header into."""


class LikesMessage(msgspec.Struct, tag_field="type", tag="likes", forbid_unknown_fields=True):
    """The viewer gave so many likes."""

    count: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class DelayMessage(msgspec.Struct, tag_field="type", tag="delay", forbid_unknown_fields=True):
    """The viewer's picture is so far behind the camera."""

    ms: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class BellMessage(msgspec.Struct, tag_field="type", tag="bell", forbid_unknown_fields=True):
    """The viewer wants to hear when this account gets a message."""

    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


_decode = msgspec.json.Decoder(LikesMessage | DelayMessage | BellMessage).decode
RING = b'{"tick":0,"moments":[],"rings":true}'
"""A tick of nothing, which everybody has already."""


class Room(Protocol):
    """What a viewer needs of the hub that it belongs to."""

    def leave(self, viewer: "Viewer") -> None:
        """The viewer is gone."""

    def like(self, count: int) -> None:
        """The viewer gave likes."""


class Server(Protocol):
    """What a viewer needs of the process."""

    max_buffer_bytes: int

    def arrived(self, viewer: "Viewer") -> None:
        """The connection is open."""

    def hang_bell(self, viewer: "Viewer", key: bytes) -> None:
        """The viewer wants to hear this bell."""

    def gone(self, viewer: "Viewer") -> None:
        """The connection is closed."""


class Viewer(WSListener):
    """A connection: what it has been sent, and what it tells. Slots, because there are many thousands."""

    __slots__ = (
        "_like_second",
        "_likes",
        "_server",
        "after",
        "bell",
        "delay_ms",
        "hears_only",
        "is_closing",
        "is_host",
        "room",
        "room_id",
        "transport",
    )

    def __init__(
        self,
        server: Server,
        room_id: RoomId | None,
        after: int | None,
        *,
        is_host: bool = False,
        hears_only: bool = False,
    ) -> None:
        super().__init__()
        self._server = server
        self.room_id = room_id
        self.after = after
        """The newest tick that the viewer has; None: whatever is the newest now."""
        self.is_host = is_host
        """The host's own desk: it gets what viewers get, but is none of them."""
        self.hears_only = hears_only
        """In no room: a page that wants to hear its account's bell and nothing else."""
        self.room: Room | None = None
        self.transport: WSTransport | None = None
        self.delay_ms: int | None = None
        self.bell: bytes | None = None
        self.is_closing = False
        self._like_second = 0
        self._likes = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Ready for frames in both directions."""
        self.transport = transport
        transport.request.headers.clear()
        underlying = transport.underlying_transport
        underlying.set_write_buffer_limits(high=self._server.max_buffer_bytes)
        _harden(underlying.get_extra_info("socket"))
        self._server.arrived(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone, whoever closed it."""
        self.is_closing = True
        if self.room:
            self.room.leave(self)
        self._server.gone(self)
        self.transport = None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Likes, the delay of the picture, or a goodbye. What we do not understand ends the connection."""
        if frame.msg_type == WSMsgType.TEXT and frame.fin:
            try:
                message = _decode(frame.get_payload_as_memoryview())
            except msgspec.MsgspecError:
                self.close(CLOSE_NOT_UNDERSTOOD)
                return
            if isinstance(message, DelayMessage):
                self.delay_ms = None if self.is_host else min(message.ms, MAX_DELAY_MS)
            elif isinstance(message, BellMessage):
                self._server.hang_bell(self, bytes.fromhex(message.key))
            else:
                self._like(message.count)
        elif frame.msg_type == WSMsgType.CLOSE:
            self.is_closing = True
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif frame.msg_type != WSMsgType.PONG:
            self.close(CLOSE_NOT_UNDERSTOOD)

    def pause_writing(self) -> None:
        """More is unsent than we keep for anybody: this viewer is too slow."""
        asyncio.get_running_loop().call_soon(self.close, CLOSE_TOO_SLOW)

    def resume_writing(self) -> None:
        """What was unsent is on its way."""

    def send(self, tick: int, frame: bytearray) -> None:
        """Send a tick unless the viewer has it. `frame` is the payload after 14 free bytes."""
        if self.transport is not None and not self.is_closing and (self.after is None or self.after < tick):
            self.after = tick
            self.transport.send_reuse_external_bytearray(WSMsgType.TEXT, frame, FRAME_ROOM)

    def ring(self) -> None:
        """The account whose bell the viewer hung up has a message; which, its inbox tells."""
        if self.transport is not None and not self.is_closing:
            self.transport.send(WSMsgType.TEXT, RING)

    def ping(self) -> None:
        """Keep proxies in between from taking the connection for idle."""
        if self.transport is not None and not self.is_closing:
            self.transport.send_ping()

    def close(self, code: int) -> None:
        """Say why, and cut the connection if that is not read soon."""
        transport = self.transport
        if transport is None or self.is_closing:
            return
        self.is_closing = True
        if self.room:
            self.room.leave(self)
        metrics.closed.labels(REASONS[code]).inc()
        transport.send_close(cast("WSCloseCode", code))
        transport.disconnect()
        asyncio.get_running_loop().call_later(LINGER_S, transport.disconnect, False)

    def _like(self, count: int) -> None:
        second = int(asyncio.get_running_loop().time())
        if second != self._like_second:
            self._like_second, self._likes = second, 0
        allowed = min(count, LIKES_PER_SECOND - self._likes)
        if allowed > 0 and self.room:
            self._likes += allowed
            self.room.like(allowed)


def _harden(connection: socket.socket) -> None:
    """Bound what the kernel holds for a slow viewer, and have it notice viewers that vanished."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
