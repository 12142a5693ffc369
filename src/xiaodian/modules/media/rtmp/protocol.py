"""The asyncio side of RTMP: reads and writes the socket, keeps time limits, closes cleanly whatever comes."""

import asyncio
from typing import Protocol, cast

from xiaodian.infra.logging import get_logger
from xiaodian.modules.media.rtmp.limits import RtmpError
from xiaodian.modules.media.rtmp.session import Media, PublishRequested, PublishSession, Refusal, Unpublished

SETUP_TIMEOUT_S = 10.0
"""From connecting until the wish to publish is there."""
IDLE_TIMEOUT_S = 10.0
"""An encoder sends all the time; one that is silent this long is gone."""
CLOSE_TIMEOUT_S = 2.0

log = get_logger(__name__)


class PublisherSide(Protocol):
    """What the connection tells the ingest. Called from the event loop; must not block."""

    def connection_opened(self, connection: "RtmpConnection") -> bool:
        """Whether there is room for one more connection."""

    def publish_requested(self, connection: "RtmpConnection", stream_key: str) -> None:
        """Decide, then call accept or refuse."""

    def media_arrived(self, media: list[Media]) -> None:
        """Media in order; only after accept."""

    def connection_over(self, reason: str) -> None:
        """Nothing more will come. Called exactly once."""


class RtmpConnection(asyncio.Protocol):
    """One encoder's connection."""

    def __init__(self, side: PublisherSide) -> None:
        self._side = side
        self._session = PublishSession()
        self._transport: asyncio.Transport | None = None
        self._has_asked = False
        self._is_over = False
        self._is_paused = False
        self._bytes_since_check = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def encoder(self) -> str:
        """What the encoder calls itself."""
        return self._session.encoder

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        if not self._side.connection_opened(self):
            self.close("too many connections")
            return
        self._timer = asyncio.get_running_loop().call_later(SETUP_TIMEOUT_S, self._check_time)

    def data_received(self, data: bytes) -> None:
        """Bytes came. Nothing that is in them can raise out of here."""
        if self._is_over:
            return
        self._bytes_since_check += len(data)
        try:
            events = self._session.feed(data)
        except RtmpError as error:
            self._flush()
            self.close(f"protocol: {error}")
            return
        self._flush()
        media = [event for event in events if isinstance(event, Media)]
        if media:
            self._side.media_arrived(media)
        for event in events:
            if isinstance(event, PublishRequested):
                self._has_asked = True
                self._side.publish_requested(self, event.stream_key)
            elif isinstance(event, Unpublished):
                self.close("unpublished")

    def eof_received(self) -> bool:
        """The encoder closed its half; so do we."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._finish(f"connection lost: {type(exc).__name__}" if exc else "connection closed by encoder")

    def accept(self) -> None:
        """Let the encoder publish."""
        if not self._is_over:
            self._session.accept_publish()
            self._flush()

    def refuse(self, refusal: Refusal, description: str) -> None:
        """Refuse the encoder and close."""
        if not self._is_over:
            self._session.refuse_publish(refusal, description)
            self._flush()
            self.close(f"refused: {description}")

    def end(self, description: str) -> None:
        """Tell the encoder that we end the publication, and close."""
        if not self._is_over:
            self._session.end_publish(description)
            self._flush()
            self.close(f"ended: {description}")

    def close(self, reason: str) -> None:
        """Close after what is to be sent was sent; by force if the peer does not take it."""
        if self._transport is not None:
            self._transport.close()
            asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self._transport.abort)
        self._finish(reason)

    def pause_reading(self) -> None:
        """Let the encoder wait (TCP does it) while we catch up."""
        if self._transport is not None and not self._is_paused and not self._is_over:
            self._is_paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """We have caught up."""
        if self._transport is not None and self._is_paused and not self._is_over:
            self._is_paused = False
            self._transport.resume_reading()

    def _flush(self) -> None:
        output = self._session.take_output()
        if output and self._transport is not None and not self._transport.is_closing():
            self._transport.write(output)

    def _check_time(self) -> None:
        if self._is_over:
            return
        if not self._has_asked:
            self.close("no wish to publish within the time limit")
        elif self._bytes_since_check == 0 and not self._is_paused:
            self.close("encoder silent")
        else:
            self._bytes_since_check = 0
            self._timer = asyncio.get_running_loop().call_later(IDLE_TIMEOUT_S, self._check_time)

    def _finish(self, reason: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        log.info("rtmp_closed", reason=reason, encoder=self._session.encoder)
        self._side.connection_over(reason)
