"""Reads what the demo needs of an HLS playlist: which wall-clock moment a picture of the stream belongs to."""

from datetime import datetime

import msgspec


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A segment and the moment of its first picture, in epoch ms."""

    uri: str
    start_ms: int
    duration_ms: int
    is_new_start: bool
    """The encoder started anew here (or this is where the playlist begins)."""


def read_segments(playlist: str) -> list[Segment]:
    """The playlist's segments with their moments; those before the first EXT-X-PROGRAM-DATE-TIME are left out."""
    segments: list[Segment] = []
    at_ms: float | None = None
    duration_ms = 0.0
    is_new_start = True
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
            at_ms = datetime.fromisoformat(line.partition(":")[2]).timestamp() * 1000
        elif line.startswith("#EXTINF:"):
            duration_ms = float(line.partition(":")[2].split(",")[0]) * 1000
        elif line.startswith("#EXT-X-DISCONTINUITY") and "SEQUENCE" not in line:
            is_new_start = True
        elif line and not line.startswith("#") and at_ms is not None:
            segments.append(
                Segment(uri=line, start_ms=round(at_ms), duration_ms=round(duration_ms), is_new_start=is_new_start)
            )
            at_ms += duration_ms
            is_new_start = False
    return segments


def started_at_ms(segments: list[Segment], not_before_ms: int) -> int | None:
    """The moment of the first picture since the encoder last started, if that was not before the given moment."""
    starts = [segment.start_ms for segment in segments if segment.is_new_start]
    return starts[-1] if starts and starts[-1] >= not_before_ms else None
