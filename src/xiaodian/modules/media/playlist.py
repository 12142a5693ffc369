"""HLS media playlists (RFC 8216, and its second edition for EXT-X-DATERANGE), as a pure function."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from xiaodian.contracts.media import DateRange
from xiaodian.kit.clock import from_epoch_ms

LIVE_SEGMENTS = 12
"""How many segments a live playlist shows. A player starts three from the end; the rest is for slow networks."""
_VERSION = 7
_ATTRIBUTE_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


class PlaylistSegment(NamedTuple):
    """A segment as the playlist tells of it."""

    seq: int
    start_ms: int
    duration_ms: int
    name: str
    init_name: str
    discontinuity: bool


class Playlist(NamedTuple):
    """What a playlist is made of. `discontinuities_before`: how many are before the first segment."""

    segments: Sequence[PlaylistSegment]
    target_s: int
    is_ended: bool
    discontinuities_before: int
    ranges: Sequence[DateRange]


def render_playlist(playlist: Playlist) -> bytes:
    """The bytes of a live playlist, or of a whole film once it is over."""
    first_seq = playlist.segments[0].seq if playlist.segments else 0
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{playlist.target_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{first_seq}",
    ]
    if playlist.discontinuities_before:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{playlist.discontinuities_before}")
    if playlist.is_ended:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    lines += [_render_range(date_range) for date_range in playlist.ranges]
    init_name = None
    for number, segment in enumerate(playlist.segments):
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init_name != init_name:
            init_name = segment.init_name
            lines.append(f'#EXT-X-MAP:URI="{init_name}"')
        if segment.discontinuity or number == 0:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date(segment.start_ms)}")
        lines.append(f"#EXTINF:{segment.duration_ms / 1000:.3f},")
        lines.append(segment.name)
    if playlist.is_ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join([*lines, ""]).encode()


def ranges_within(ranges: Sequence[DateRange], start_ms: int, end_ms: int | None) -> list[DateRange]:
    """Those ranges that touch the time shown. `end_ms` is null while live; a film's end ends what was still open."""
    return [
        msgspec.structs.replace(date_range, end_ms=end_ms) if date_range.end_ms is None else date_range
        for date_range in ranges
        if (date_range.end_ms is None or date_range.end_ms >= start_ms)
        and (end_ms is None or date_range.start_ms <= end_ms)
    ]


def _render_range(date_range: DateRange) -> str:
    parts = [
        f"ID={_quote(date_range.range_id)}",
        f"CLASS={_quote(date_range.range_class)}",
        f'START-DATE="{_date(date_range.start_ms)}"',
    ]
    if date_range.end_ms is not None:
        parts.append(f'END-DATE="{_date(date_range.end_ms)}"')
        parts.append(f"DURATION={(date_range.end_ms - date_range.start_ms) / 1000:.3f}")
    parts += [f"X-{_attribute_name(name)}={_quote(value)}" for name, value in sorted(date_range.attributes.items())]
    return "#EXT-X-DATERANGE:" + ",".join(parts)


def _date(epoch_ms: int) -> str:
    return from_epoch_ms(epoch_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{epoch_ms % 1000:03d}Z"


def _quote(text: str) -> str:
    """A quoted string cannot hold line breaks or quotation marks; there is no escape for them."""
    cleaned = "".join(character for character in text.replace('"', "'") if character >= " " and character != "\x7f")
    return f'"{cleaned}"'


def _attribute_name(name: str) -> str:
    upper = name.upper().replace("_", "-").removeprefix("X-")
    return "".join(character for character in upper if character in _ATTRIBUTE_CHARACTERS)
