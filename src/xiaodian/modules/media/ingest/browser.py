"""A browser's camera as a publisher: a WebSocket that carries a MediaRecorder's chunks.

`/publish?key=<stream key>`, binary messages only, in order. The key is the secret, so any origin may connect.
The server closes with a code that says why: see CloseCode.
"""

import struct
from enum import IntEnum
from urllib.parse import parse_qs, urlsplit

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, WSUpgradeResponseWithListener

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.media import AlreadyPublishingError, PublishRefusedError
from xiaodian.infra.probes import answer_probe
from xiaodian.modules.media.ingest.feeders import BrowserFeeder
from xiaodian.modules.media.ingest.publication import Publication
from xiaodian.modules.media.ingest.registry import Registry
from xiaodian.modules.media.rtmp.limits import MAX_KEY_CHARS

PUBLISH_PATH = "/publish"
MAX_FRAME_BYTES = 4 * 1024 * 1024
MAX_BACKLOG_BYTES = 12 * 1024 * 1024
"""About forty seconds of a browser's picture: a publisher that far ahead of us is dropped."""


class CloseCode(IntEnum):
    """Why the server closed the WebSocket."""

    OVER = 4410
    """The stream ended or its key was rotated; or the film could not be read."""
    REFUSED = 4403
    ALREADY_PUBLISHING = 4409
    TOO_SLOW = 4413
    """The server cannot transcode as fast as the browser sends."""
    UNAVAILABLE = 4503
    """The server is full or restarting: try again in a moment."""


class BrowserPublisher(WSListener):
    """One WebSocket."""

    def __init__(self, registry: Registry, stream_key: str) -> None:
        self._registry = registry
        self._stream_key = stream_key
        self._transport: WSTransport | None = None
        self._publication: Publication[bytes] | None = None
        self._early: list[bytes] = []
        self._early_bytes = 0
        self._is_over = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Check the key; what comes meanwhile is kept."""
        self._transport = transport
        if self._registry.connection_opened(self, lambda: self._close(CloseCode.UNAVAILABLE)):
            self._registry.spawn(self._publish())
        else:
            self._close(CloseCode.UNAVAILABLE)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Hand on a chunk."""
        if frame.msg_type is WSMsgType.CLOSE:
            self._close(1000)
        elif frame.msg_type in (WSMsgType.BINARY, WSMsgType.CONTINUATION) and not self._is_over:
            self._take(frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """No more will come."""
        self._registry.connection_over(self)
        self._is_over = True
        if self._publication is not None:
            self._publication.close()

    def _take(self, chunk: bytes) -> None:
        if self._publication is not None:
            self._publication.offer([chunk], len(chunk))
            backlog = self._publication.pending_bytes
        else:
            self._early.append(chunk)
            self._early_bytes += len(chunk)
            backlog = self._early_bytes
        if backlog > MAX_BACKLOG_BYTES:
            self._close(CloseCode.TOO_SLOW)

    async def _publish(self) -> None:
        if self._registry.is_full:
            self._close(CloseCode.UNAVAILABLE)
            return
        try:
            claim = await self._registry.claim(self._stream_key)
        except PublishRefusedError:
            self._close(CloseCode.REFUSED)
            return
        except AlreadyPublishingError:
            self._close(CloseCode.ALREADY_PUBLISHING)
            return
        except UnavailableError:
            self._close(CloseCode.UNAVAILABLE)
            return
        if self._is_over:
            await self._registry.give_back(claim)
            return
        # A browser cannot be slowed down by TCP without filling its memory; it is dropped when too far ahead.
        self._publication = self._registry.begin(
            claim, BrowserFeeder, slow_down=lambda _: None, over=lambda _: self._close(CloseCode.OVER)
        )
        if self._early:
            self._publication.offer(self._early, self._early_bytes)

    def _close(self, code: int) -> None:
        if self._transport is None or self._is_over:
            return
        self._is_over = True
        reason = code.name.lower().encode() if isinstance(code, CloseCode) else b""
        self._transport.send(WSMsgType.CLOSE, struct.pack(">H", code) + reason)
        self._transport.disconnect()


def route_publisher(
    registry: Registry, request: WSUpgradeRequest
) -> BrowserPublisher | WSUpgradeResponseWithListener | None:
    """The listener of a request, or the answer to a probe; None (404) if the path is not ours."""
    url = urlsplit(request.path.decode("latin-1"))
    if url.path != PUBLISH_PATH:
        return answer_probe(url.path, registry.ctx.broker)
    key = parse_qs(url.query).get("key", [""])[0]
    return BrowserPublisher(registry, key[:MAX_KEY_CHARS])
