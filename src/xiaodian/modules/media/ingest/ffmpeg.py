"""One ffmpeg process under supervision: bytes in, fragmented MP4 out, its end always awaited."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable

from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

from xiaodian.infra.logging import get_logger
from xiaodian.modules.media.ingest.film import CLOCK_START_MS, FilmPlan
from xiaodian.modules.media.ingest.fmp4 import Fmp4Error, Fmp4Splitter, Fragment, Init

READ_BYTES = 256 * 1024
STDIN_BUFFER_BYTES = 1024 * 1024
STDERR_KEPT_BYTES = 4096
FINISH_TIMEOUT_S = 8.0
"""After its input ended, ffmpeg must be done within this."""
MAX_FPS = 30

# A fragment may be this much shorter than the wished segment and still count as one.
_MIN_FRAGMENT_SHARE = 0.9

log = get_logger(__name__)


class FfmpegError(Exception):
    """ffmpeg stopped by itself or made something we cannot read; the text is the end of what it said."""


def film_arguments(plan: FilmPlan, segment_s: float) -> list[str]:
    """Arguments for FLV of an encoder: what browsers play is copied, the rest transcoded."""
    source = ["-f", "flv", "-probesize", "1000000", "-analyzeduration", "0", "-fpsprobesize", "0", "-i", "pipe:0"]
    video = ["-c:v", "copy"] if plan.copies_video else _transcode_video(segment_s)
    audio = ["-c:a", "copy"] if plan.copies_audio else _transcode_audio()
    has_video = plan.video_codec is not None
    return [*source, *_output(segment_s, video if has_video else ["-vn"], audio if plan.audio_codec else ["-an"])]


def browser_arguments(container: str, segment_s: float) -> list[str]:
    """Arguments for what a MediaRecorder makes (`matroska` or `mp4`): its key frames are rare, so transcode."""
    source = ["-itsoffset", str(CLOCK_START_MS / 1000), "-f", container, "-probesize", "1000000"]
    source += ["-analyzeduration", "0", "-fpsprobesize", "0", "-i", "pipe:0"]
    return [*source, *_output(segment_s, _transcode_video(segment_s), _transcode_audio())]


def _transcode_video(segment_s: float) -> list[str]:
    key_frames = f"expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+{segment_s}))"
    # H.264 wants even sides; cameras of phones do not always have them.
    even = "scale=trunc(iw/2)*2:trunc(ih/2)*2"
    quality = ["-preset", "veryfast", "-tune", "zerolatency", "-crf", "23", "-maxrate", "4M", "-bufsize", "4M"]
    return [
        *("-c:v", "libx264", *quality, "-pix_fmt", "yuv420p", "-vf", even, "-fpsmax", str(MAX_FPS)),
        *("-force_key_frames", key_frames, "-sc_threshold", "0"),
    ]


def _transcode_audio() -> list[str]:
    return ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]


def _output(segment_s: float, video: list[str], audio: list[str]) -> list[str]:
    flags = "frag_keyframe+empty_moov+default_base_moof+frag_discont+skip_trailer"
    fragment_us = str(round(segment_s * 1_000_000))
    # Without pictures there are no key frames to cut at.
    cut = ["-frag_duration", fragment_us] if video == ["-vn"] else []
    return [
        *("-map", "0:v:0?", "-map", "0:a:0?", *video, *audio, "-sn", "-dn", "-map_metadata", "-1"),
        # Times come through unchanged, so that a fragment's time tells when it happened.
        *("-copyts", "-avoid_negative_ts", "disabled", "-use_editlist", "0"),
        *("-max_interleave_delta", "500000", "-flush_packets", "1", "-movflags", flags, *cut),
        *("-min_frag_duration", str(round(segment_s * _MIN_FRAGMENT_SHARE * 1_000_000)), "-f", "mp4", "pipe:1"),
    ]


class Ffmpeg:
    """`start`, `feed` as often as needed, then `finish` or `kill`; each fragment is handed to `take` in order."""

    def __init__(self, arguments: list[str], take: Callable[[Init | Fragment], Awaitable[None]]) -> None:
        self._arguments = arguments
        self._take = take
        self._process: asyncio.subprocess.Process | None = None
        self._output: asyncio.Task[None] | None = None
        self._errors: asyncio.Task[None] | None = None
        self._said = b""

    @property
    def pid(self) -> int | None:
        """The process id while it has one."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process."""
        self._process = await asyncio.create_subprocess_exec(
            str(get_ffmpeg_exe()),  # type: ignore[no-untyped-call]
            *("-hide_banner", "-nostdin", "-loglevel", "warning", *self._arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        self._process.stdin.transport.set_write_buffer_limits(high=STDIN_BUFFER_BYTES)
        self._output = asyncio.create_task(self._read_output())
        self._errors = asyncio.create_task(self._read_errors())

    async def feed(self, data: bytes) -> None:
        """Hand bytes to ffmpeg, waiting while it is busy. Raises FfmpegError if it has stopped."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._output is not None
        if self._output.done():
            raise FfmpegError(await self._explain())
        try:
            self._process.stdin.write(data)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise FfmpegError(await self._explain()) from error

    async def finish(self) -> None:
        """End the input and wait until the last fragment was taken. Raises FfmpegError."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._output is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(FINISH_TIMEOUT_S):
                await asyncio.shield(self._output)
        except TimeoutError as error:
            raise FfmpegError("did not end in time") from error
        except Fmp4Error as error:
            raise FfmpegError(str(error)) from error
        finally:
            await self.kill()

    async def kill(self) -> None:
        """Stop the process now, if it still runs, and wait until it is gone."""
        if self._process is None:
            return
        if self._process.returncode is None:
            try:
                self._process.kill()
            except ProcessLookupError:
                log.debug("ffmpeg_already_gone")
        if self._output is not None:
            self._output.cancel()
        if self._errors is not None and self._output is not None:
            await asyncio.wait([self._output, self._errors])
            if not self._output.cancelled() and (error := self._output.exception()):
                log.debug("ffmpeg_output_failed", error=type(error).__name__)
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        if self._said:
            log.debug("ffmpeg_said", text=self._said.decode("utf-8", "replace"))

    async def _read_output(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        splitter = Fmp4Splitter()
        while data := await self._process.stdout.read(READ_BYTES):
            for part in splitter.feed(data):
                await self._take(part)

    async def _read_errors(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(STDERR_KEPT_BYTES):
            self._said = (self._said + data)[-STDERR_KEPT_BYTES:]

    async def _explain(self) -> str:
        assert self._output is not None
        await self.kill()
        error = None if self._output.cancelled() else self._output.exception()
        if error is not None and not isinstance(error, Fmp4Error):
            raise error
        return str(error) if error else self._said.decode("utf-8", "replace")[-500:].strip() or "stopped"
