"""One publication and its owner task: takes a publisher's input from a bounded queue until it ends, then lets go."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from xiaodian.contracts.base import UnavailableError
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.infra.patience import patiently
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.media.ingest.feeders import Feeder
from xiaodian.modules.media.ingest.ffmpeg import FfmpegError
from xiaodian.modules.media.ingest.film import CLOCK_START_MS, FilmError
from xiaodian.modules.media.ingest.fmp4 import Fmp4Error
from xiaodian.modules.media.ingest.packager import Packager
from xiaodian.modules.media.service.publish import Claim, ClaimLostError, release_claim

SLOW_DOWN_BYTES = 2 * 1024 * 1024
RELEASE_TIMEOUT_S = 5.0

log = get_logger(__name__)
Item = TypeVar("Item")


class Publication(Generic[Item]):
    """`offer` and `close` come from the connection; `cut` from whoever ends the stream; `run` is the owner task."""

    def __init__(
        self,
        ctx: Context,
        claim: Claim,
        make_feeder: Callable[[Packager, float], Feeder[Item]],
        *,
        slow_down: Callable[[bool], None],
        over: Callable[[str], None],
    ) -> None:
        self.claim = claim
        self.pending_bytes = 0
        self._ctx = ctx
        self._packager = Packager(ctx, claim)
        self._feeder = make_feeder(self._packager, ctx.settings.segment_s)
        self._slow_down = slow_down
        self._over = over
        self._items: list[Item] = []
        self._has_news = asyncio.Event()
        self._is_closed = False
        self._cut: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def offer(self, items: list[Item], size_bytes: int) -> None:
        """More input. The publisher is slowed down while too much of it waits."""
        if self._is_closed:
            return
        if not self._packager.anchor_ms:
            self._packager.anchor_ms = to_epoch_ms(utc_now()) - CLOCK_START_MS
        self._items += items
        self.pending_bytes += size_bytes
        if self.pending_bytes > SLOW_DOWN_BYTES:
            self._slow_down(True)
        self._has_news.set()

    def close(self) -> None:
        """No more input: finish what is there."""
        self._is_closed = True
        self._has_news.set()

    def cut(self, reason: str) -> None:
        """Stop at once: the stream is no longer ours."""
        self._is_closed = True
        if not self._cut.done():
            self._cut.set_result(reason)

    async def run(self) -> None:
        """Work until the input ends or the stream is cut, then release the claim. Never raises but for cancelling."""
        work = asyncio.create_task(self._work())
        reason = "stopped"
        try:
            await asyncio.wait((work, self._cut), return_when=asyncio.FIRST_COMPLETED)
            reason = self._cut.result() if self._cut.done() else work.result()
        finally:
            self._is_closed = True
            work.cancel()
            await asyncio.wait((work,))
            await self._packager.kill()
            await self._release()
            log.info("publication_over", stream_id=str(self.claim.stream_id), reason=reason)
            self._over(reason)

    async def _work(self) -> str:
        """Why it ended."""
        try:
            await self._consume()
            await self._packager.finish()
        except ClaimLostError:
            return "stream ended"
        except (FilmError, FfmpegError, Fmp4Error) as error:
            return f"film cannot be read: {error}"
        except Exception:
            log.exception("publication_failed", stream_id=str(self.claim.stream_id))
            return "fault of the server"
        return "publisher left"

    async def _consume(self) -> None:
        while not self._is_closed or self._items:
            await self._has_news.wait()
            self._has_news.clear()
            items, self._items = self._items, []
            if not items:
                continue
            taken_bytes = self.pending_bytes
            await self._feeder.take(items)
            self.pending_bytes -= taken_bytes
            if self.pending_bytes <= SLOW_DOWN_BYTES:
                self._slow_down(False)

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(RELEASE_TIMEOUT_S):
                await patiently(lambda: release_claim(self._ctx, self.claim))
        except (TimeoutError, UnavailableError):
            # The lease runs out by itself.
            log.warning("claim_not_released", stream_id=str(self.claim.stream_id))
