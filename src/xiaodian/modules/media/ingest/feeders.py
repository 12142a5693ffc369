"""What turns a publisher's input into runs of the packager: FLV tags of an encoder, or chunks of a browser."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from xiaodian.modules.media.ingest.ffmpeg import browser_arguments, film_arguments
from xiaodian.modules.media.ingest.film import Clock, Film, FilmError
from xiaodian.modules.media.ingest.packager import Packager
from xiaodian.modules.media.rtmp.session import Media

MAX_FILMS = 50
"""An encoder that changes its mind more often than this in one publication is at fault."""

Item = TypeVar("Item", contravariant=True)


class Feeder(Protocol[Item]):
    """Takes input in order; called by the publication's owner task only."""

    async def take(self, items: Sequence[Item]) -> None:
        """Hand on what came. Raises FilmError, FfmpegError, ClaimLostError."""


class EncoderFeeder:
    """Tags of an RTMP encoder."""

    def __init__(self, packager: Packager, segment_s: float) -> None:
        self._packager = packager
        self._segment_s = segment_s
        self._clock = Clock()
        self._film = Film()
        self._films = 0

    async def take(self, items: Sequence[Media]) -> None:
        """Hand on tags; all that belong to one film in one write."""
        parts: list[bytes] = []
        for media in items:
            at_ms = self._clock.at(media.timestamp)
            was_known = self._film.plan is not None
            data = self._film.take(media, at_ms)
            if self._film.is_over:
                await self._hand_on(parts)
                self._film = self._film.successor()
                was_known = False
                data = self._film.take(media, at_ms)
            if data and not was_known:
                await self._begin()
            if data:
                parts.append(data)
        await self._hand_on(parts)

    async def _begin(self) -> None:
        assert self._film.plan is not None
        self._films += 1
        if self._films > MAX_FILMS:
            raise FilmError("the encoder changes its configuration too often")
        await self._packager.begin(film_arguments(self._film.plan, self._segment_s))

    async def _hand_on(self, parts: list[bytes]) -> None:
        if parts:
            await self._packager.feed(b"".join(parts))
            parts.clear()


class BrowserFeeder:
    """Chunks of a MediaRecorder: one WebM or MP4 file, growing."""

    def __init__(self, packager: Packager, segment_s: float) -> None:
        self._packager = packager
        self._segment_s = segment_s
        self._start: bytes | None = b""

    async def take(self, items: Sequence[bytes]) -> None:
        """Hand on chunks; the first bytes say which format it is."""
        data = b"".join(items)
        if self._start is not None:
            self._start += data
            if len(self._start) < 12:
                return
            await self._packager.begin(browser_arguments(_container(self._start), self._segment_s))
            data, self._start = self._start, None
        await self._packager.feed(data)


def _container(start: bytes) -> str:
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if start[4:8] == b"ftyp":
        return "mp4"
    raise FilmError("neither WebM nor MP4")
