"""ffmpeg over a file: one run with a time limit, its end always awaited, what it said kept short."""

import asyncio
import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

SAID_KEPT_BYTES = 64 * 1024
# Nothing but a file of the family that phones make; no list in it may lead anywhere else.
_INPUT = ("-protocol_whitelist", "file", "-f", "mov", "-i")


class FfmpegFailedError(Exception):
    """It failed, or took too long; the text is the end of what it said."""


async def probe(source: Path, timeout_s: float) -> str:
    """What ffmpeg says of a file. Without an output it always fails, which is no matter here."""
    _, said = await _run([*_INPUT, str(source)], timeout_s)
    return said


async def convert(source: Path, arguments: list[str], target: Path, timeout_s: float) -> None:
    """Read one file and write another. Raises FfmpegFailedError."""
    code, said = await _run(["-y", *_INPUT, str(source), *arguments, str(target)], timeout_s)
    if code != 0 or not await asyncio.to_thread(_has_content, target):
        raise FfmpegFailedError(said[-500:].strip())


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


async def _run(arguments: list[str], timeout_s: float) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(get_ffmpeg_exe()),  # type: ignore[no-untyped-call]
        *("-hide_banner", "-nostdin", "-loglevel", "info", "-nostats", "-threads", "2", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = b""
    try:
        async with asyncio.timeout(timeout_s):
            while data := await process.stderr.read(SAID_KEPT_BYTES):
                said = (said + data)[-SAID_KEPT_BYTES:]
            code = await process.wait()
    except TimeoutError as error:
        raise FfmpegFailedError("took too long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return code, said.decode("utf-8", "replace")
