"""Pure decisions about films that sellers upload."""

import re
from enum import StrEnum
from typing import NamedTuple

MAX_SIDE = 1280
MAX_DURATION_S = 60
MAX_ATTEMPTS = 3
_SLACK_S = 1.0
"""Cameras stop a little late; nobody shall cut a film for that."""
_MAX_COPIED_BPS = 4_000_000

_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)(?:.*?bitrate: (\d+) kb/s)?")
_VIDEO = re.compile(r"Stream #0:\d+.*?: Video: (\w+)[^\n]*?\b(\d{2,5})x(\d{2,5})\b")
_AUDIO = re.compile(r"Stream #0:\d+.*?: Audio: (\w+)")
_VIDEO_NAME = re.compile(r"[0-9a-f]{64}\.(mp4|webp)")


class VideoFault(StrEnum):
    """Why a film is refused."""

    NOT_A_VIDEO = "not_a_video"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    """It begins like a film, but cannot be read to its end."""


class VideoFacts(NamedTuple):
    """What ffmpeg says of a file."""

    duration_s: float
    width: int
    height: int
    video_codec: str
    is_plain_colour: bool
    """4:2:0 with eight bits, which every player reads."""
    audio_codec: str | None
    bit_rate_bps: int


def read_probe(said: str) -> VideoFacts | None:
    """What `ffmpeg -i` said of its input; None if it is no film."""
    duration, video = _DURATION.search(said), _VIDEO.search(said)
    if duration is None or video is None:
        return None
    audio = _AUDIO.search(said)
    hours, minutes, seconds, kilobits = duration.groups()
    return VideoFacts(
        duration_s=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        width=int(video[2]),
        height=int(video[3]),
        video_codec=video[1],
        is_plain_colour="yuv420p" in video[0] and "yuv420p1" not in video[0],
        audio_codec=audio[1] if audio else None,
        bit_rate_bps=int(kilobits or 0) * 1000,
    )


def find_fault(facts: VideoFacts | None) -> VideoFault | None:
    """Why a film cannot be taken; None if it can."""
    if facts is None or facts.duration_s <= 0:
        return VideoFault.NOT_A_VIDEO
    return VideoFault.TOO_LONG if facts.duration_s > MAX_DURATION_S + _SLACK_S else None


def convert_arguments(facts: VideoFacts) -> list[str]:
    """How ffmpeg makes it H.264 and AAC in an MP4 that plays while it loads; what already is so is copied."""
    copies = (
        facts.video_codec == "h264"
        and facts.is_plain_colour
        and max(facts.width, facts.height) <= MAX_SIDE
        and 0 < facts.bit_rate_bps <= _MAX_COPIED_BPS
    )
    shrink = f"min(1,{MAX_SIDE}/max(iw,ih))"
    scale = f"scale='trunc(iw*{shrink}/2)*2':'trunc(ih*{shrink}/2)*2'"
    encode = [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-maxrate", "3M", "-bufsize", "6M"),
        *("-pix_fmt", "yuv420p", "-vf", scale, "-fpsmax", "30"),
    ]
    audio = ["-c:a", "copy"] if facts.audio_codec == "aac" else ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    return [
        *("-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1"),
        *(["-c:v", "copy"] if copies else encode),
        *audio,
        *("-movflags", "+faststart", "-f", "mp4"),
    ]


def is_video_file(name: str) -> bool:
    """Whether this can be the name of a stored film or of its poster."""
    return _VIDEO_NAME.fullmatch(name) is not None


def video_file_path(name: str) -> str:
    """Where a film or its poster is in the storage; spread over folders by hash."""
    return f"videos/{name[:2]}/{name}"


def upload_path(video_id: object) -> str:
    """Where an upload waits to be converted."""
    return f"uploads/videos/{video_id}"


class Range(NamedTuple):
    """Bytes from `start` up to, without, `end`."""

    start: int
    end: int


def read_range(header: str | None, size: int) -> Range | None:
    """What a Range header asks for; None for the whole. Raises ValueError for what cannot be given (RFC 9110, 14.2)."""
    found = re.fullmatch(r"(?a:bytes=(\d{0,15})-(\d{0,15}))", header.strip()) if header else None
    if found is None or found[0] == "bytes=-":
        return None  # Several ranges, or another unit: answering with the whole is allowed.
    first, last = found[1], found[2]
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= end:
        raise ValueError(header)
    return Range(start, end)
