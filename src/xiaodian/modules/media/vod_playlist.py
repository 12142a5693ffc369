"""HLS playlists of films that are ready, written from what is kept of them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from xiaodian.modules.media.vod_rules import Rendition

_EXTINF = re.compile(r"^#EXTINF:([\d.]+),", re.MULTILINE)


def read_segments(playlist: str) -> list[int]:
    """How long the segments of a playlist that ffmpeg wrote are, in ms; ends meet starts, so that rounding never adds
    up."""
    ends, at_s = [0], 0.0
    for found in _EXTINF.finditer(playlist):
        at_s += float(found[1])
        ends.append(round(at_s * 1000))
    return [max(end - start, 1) for start, end in pairwise(ends)]


def read_codecs(init: bytes, has_sound: bool) -> str:
    """RFC 6381 names of what an init part of ours announces. Raises ValueError if it is not H.264."""
    at = init.index(b"avcC") + 5
    return f"avc1.{init[at : at + 3].hex()}" + (",mp4a.40.2" if has_sound else "")


def render_master(ladder: Sequence[Rendition]) -> str:
    """The master playlist, best last: players begin with the first, which loads fastest."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in reversed(ladder):
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={one.peak_bps},AVERAGE-BANDWIDTH={one.average_bps},"
            f'CODECS="{one.codecs}",RESOLUTION={one.width}x{one.height},FRAME-RATE={one.fps:.3f}'
        )
        lines.append(f"{one.name}/index.m3u8")
    return "\n".join(lines) + "\n"


def render_rendition(one: Rendition) -> str:
    """The playlist of one height."""
    target_s = max((max(one.segments_ms) + 999) // 1000, 1)
    lines = [
        *("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target_s}", "#EXT-X-MEDIA-SEQUENCE:0"),
        *("#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS", '#EXT-X-MAP:URI="init.mp4"'),
    ]
    for number, duration_ms in enumerate(one.segments_ms):
        lines += [f"#EXTINF:{duration_ms / 1000:.3f},", f"{number}.m4s"]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"
