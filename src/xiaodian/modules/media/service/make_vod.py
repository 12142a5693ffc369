"""Makes films playable, one at a time in each worker: fetched, looked at, made into a ladder, stored, told of."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.modules.media.service import vod_claim
from xiaodian.modules.media.service.clip_source import cut_clip
from xiaodian.modules.media.service.condemned import condemn
from xiaodian.modules.media.service.encode_vod import Encoded, encode
from xiaodian.modules.media.service.run_ffmpeg import FfmpegFailedError
from xiaodian.modules.media.service.vod_claim import Claim, LostError, Made
from xiaodian.modules.media.vod_rules import VodFault, sniff

POLL_S = 1.0
HEARTBEAT_S = 1.0
AGAIN_S = 10.0
SNIFFED_BYTES = 4096
STORED_AT_ONCE = 8
PERCENT_OF_FETCHING = 5
PERCENT_OF_ENCODING = 90
OLD_WORK_S = 86_400.0

ended = Counter("xiaodian_vods_total", "Short videos made or refused", ["outcome"])
seconds = Histogram("xiaodian_vod_seconds", "Making of a short video", buckets=(1, 3, 10, 30, 60, 180, 600, 1800, 7200))
waiting = Gauge("xiaodian_vods_waiting", "Short videos that wait to be made, as this process last saw it")
log = get_logger(__name__)


async def make_vods(ctx: Context) -> None:
    """Make films until cancelled."""
    await asyncio.to_thread(_forget_old_work, ctx.settings.data_dir / "work")
    while True:
        if await make_next(ctx):
            waiting.set(await vod_claim.count_waiting(ctx.database))
        else:
            waiting.set(0)
            await asyncio.sleep(POLL_S)


async def make_next(ctx: Context) -> bool:
    """Make the film that is next, or refuse it; answers whether there was one. Raises UnavailableError."""
    claim = await vod_claim.claim_vod(ctx.database)
    if claim is None:
        return False
    maker = _Maker(ctx, claim)
    work = asyncio.create_task(maker.run())
    heartbeat = asyncio.create_task(maker.beat())
    try:
        await asyncio.wait((work, heartbeat), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (work, heartbeat):
            task.cancel()
        await asyncio.wait((work, heartbeat))
    if not work.cancelled():
        work.result()
    return True


class _Maker:
    """One film in the making."""

    def __init__(self, ctx: Context, claim: Claim) -> None:
        self._ctx = ctx
        self._claim = claim
        self._progress = 0

    async def beat(self) -> None:
        """Renew the lease and tell how far we are, until the film is no longer ours."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await vod_claim.renew(self._ctx.database, self._claim, self._progress)
            except UnavailableError:
                continue
            except LostError:
                return

    async def run(self) -> None:
        """To its end, or let go of."""
        database, claim = self._ctx.database, self._claim
        started = time.monotonic()
        try:
            outcome = await self._make()
            if isinstance(outcome, Made):
                await vod_claim.end_ready(database, claim, outcome)
            else:
                await vod_claim.end_refused(database, claim, outcome)
            ended.labels("ready" if isinstance(outcome, Made) else outcome).inc()
            seconds.observe(time.monotonic() - started)
        except LostError:
            async with database.transaction() as connection:
                await condemn(connection, claim.folder)
        except (asyncio.CancelledError, UnavailableError):
            # The lease runs out by itself; giving it back only spares the wait.
            with contextlib.suppress(UnavailableError):
                await vod_claim.let_go(database, claim, counts=False, after_s=0.0)
            raise
        except Exception:
            log.exception("vod_failed", vod_id=str(claim.vod_id))
            await vod_claim.let_go(database, claim, counts=True, after_s=AGAIN_S)

    async def _make(self) -> Made | VodFault:
        if self._claim.is_given_up:
            return VodFault.UNREADABLE
        work = self._ctx.settings.data_dir / "work"
        await asyncio.to_thread(work.mkdir, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="vod-", dir=work) as name:
            folder = Path(name)
            try:
                source = folder / "source"
                demuxer = await self._fetch(source)
                if demuxer is None:
                    return VodFault.NOT_A_VIDEO
                made = folder / "made"
                made.mkdir()
                encoded = await encode(source, demuxer, made, self._ctx.settings.vod_max_s, self._tell)
            except (FfmpegFailedError, NotFoundError) as error:
                log.info("vod_refused", vod_id=str(self._claim.vod_id), said=str(error))
                return VodFault.UNREADABLE
            if isinstance(encoded, VodFault):
                return encoded
            size_bytes = await self._store(encoded)
            return Made(encoded.ladder, encoded.duration_ms, encoded.sprite, size_bytes)

    def _tell(self, share: float) -> None:
        self._progress = PERCENT_OF_FETCHING + round(min(max(share, 0.0), 1.0) * PERCENT_OF_ENCODING)

    async def _fetch(self, source: Path) -> str | None:
        """The film on our disk; answers how to read it, None if it is none."""
        claim = self._claim
        if claim.stream_id is not None:
            assert claim.from_ms is not None
            assert claim.to_ms is not None
            await cut_clip(self._ctx, claim.stream_id, claim.from_ms, claim.to_ms, source)
            return "matroska"
        async with self._ctx.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT path FROM media.upload_part WHERE upload_id = $1 ORDER BY start_byte", claim.vod_id
            )
        with source.open("wb") as file:
            for row in rows:
                async for piece in self._ctx.storage.stream(row["path"]):
                    await asyncio.to_thread(file.write, piece)
        return sniff(await asyncio.to_thread(_head_of, source))

    async def _store(self, encoded: Encoded) -> int:
        """Put what was made into the storage; answers how many bytes."""
        files = [path for path in sorted(encoded.folder.rglob("*")) if path.is_file()]
        for start in range(0, len(files), STORED_AT_ONCE):
            await asyncio.gather(
                *(
                    self._ctx.storage.put_file(f"{self._claim.folder}{path.relative_to(encoded.folder)}", path)
                    for path in files[start : start + STORED_AT_ONCE]
                )
            )
        return sum(path.stat().st_size for path in files)


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SNIFFED_BYTES)


def _forget_old_work(work: Path) -> None:
    """What workers left on this disk that were killed at their work."""
    if not work.is_dir():
        return
    for path in work.glob("vod-*"):
        if time.time() - path.stat().st_mtime > OLD_WORK_S:
            shutil.rmtree(path, ignore_errors=True)
