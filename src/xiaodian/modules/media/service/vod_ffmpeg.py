"""ffmpeg over films that strangers sent: little time, memory and disk, the lowest priority, one core, no other file."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

from xiaodian.modules.media.service.run_ffmpeg import SAID_KEPT_BYTES, FfmpegFailedError
from xiaodian.modules.media.vod_rules import MAX_PIXELS

MEMORY_BYTES = 3 * 1024**3
FILE_BYTES = 256 * 1024 * 1024
"""Of one file that it writes, which is a segment or a picture."""
MAX_ALLOC_BYTES = 256 * 1024 * 1024
MAX_STREAMS = 64
_LAUNCHER = Path(__file__).with_name("limited_exec.py")
_OUT_TIME = re.compile(rb"out_time_us=(\d+)")


class Limits(NamedTuple):
    """How much one run may use."""

    wall_s: float
    cpu_s: int
    file_bytes: int = FILE_BYTES


def input_arguments(source: Path, demuxer: str, *options: str) -> list[str]:
    """A film as input, read as what its first bytes say it is; a list in it leads nowhere, too much is an error."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", demuxer, "-max_streams", f"{MAX_STREAMS}"),
        *("-probesize", "20M", "-analyzeduration", "20M", "-max_pixels", f"{MAX_PIXELS}", "-threads", "1"),
        *(*options, "-f", demuxer, "-i", str(source)),
    ]


async def run(
    arguments: Sequence[str], limits: Limits, folder: Path, progress: Callable[[float], None] | None = None
) -> str:
    """One run in a folder; answers what it said. `progress` hears how many seconds of film are done.

    Raises FfmpegFailedError.
    """
    code, said = await _run(arguments, limits, folder, progress)
    if code != 0:
        raise FfmpegFailedError(f"{code}: {said[-500:].strip()}")
    return said


async def describe(source: Path, demuxer: str, limits: Limits) -> str:
    """What ffmpeg says of a file. Without an output it always fails, which is no matter here."""
    return (await _run(input_arguments(source, demuxer), limits, source.parent, None))[1]


async def _run(
    arguments: Sequence[str], limits: Limits, folder: Path, progress: Callable[[float], None] | None
) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(_LAUNCHER)),
        *(f"{MEMORY_BYTES}", f"{limits.cpu_s}", f"{limits.file_bytes}"),
        str(get_ffmpeg_exe()),  # type: ignore[no-untyped-call]
        *(
            "-hide_banner",
            "-nostdin",
            "-nostats",
            "-loglevel",
            "info",
            "-progress",
            "pipe:1",
            "-max_alloc",
            "268435456",
        ),
        *("-filter_threads", "1", "-filter_complex_threads", "1", "-y", *arguments),
        cwd=folder,
        env={"PATH": os.environ.get("PATH", ""), "MALLOC_ARENA_MAX": "2"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(limits.wall_s):
            _, said = await asyncio.gather(_follow(process.stdout, progress), _read(process.stderr))
            code = await process.wait()
    except TimeoutError as error:
        raise FfmpegFailedError("took too long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return code, said.decode("utf-8", "replace")


async def _read(stream: asyncio.StreamReader) -> bytes:
    """The beginning, which tells of the streams, and the end, which tells of faults."""
    head, tail = b"", b""
    while data := await stream.read(SAID_KEPT_BYTES):
        room = SAID_KEPT_BYTES - len(head)
        head += data[:room]
        tail = (tail + data[room:])[-SAID_KEPT_BYTES:]
    return head + tail


async def _follow(stream: asyncio.StreamReader, progress: Callable[[float], None] | None) -> None:
    while data := await stream.read(SAID_KEPT_BYTES):
        times = _OUT_TIME.findall(data)
        if times and progress is not None:
            progress(int(times[-1]) / 1e6)
