"""Pure decisions about the media of short videos: what is taken, and what is made of it."""

import re
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.base import Contract

MAX_ATTEMPTS = 3
MAX_SIDE = 4096
MAX_PIXELS = 4096 * 2304
MIN_SIDE = 16
MAX_FPS = 30
SEGMENT_S = 4
SLACK_S = 1.0
"""Cameras stop a little late; nobody shall cut a film for that."""
MIN_CLIP_MS = 1000
SPRITE_STILLS = 100
SPRITE_COLUMNS = 10
SPRITE_SIDE = 160
SPRITE_EVERY_MS = 1000

_SNIFFED_BYTES = 4 * 188 + 1
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_STEPS = (1080, 720, 480)
_WORTH_A_STEP = 0.8
_KBPS = {1080: 4500, 720: 2500, 480: 1200}

# What ffmpeg itself says of a stream begins with two blanks; what files say of themselves is further in, so that no
# tag of a file can pose as a stream.
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_VIDEO = re.compile(r"^  Stream #0:\d+[^\n]*?: Video: (\w+)[^\n]*?\b(\d{1,6})x(\d{1,6})\b[^\n]*", re.MULTILINE)
_ATTACHED = "(attached pic)"
_AUDIO = re.compile(r"^  Stream #0:\d+[^\n]*?: Audio: (\w+)", re.MULTILINE)
_FILE_START = re.compile(r"^  Duration: [^\n]*?, start: (-?[\d.]+)", re.MULTILINE)
_STREAM_START = re.compile(r", start (-?[\d.]+)")
_ANY_STREAM = re.compile(r"^  Stream #0:", re.MULTILINE)
_FPS = re.compile(r"([\d.]+)(k?) fps")
_TBR = re.compile(r"([\d.]+)(k?) tbr")
_PICTURE = re.compile(r"(?a:poster|sprite|still-\d{1,7})\.webp")
_COVER = re.compile(r"(?a:cover-[0-9a-f]{32})\.webp")
_SEGMENT = re.compile(r"(?a:\d{1,4}/(init\.mp4|\d{1,6}\.m4s))")


class VodFault(StrEnum):
    """Why a film is refused."""

    NOT_A_VIDEO = "not_a_video"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    """Its picture is larger than 4K."""
    UNREADABLE = "unreadable"
    """It begins like a film, but cannot be read to its end."""


class Light(StrEnum):
    """How a film's numbers mean light and colour; screens everywhere take the ordinary way only."""

    ORDINARY = "ordinary"
    WIDE = "bt709"
    """The colours of BT.2020, the light as ever."""
    PQ = "smpte2084"
    HLG = "arib-std-b67"


class Source(NamedTuple):
    """What ffmpeg says of a file, without having looked at its pictures."""

    duration_s: float | None
    """As the file says; None if it does not."""
    width: int
    height: int
    fps: float
    """Of what is made of it."""
    light: Light
    has_sound: bool
    late_s: float
    """So much later than the file's own beginning the pictures begin."""


class Size(NamedTuple):
    """Of a picture, in pixels."""

    width: int
    height: int


class Step(NamedTuple):
    """One height of the ladder."""

    name: str
    size: Size
    max_kbps: int


class Rendition(Contract, frozen=True, kw_only=True):
    """One height of a film that is ready; kept with it, and enough to write its playlists."""

    name: str
    width: int
    height: int
    codecs: str
    fps: float
    peak_bps: int
    average_bps: int
    segments_ms: list[int]
    """How long each of its segments is, in microseconds' truth rounded to milliseconds."""


def sniff(head: bytes) -> str | None:
    """The demuxer for a file that begins so; None: no film that is taken. Neither its name nor what the sender says of
    it counts, and what lists other files (playlists, manifests) is no film."""
    if head[4:8] in _BOXES:
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:4] == b"FLV\x01":
        return "flv"
    if head[:4] == b"\0\0\x01\xba":
        return "mpeg"
    if len(head) >= _SNIFFED_BYTES and all(head[188 * i] == 0x47 for i in range(5)):
        return "mpegts"
    return None


def read_source(said: str) -> Source | VodFault:
    """What `ffmpeg -i` said of its input, or why that is no film."""
    video = next((found for found in _VIDEO.finditer(said) if _ATTACHED not in found[0]), None)
    if video is None:
        # Where it knew the streams, there is none of pictures; else it could not read what looked like a film.
        return VodFault.NOT_A_VIDEO if _ANY_STREAM.search(said) else VodFault.UNREADABLE
    duration = _DURATION.search(said)
    return Source(
        duration_s=int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3]) if duration else None,
        width=int(video[2]),
        height=int(video[3]),
        fps=_choose_fps(_rate(_FPS, video[0]), _rate(_TBR, video[0])),
        light=_read_light(video[0]),
        has_sound=_AUDIO.search(said) is not None,
        late_s=_read_lateness(said, video[0]),
    )


def find_fault(source: Source, max_s: int) -> VodFault | None:
    """Why a film cannot be taken, by what it says of itself; None if it can."""
    if source.duration_s is not None and source.duration_s > max_s + SLACK_S:
        return VodFault.TOO_LONG
    if max(source.width, source.height) > MAX_SIDE or source.width * source.height > MAX_PIXELS:
        return VodFault.TOO_LARGE
    return VodFault.UNREADABLE if min(source.width, source.height) < MIN_SIDE else None


def plan_ladder(shown: Size) -> list[Step]:
    """The heights to make of a film of this shown size, largest first: never larger than it is."""
    steps: list[Step] = []
    last = 0.0
    for side in _STEPS:
        scale = min(1.0, side / min(shown), side * 16 / 9 / max(shown))
        if not steps or scale < last * _WORTH_A_STEP:
            size = Size(_even(shown.width * scale), _even(shown.height * scale))
            steps.append(Step(f"{min(size)}", size, _KBPS[side]))
            last = scale
    return steps


def filter_graph(source: Source, steps: list[Step]) -> str:
    """ffmpeg's filters from the source's pictures to `[v0]`, `[v1]`...: upright square pixels, eight bits, 4:2:0."""
    top = steps[0].size
    scale = f"scale={top.width}:{top.height},setsar=1"
    if source.light is not Light.ORDINARY:
        # Made small first: the sums in floating point are the dear part. Said in full, as files leave half of it out.
        meant = f"zscale=min=bt2020nc:pin=bt2020:tin={source.light}"
        if source.light is Light.WIDE:
            scale += f",{meant}:p=bt709:t=bt709:m=bt709:r=tv"
        else:
            scale += f",{meant}:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0"
            scale += ",zscale=t=bt709:m=bt709:r=tv"
    outs = "".join(f"[s{i}]" for i in range(len(steps)))
    parts = [f"[0:V:0]fps={source.fps:g},{scale},format=yuv420p,split={len(steps)}{outs}"]
    parts += [f"[s{i}]scale={step.size.width}:{step.size.height}[v{i}]" for i, step in enumerate(steps)]
    return ";".join(parts)


def encode_arguments(source: Source, index: int, step: Step) -> list[str]:
    """How one step becomes segments in the folder of its name, nothing of the source's own tags in it."""
    gop = max(round(source.fps * SEGMENT_S), 1)
    return [
        *("-map", f"[v{index}]", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23", "-threads:v", "1"),
        *("-maxrate", f"{step.max_kbps}k", "-bufsize", f"{step.max_kbps * 2}k"),
        *("-g", f"{gop}", "-sc_threshold", "0", "-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_S})"),
        *("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000", "-af", "aresample=async=1:first_pts=0"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-f", "hls", "-hls_time", f"{SEGMENT_S}", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod"),
        *("-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_segment_filename", f"{step.name}/%d.m4s", f"{step.name}/index.m3u8"),
    ]


class Sprite(NamedTuple):
    """One picture of many stills."""

    columns: int
    rows: int
    every_ms: int
    size: Size
    """Of one still."""


def plan_sprite(shown: Size, duration_ms: int) -> Sprite:
    """Stills of a film, one each second or, of longer ones, a hundred."""
    every_ms = max(SPRITE_EVERY_MS, -(-duration_ms // SPRITE_STILLS))
    count = max(-(-duration_ms // every_ms), 1)
    columns = min(count, SPRITE_COLUMNS)
    scale = min(1.0, SPRITE_SIDE / max(shown))
    return Sprite(
        columns, -(-count // columns), every_ms, Size(_even(shown.width * scale), _even(shown.height * scale))
    )


def upload_folder(upload_id: UUID) -> str:
    """Where the parts of an upload are in the storage."""
    return f"uploads/vods/{upload_id}/"


def vod_folder(vod_id: UUID) -> str:
    """Where a film's files are in the storage."""
    return f"vods/{vod_id}/"


def run_folder(vod_id: UUID, run: UUID) -> str:
    """Where one making of a film puts them: two that make it at once cannot mix theirs."""
    return f"{vod_folder(vod_id)}{run}/"


def _read_light(said: str) -> Light:
    for light in (Light.PQ, Light.HLG):
        if light in said:
            return light
    return Light.WIDE if "bt2020" in said else Light.ORDINARY


def _read_lateness(said: str, video: str) -> float:
    file_start, start = _FILE_START.search(said), _STREAM_START.search(video)
    # A stream that begins at zero does not say so.
    return max(float(start[1] if start else 0) - float(file_start[1]), 0.0) if file_start else 0.0


def _even(pixels: float) -> int:
    return max(round(pixels / 2) * 2, 2)


def _rate(pattern: re.Pattern[str], text: str) -> float:
    found = pattern.search(text)
    return float(found[1]) * (1000 if found[2] else 1) if found else 0.0


def _choose_fps(average: float, base: float) -> float:
    """An even rate: halved until it is small enough, so that each picture stays as long as the next. A phone's uneven
    rate has no such number and becomes the most there is."""
    if average < 1 or abs(average - base) > average * 0.02:
        return MAX_FPS
    while average > MAX_FPS + 0.01:
        average /= 2
    return average


def still_name(at_ms: int) -> str:
    """The file of a picture out of a film."""
    return f"still-{at_ms}.webp"


def cover_name(digest: str) -> str:
    """The file of a cover that was uploaded, beside the makings of its film."""
    return f"cover-{digest[:32]}.webp"


def is_cover(name: str) -> bool:
    """Whether this can be the name of a cover that was uploaded."""
    return _COVER.fullmatch(name) is not None


def content_type(name: str) -> str | None:
    """What a file of a film is, by the path behind its id; None: there can be no such file."""
    if _PICTURE.fullmatch(name) or is_cover(name):
        return "image/webp"
    found = _SEGMENT.fullmatch(name)
    return None if found is None else "video/mp4" if found[1] == "init.mp4" else "video/iso.segment"
