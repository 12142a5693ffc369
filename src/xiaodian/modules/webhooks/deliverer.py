"""Sends what waits, many messages at once; any number of processes may do it.

One loop does all the writing: what went well or wrong while it wrote the last time is written together, in the same
transaction that leases what is sent next.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from prometheus_client import Counter as Metric

from xiaodian.contracts.webhooks import EndpointId
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.intake import WAKE
from xiaodian.modules.webhooks.models import Parcel
from xiaodian.modules.webhooks.sender import Sender
from xiaodian.modules.webhooks.service.lanes import Result, lease_lanes, note_results

IDLE_S = 1.0
LINGER_S = 0.004
"""Answers that come within it are written together."""

log = get_logger(__name__)
sent = Metric("xiaodian_webhooks_sent_total", "Tries to hand over a webhook", ["outcome"])


class Deliverer:
    """One process's part in sending. `now` is the clock."""

    def __init__(self, ctx: Context, sender: Sender, now: Callable[[], datetime] = utc_now) -> None:
        self._ctx = ctx
        self._sender = sender
        self._now = now
        self._wake = asyncio.Event()
        self._results: list[Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[EndpointId] = Counter()

    async def run(self) -> None:
        """Send for ever. Raises UnavailableError; what is then on its way is sent once more when its lease is over."""

        async def _on_poke(_: object) -> None:
            self._wake.set()

        subscription = await self._ctx.broker.client.subscribe(self._ctx.broker.subject(WAKE), cb=_on_poke)
        try:
            while True:
                self._wake.clear()
                if not await self._step():
                    await self._wait()
                elif self._tasks:
                    await asyncio.sleep(LINGER_S)
        finally:
            for task in self._tasks:
                task.cancel()
            if self._ctx.broker.client.is_connected:
                await subscription.unsubscribe()

    async def drain(self) -> int:
        """Send all that is due, and come back when nothing is on its way; answers how many tries it were."""
        total = 0
        while True:
            total += await self._step()
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            elif not self._results:
                return total

    async def _step(self) -> int:
        """Write results, lease and begin to send; answers how much of both it was."""
        results, self._results = self._results, []
        limits = self._ctx.settings
        free = limits.webhook_concurrency - len(self._tasks)
        try:
            async with self._ctx.database.transaction() as connection:
                if results:
                    await note_results(connection, results, self._now())
                parcels = await lease_lanes(
                    connection,
                    self._now(),
                    free=free,
                    per_endpoint=limits.webhook_endpoint_concurrency,
                    busy=self._busy,
                )
        except BaseException:
            self._results = results + self._results
            raise
        for parcel in parcels:
            self._begin(parcel)
        return len(results) + len(parcels)

    def _begin(self, parcel: Parcel) -> None:
        self._busy[parcel.endpoint_id] += 1
        task = asyncio.get_running_loop().create_task(self._send(parcel))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, parcel: Parcel) -> None:
        try:
            outcome = await self._sender.send(parcel, self._now())
            sent.labels(outcome.error or "taken").inc()
            self._results.append(Result(parcel, outcome))
        except Exception:
            # A fault of ours: the lane is due again when its lease is over.
            log.exception("webhook_not_sent", event_id=str(parcel.event_id))
        finally:
            self._busy[parcel.endpoint_id] -= 1
            if not self._busy[parcel.endpoint_id]:
                del self._busy[parcel.endpoint_id]
            self._wake.set()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), IDLE_S)
        except TimeoutError:
            return


async def run_deliverer(ctx: Context) -> None:
    """Send for ever, in this process. Raises UnavailableError."""
    async with Sender(ctx.settings) as sender:
        await Deliverer(ctx, sender).run()
