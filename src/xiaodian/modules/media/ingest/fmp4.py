"""Splits a growing fragmented MP4 (ISO 14496-12) into its init part and fragments with exact times."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

MAX_BOX_BYTES = 64 * 1024 * 1024
_TFHD_BASE_OFFSET, _TFHD_DESCRIPTION, _TFHD_DURATION = 0x1, 0x2, 0x8
_TRUN_DATA_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_OFFSET = 0x100, 0x200, 0x400, 0x800


class Fmp4Error(Exception):
    """The bytes are no fragmented MP4 of the kind we make."""


class Init(NamedTuple):
    """`ftyp` and `moov`: what a player needs before any fragment."""

    content: bytes


class Fragment(NamedTuple):
    """A `moof` with its `mdat`. Times are of the video track, or of the only track there is."""

    content: bytes
    start_s: float
    duration_s: float


class Fmp4Splitter:
    """Feed it bytes as they come."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ftyp = b""
        self._moof = b""
        self._tracks: dict[int, _Track] = {}

    def feed(self, data: bytes) -> list[Init | Fragment]:
        """What became complete. Raises Fmp4Error."""
        self._buffer += data
        found: list[Init | Fragment] = []
        offset = 0
        while len(self._buffer) - offset >= 8:
            (size,) = struct.unpack_from(">I", self._buffer, offset)
            if not 8 <= size <= MAX_BOX_BYTES:
                raise Fmp4Error(f"box of {size} bytes")
            if len(self._buffer) - offset < size:
                break
            box = bytes(self._buffer[offset : offset + size])
            offset += size
            part = self._take(box)
            if part is not None:
                found.append(part)
        del self._buffer[:offset]
        return found

    def _take(self, box: bytes) -> Init | Fragment | None:
        kind = box[4:8]
        try:
            if kind == b"ftyp":
                self._ftyp = box
            elif kind == b"moov":
                self._tracks = _read_tracks(box)
                return Init(self._ftyp + box)
            elif kind == b"moof":
                self._moof = box
            elif kind == b"mdat" and self._moof:
                start_s, duration_s = self._times(self._moof)
                content, self._moof = self._moof + box, b""
                return Fragment(content, start_s, duration_s)
        except (struct.error, IndexError) as error:
            raise Fmp4Error(f"{kind!r} is cut off") from error
        return None

    def _times(self, moof: bytes) -> tuple[float, float]:
        times = {}
        for _, start, end in _boxes(moof, 8, len(moof), b"traf"):
            track_id, base, duration = _read_traf(moof, start, end, self._tracks)
            times[track_id] = (base, duration)
        if not times:
            raise Fmp4Error("fragment without tracks")
        track_id = min(times, key=lambda t: (not self._tracks[t].is_video, t))
        scale = self._tracks[track_id].timescale
        base, duration = times[track_id]
        return base / scale, duration / scale


class _Track(NamedTuple):
    timescale: int
    is_video: bool
    default_duration: int


def _boxes(data: bytes, start: int, end: int, *kinds: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of the contents of boxes of these types."""
    while start + 8 <= end:
        (size,) = struct.unpack_from(">I", data, start)
        if size < 8 or start + size > end:
            raise Fmp4Error("box sticks out of its parent")
        kind = data[start + 4 : start + 8]
        if kind in kinds:
            yield kind, start + 8, start + size
        start += size


def _box(data: bytes, start: int, end: int, kind: bytes) -> tuple[int, int]:
    for _, inner_start, inner_end in _boxes(data, start, end, kind):
        return inner_start, inner_end
    raise Fmp4Error(f"no {kind!r}")


def _read_tracks(moov: bytes) -> dict[int, _Track]:
    defaults = {}
    for _, start, end in _boxes(moov, 8, len(moov), b"mvex"):
        for _, at, _ in _boxes(moov, start, end, b"trex"):
            track_id, _, duration = struct.unpack_from(">III", moov, at + 4)
            defaults[track_id] = duration
    tracks = {}
    for _, start, end in _boxes(moov, 8, len(moov), b"trak"):
        at, _ = _box(moov, start, end, b"tkhd")
        (track_id,) = struct.unpack_from(">I", moov, at + (20 if moov[at] == 1 else 12))
        media_start, media_end = _box(moov, start, end, b"mdia")
        at, _ = _box(moov, media_start, media_end, b"mdhd")
        (timescale,) = struct.unpack_from(">I", moov, at + (20 if moov[at] == 1 else 12))
        at, _ = _box(moov, media_start, media_end, b"hdlr")
        if timescale == 0:
            raise Fmp4Error("track without a time scale")
        tracks[track_id] = _Track(timescale, moov[at + 8 : at + 12] == b"vide", defaults.get(track_id, 0))
    return tracks


def _read_traf(moof: bytes, start: int, end: int, tracks: dict[int, _Track]) -> tuple[int, int, int]:
    """Track, time of its first sample and sum of its samples' durations, in units of its time scale."""
    at, _ = _box(moof, start, end, b"tfhd")
    flags, track_id = int.from_bytes(moof[at + 1 : at + 4], "big"), int.from_bytes(moof[at + 4 : at + 8], "big")
    if track_id not in tracks:
        raise Fmp4Error("fragment of an unknown track")
    duration_at = at + 8 + 8 * bool(flags & _TFHD_BASE_OFFSET) + 4 * bool(flags & _TFHD_DESCRIPTION)
    default_duration = tracks[track_id].default_duration
    if flags & _TFHD_DURATION:
        (default_duration,) = struct.unpack_from(">I", moof, duration_at)
    at, _ = _box(moof, start, end, b"tfdt")
    (base,) = struct.unpack_from(">Q" if moof[at] == 1 else ">I", moof, at + 4)
    duration = sum(_trun_duration(moof, at, default_duration) for _, at, _ in _boxes(moof, start, end, b"trun"))
    return track_id, base, duration


def _trun_duration(moof: bytes, at: int, default_duration: int) -> int:
    flags, count = int.from_bytes(moof[at + 1 : at + 4], "big"), int.from_bytes(moof[at + 4 : at + 8], "big")
    if not flags & _TRUN_DURATION:
        return count * default_duration
    first = at + 8 + 4 * bool(flags & _TRUN_DATA_OFFSET) + 4 * bool(flags & _TRUN_FIRST_FLAGS)
    words = sum(bool(flags & field) for field in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_OFFSET))
    if first + 4 * words * count > len(moof):
        raise Fmp4Error("trun is cut off")
    # The duration is the first word of each sample's record.
    return sum(struct.unpack_from(f">{words * count}I", moof, first)[::words])
