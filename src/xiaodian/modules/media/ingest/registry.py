"""The publications of this ingest process: who may begin one, which stream is whose, how all are ended."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from nats.aio.msg import Msg

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.media import PublishGate
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.modules.media.ingest import metrics
from xiaodian.modules.media.ingest.feeders import Feeder
from xiaodian.modules.media.ingest.packager import Packager
from xiaodian.modules.media.ingest.publication import Item, Publication
from xiaodian.modules.media.rules import LEASE_RENEWAL_S
from xiaodian.modules.media.service.notify import END_SUBJECT
from xiaodian.modules.media.service.publish import Claim, claim_stream, release_claim, renew_leases

SPARE_CONNECTIONS = 50

log = get_logger(__name__)


class Registry:
    """Live state of the process. Everything in it belongs to the event loop that made it."""

    def __init__(self, ctx: Context, gate: PublishGate) -> None:
        self.ctx = ctx
        self.name = ""
        """Name of this process in claims; told once the ports are known."""
        self._connections: dict[object, Callable[[], None]] = {}
        self._gate = gate
        self._publications: dict[str, Publication[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    @property
    def is_full(self) -> bool:
        """No further publisher is taken."""
        return self._is_stopping or len(self._publications) >= self.ctx.settings.ingest_max_publishers

    def connection_opened(self, who: object, close: Callable[[], None]) -> bool:
        """Remember a connection until `connection_over`; False if it is one too many."""
        self._connections[who] = close
        # Publishers, and as many again that are just arriving, being refused or leaving.
        return len(self._connections) <= 2 * self.ctx.settings.ingest_max_publishers + SPARE_CONNECTIONS

    def connection_over(self, who: object) -> None:
        """It is gone."""
        self._connections.pop(who, None)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that `stop` waits for."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def claim(self, stream_key: str) -> Claim:
        """Claim the stream of a key. Raises PublishRefusedError, AlreadyPublishingError, UnavailableError."""
        return await claim_stream(self.ctx, self._gate, stream_key, self.name)

    async def give_back(self, claim: Claim) -> None:
        """The publisher left before it began."""
        try:
            await release_claim(self.ctx, claim)
        except UnavailableError:
            log.warning("claim_not_released", stream_id=str(claim.stream_id))

    def begin(
        self,
        claim: Claim,
        make_feeder: Callable[[Packager, float], Feeder[Item]],
        *,
        slow_down: Callable[[bool], None],
        over: Callable[[str], None],
    ) -> Publication[Item]:
        """Start the owner task of a publication."""
        publication = Publication(self.ctx, claim, make_feeder, slow_down=slow_down, over=over)
        key = str(claim.publication_id)
        self._publications[key] = publication
        log.info("publication_begins", stream_id=str(claim.stream_id))
        self.spawn(self._run(key, publication))
        return publication

    async def stop(self) -> None:
        """Let every publication finish what it has, and wait for all."""
        self._is_stopping = True
        for publication in self._publications.values():
            publication.close()
        while self._tasks:
            await asyncio.wait(self._tasks)
        for close in list(self._connections.values()):
            close()

    async def on_end_told(self, message: Msg) -> None:
        """Somebody ended a stream or cut its publisher off."""
        stream_id = message.subject.rpartition(f"{END_SUBJECT}.")[2]
        for publication in list(self._publications.values()):
            if str(publication.claim.stream_id) == stream_id:
                publication.cut("stream ended")

    async def renew_leases_for_ever(self) -> None:
        """Keep our claims; run it as a task and cancel it."""
        while True:
            await asyncio.sleep(LEASE_RENEWAL_S)
            claims = [publication.claim for publication in self._publications.values()]
            try:
                if claims:
                    await renew_leases(self.ctx, claims)
            except UnavailableError:
                log.warning("leases_not_renewed", publications=len(claims))

    async def _run(self, key: str, publication: Publication[Any]) -> None:
        metrics.publishers.inc()
        with metrics.publications.track_inprogress():
            try:
                await publication.run()
            finally:
                del self._publications[key]
