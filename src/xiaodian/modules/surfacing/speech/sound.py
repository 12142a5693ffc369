"""From the segments of a film to its sound: one ffmpeg a publication, its end always awaited."""

import asyncio
import contextlib
import subprocess
from asyncio.subprocess import Process

from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

from xiaodian.modules.surfacing.speech.recognizer import BYTES_PER_S, SAMPLE_RATE

READ_BYTES = BYTES_PER_S // 5
STOP_TIMEOUT_S = 5.0
# Nothing but what is piped in; no list in it may lead anywhere else.
_INPUT = ("-protocol_whitelist", "pipe", "-f", "mp4", "-probesize", "65536", "-analyzeduration", "0", "-i", "pipe:0")
_OUTPUT = ("-vn", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "-flush_packets", "1", "pipe:1")


class SoundOfFilm:
    """Segments in, sound out. A film without sound gives none."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def open(cls) -> "SoundOfFilm":
        """Start ffmpeg."""
        process = await asyncio.create_subprocess_exec(
            str(get_ffmpeg_exe()),  # type: ignore[no-untyped-call]
            *("-hide_banner", "-loglevel", "error", "-threads", "1", *_INPUT, *_OUTPUT),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return cls(process)

    async def feed(self, segment: bytes) -> None:
        """More of the film. One whose sound cannot be read is silent."""
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(segment)
            await self._process.stdin.drain()

    async def read(self) -> bytes:
        """More of the sound; empty at its end."""
        assert self._process.stdout is not None
        return await self._process.stdout.read(READ_BYTES)

    def end(self) -> None:
        """The film is over; what is left of the sound can still be read."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def close(self) -> None:
        """Stop ffmpeg, and await its end."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()
