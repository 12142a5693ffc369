"""An RTMP encoder as a publisher."""

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.media import AlreadyPublishingError, PublishRefusedError
from xiaodian.modules.media.ingest.feeders import EncoderFeeder
from xiaodian.modules.media.ingest.publication import Publication
from xiaodian.modules.media.ingest.registry import Registry
from xiaodian.modules.media.rtmp.protocol import RtmpConnection
from xiaodian.modules.media.rtmp.session import Media, Refusal


class EncoderPublisher:
    """Stands between one RTMP connection and its publication."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._publication: Publication[Media] | None = None
        self._is_over = False

    def connection_opened(self, connection: RtmpConnection) -> bool:
        """Count the connection; it may be one too many."""
        return self._registry.connection_opened(self, lambda: connection.close("ingest stops"))

    def publish_requested(self, connection: RtmpConnection, stream_key: str) -> None:
        """Check the key."""
        self._registry.spawn(self._publish(connection, stream_key))

    def media_arrived(self, media: list[Media]) -> None:
        """Hand on."""
        if self._publication is not None:
            self._publication.offer(media, sum(len(item.payload) for item in media))

    def connection_over(self, reason: str) -> None:
        """No more will come."""
        self._registry.connection_over(self)
        self._is_over = True
        if self._publication is not None:
            self._publication.close()

    async def _publish(self, connection: RtmpConnection, stream_key: str) -> None:
        if self._registry.is_full:
            connection.refuse(Refusal.DENIED, "No room for another publisher")
            return
        try:
            claim = await self._registry.claim(stream_key)
        except PublishRefusedError:
            connection.refuse(Refusal.BAD_NAME, "Wrong stream key, or no live room is planned")
            return
        except AlreadyPublishingError:
            connection.refuse(Refusal.BAD_NAME, "AlreadyPublishing: another encoder uses this stream key")
            return
        except UnavailableError:
            connection.refuse(Refusal.DENIED, "Try again in a moment")
            return
        if self._is_over:
            await self._registry.give_back(claim)
            return

        def _slow_down(wanted: bool) -> None:
            if wanted:
                connection.pause_reading()
            else:
                connection.resume_reading()

        self._publication = self._registry.begin(claim, EncoderFeeder, slow_down=_slow_down, over=connection.end)
        connection.accept()
