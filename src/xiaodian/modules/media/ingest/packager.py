"""Runs ffmpeg for one publication and stores what it makes: files first, rows after."""

from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.infra.patience import patiently
from xiaodian.modules.media.ingest import metrics
from xiaodian.modules.media.ingest.ffmpeg import Ffmpeg
from xiaodian.modules.media.ingest.fmp4 import Fragment, Init
from xiaodian.modules.media.rules import init_name, segment_name, segment_time, stream_file_path
from xiaodian.modules.media.service.publish import Claim, ClaimLostError, RunClaim, begin_run, record_segment

log = get_logger(__name__)


class Packager:
    """`begin` starts a run of ffmpeg, `feed` feeds it, `finish` ends it; all of a publication's runs go through one."""

    def __init__(self, ctx: Context, claim: Claim) -> None:
        self.anchor_ms = 0
        """Wall-clock of media time zero; set before the first run."""
        self._ctx = ctx
        self._claim = claim
        self._ffmpeg: Ffmpeg | None = None
        self._run: RunClaim | None = None
        self._next_seq = 0
        self._opens_run = True
        self._opens_publication = True

    async def begin(self, arguments: list[str]) -> None:
        """Finish the run before, if there was one, and start the next. Raises ClaimLostError, FfmpegError."""
        await self.finish()
        self._run = await patiently(lambda: begin_run(self._ctx, self._claim))
        self._next_seq = self._run.next_seq
        self._opens_run = True
        self._ffmpeg = Ffmpeg(arguments, self._take)
        await self._ffmpeg.start()

    async def feed(self, data: bytes) -> None:
        """Hand on bytes. Raises FfmpegError, ClaimLostError."""
        assert self._ffmpeg is not None
        await self._ffmpeg.feed(data)

    async def finish(self) -> None:
        """End the run and wait for its last segment. Raises FfmpegError, ClaimLostError."""
        ffmpeg, self._ffmpeg = self._ffmpeg, None
        if ffmpeg is not None:
            await ffmpeg.finish()

    async def kill(self) -> None:
        """Stop ffmpeg now; what it has not yet given is dropped."""
        ffmpeg, self._ffmpeg = self._ffmpeg, None
        if ffmpeg is not None:
            await ffmpeg.kill()

    async def _take(self, part: Init | Fragment) -> None:
        assert self._run is not None
        run_no = self._run.run_no
        if isinstance(part, Init):
            path = stream_file_path(self._claim.stream_id, init_name(run_no))
            await patiently(lambda: self._ctx.storage.put(path, part.content))
            return
        if part.duration_s <= 0:
            return
        seq = self._next_seq
        path = stream_file_path(self._claim.stream_id, segment_name(run_no, seq))
        await patiently(lambda: self._ctx.storage.put(path, part.content))
        await patiently(lambda: self._record(part, run_no, seq))
        metrics.segments.inc()
        metrics.segment_bytes.inc(len(part.content))
        self._next_seq = seq + 1
        self._opens_run = self._opens_publication = False

    async def _record(self, fragment: Fragment, run_no: int, seq: int) -> None:
        await record_segment(
            self._ctx,
            self._claim,
            run_no,
            seq,
            segment_time(self.anchor_ms, fragment.start_s, fragment.duration_s),
            size_bytes=len(fragment.content),
            opens_run=self._opens_run,
            opens_publication=self._opens_publication,
        )


__all__ = ["ClaimLostError", "Packager"]
