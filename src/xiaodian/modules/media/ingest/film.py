"""Decides from the first tags of a publication what film it is, and lays its tags on one clock.

A film starts with a key frame, or with sound if no picture comes. It is known to be silent when no sound came for a
while, so that nothing downstream waits for sound that never comes. When an encoder changes its configuration, or sound
comes late, a new film begins.
"""

from typing import NamedTuple

from xiaodian.modules.media.ingest import flv
from xiaodian.modules.media.ingest.flv import TagInfo
from xiaodian.modules.media.rtmp.session import Media

SILENT_AFTER_MS = 600
"""Without sound for so long after the first picture: a film without sound."""
SOUND_ONLY_AFTER_MS = 4000
MAX_HELD_BYTES = 16 * 1024 * 1024
CLOCK_START_MS = 10_000
"""Times in films begin here, so that an encoder's priming samples do not fall before zero."""
MAX_STEP_MS = 10_000
MAX_STEP_BACK_MS = 1_000
ASSUMED_FRAME_MS = 33


class FilmError(Exception):
    """What the encoder sends is no film; the text is for the log."""


class Clock:
    """Turns RTMP's wrapping timestamps, which may jump when an encoder hiccups, into one that runs on."""

    def __init__(self) -> None:
        self._last_raw: int | None = None
        self._last_ms = CLOCK_START_MS

    def at(self, raw: int) -> int:
        """Milliseconds of this tag; the first tag ever is at CLOCK_START_MS."""
        if self._last_raw is None:
            self._last_raw = raw
            return self._last_ms
        step = (raw - self._last_raw + 0x80000000) % 0x100000000 - 0x80000000
        if not -MAX_STEP_BACK_MS <= step <= MAX_STEP_MS:
            step = ASSUMED_FRAME_MS
        self._last_raw = raw
        self._last_ms = max(self._last_ms + step, 0)
        return self._last_ms


class FilmPlan(NamedTuple):
    """What a film consists of; `None` if it has no such track."""

    video_codec: str | None
    audio_codec: str | None

    @property
    def copies_video(self) -> bool:
        """Browsers play it as it is."""
        return self.video_codec in (None, "avc1")

    @property
    def copies_audio(self) -> bool:
        """Browsers play it as it is."""
        return self.audio_codec in (None, "mp4a")


class _Tag(NamedTuple):
    tag_type: int
    at_ms: int
    payload: bytes


class Film:
    """Feed it tags; once `plan` is known it gives FLV bytes. `is_over`: make a `successor` for this tag and go on."""

    def __init__(self) -> None:
        self.plan: FilmPlan | None = None
        self.is_over = False
        self._configs: dict[int, tuple[TagInfo, bytes]] = {}
        self._held: list[_Tag] = []
        self._held_bytes = 0
        self._first_ms: int | None = None
        self._picture_ms: int | None = None
        self._codecs: dict[int, str] = {}

    def successor(self) -> "Film":
        """The film after a change of configuration; it knows the configurations so far."""
        film = Film()
        film._configs = dict(self._configs)
        return film

    def take(self, media: Media, at_ms: int) -> bytes:
        """FLV bytes to hand on now; empty while the film is not yet known. Raises FilmError."""
        if media.tag_type == flv.VIDEO:
            info = flv.describe_video(media.payload)
        elif media.tag_type == flv.AUDIO:
            info = flv.describe_audio(media.payload)
        else:
            return b""
        if info.is_config:
            return self._take_config(media, info)
        if not info.is_media or (info.needs_config and media.tag_type not in self._configs):
            return b""
        if self.plan is not None:
            return self._go_on(media, info, at_ms)
        return self._hold(media, info, at_ms)

    def _take_config(self, media: Media, info: TagInfo) -> bytes:
        known = self._configs.get(media.tag_type)
        self._configs[media.tag_type] = (info, media.payload)
        self.is_over = self.plan is not None and (known is None or known[1] != media.payload)
        return b""

    def _go_on(self, media: Media, info: TagInfo, at_ms: int) -> bytes:
        assert self.plan is not None
        planned = self.plan.video_codec if media.tag_type == flv.VIDEO else self.plan.audio_codec
        if planned == info.codec:
            return flv.write_tag(media.tag_type, at_ms, media.payload)
        self.is_over = True
        return b""

    def _hold(self, media: Media, info: TagInfo, at_ms: int) -> bytes:
        if self._first_ms is None:
            self._first_ms = at_ms
        if media.tag_type == flv.VIDEO:
            if self._picture_ms is None and not info.is_key:
                return b""
            if self._picture_ms is None:
                self._picture_ms = at_ms
        self._codecs[media.tag_type] = info.codec
        self._held.append(_Tag(media.tag_type, at_ms, media.payload))
        self._held_bytes += len(media.payload)
        if self._held_bytes > MAX_HELD_BYTES:
            raise FilmError("no film can be made out of the first 16 MiB")
        if not self._is_known(at_ms):
            return b""
        return self._begin()

    def _is_known(self, at_ms: int) -> bool:
        assert self._first_ms is not None
        if self._picture_ms is not None:
            return flv.AUDIO in self._codecs or at_ms - self._picture_ms >= SILENT_AFTER_MS
        return at_ms - self._first_ms >= SOUND_ONLY_AFTER_MS

    def _begin(self) -> bytes:
        self.plan = FilmPlan(self._codecs.get(flv.VIDEO), self._codecs.get(flv.AUDIO))
        start_ms = self._held[0].at_ms if self._picture_ms is None else self._picture_ms
        parts = [flv.file_header(has_video=flv.VIDEO in self._codecs, has_audio=flv.AUDIO in self._codecs)]
        parts += [
            flv.write_tag(tag_type, start_ms, self._configs[tag_type][1])
            for tag_type in (flv.VIDEO, flv.AUDIO)
            if tag_type in self._codecs and tag_type in self._configs
        ]
        # The picture first: then the demuxer knows all it needs from the first bytes.
        held = [tag for tag in self._held if tag.at_ms >= start_ms]
        held.sort(key=lambda tag: (tag.at_ms, tag.tag_type != flv.VIDEO))
        parts += [flv.write_tag(*tag) for tag in held]
        self._held.clear()
        return b"".join(parts)
