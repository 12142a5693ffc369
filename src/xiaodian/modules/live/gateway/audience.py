"""How many watch, over all gateways, and how far their picture is behind.

Each gateway tells its numbers of a room to all gateways that have viewers there (plain NATS, not stored). The one with
the smallest id among those heard lately adds them up and puts the sum into the room's log. Should two think themselves
the smallest for a moment, the message id lets only one of them say it in a second.
"""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import msgspec
import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import RoomId, ViewersMoment
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live.gateway.hub import Hub
from xiaodian.modules.live.queries import save_online
from xiaodian.modules.live.rules import is_audience_news, weighted_median

PERIOD_S = 1.0
REPORT_EVERY = 2
"""Reports go out every so many periods, and in each in which the number changed."""
FORGET_AFTER_S = 6.0
SAVE_EVERY = 5
DELAY_SAMPLES = 1000
DELAY_UNIT_MS = 100

log = get_logger(__name__)

_encode = msgspec.json.Encoder().encode


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway's numbers of one room; `delay_ms` is the median of `samples` viewers who told theirs."""

    gateway: str
    online: int
    delay_ms: int | None
    samples: int


_decode_report = msgspec.json.Decoder(Report).decode


class _Watched:
    """A room of this gateway, and what the gateways said of it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.subscription: Subscription | None = None
        self.heard: dict[str, tuple[float, Report]] = {}
        self.reported = -1


class Audience:
    """Counts viewers; `watch` and `unwatch` rooms, and keep `run` running."""

    def __init__(self, ctx: Context, gateway_id: str) -> None:
        self._ctx = ctx
        self._id = gateway_id
        self._watched: dict[RoomId, _Watched] = {}
        self._work: set[asyncio.Task[Any]] = set()
        self._wake = asyncio.Event()

    def watch(self, hub: Hub) -> None:
        """Begin to count in a room."""
        watched = self._watched[hub.room_id] = _Watched(hub)
        self._start(self._subscribe(watched))

    def unwatch(self, hub: Hub) -> None:
        """The last viewer left this gateway some time ago."""
        self._start(self._leave(self._watched.pop(hub.room_id)))

    async def run(self) -> None:
        """Report and add up for ever; run it as a task and cancel it."""
        period = 0
        while True:
            await asyncio.sleep(PERIOD_S)
            period += 1
            try:
                await self._report(is_due=period % REPORT_EVERY == 0)
                await asyncio.gather(*(self._tell(watched) for watched in self._led()))
                if period % SAVE_EVERY == 0:
                    await self._save()
            except (UnavailableError, nats.errors.Error):
                log.warning("audience_not_told")
            except Exception:
                log.exception("audience_failed")

    async def close(self) -> None:
        """Wait until the other gateways are told; all rooms must be unwatched."""
        if self._work:
            await asyncio.wait(self._work)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _subscribe(self, watched: _Watched) -> None:
        async def _on_report(message: Msg) -> None:
            report = _decode_report(message.data)
            watched.heard[report.gateway] = (time.monotonic(), report)

        subject = self._ctx.broker.subject(f"presence.{watched.hub.room_id}")
        watched.subscription = await self._ctx.broker.client.subscribe(subject, cb=_on_report)

    async def _leave(self, watched: _Watched) -> None:
        """Tell the other gateways that nobody watches here any more."""
        nobody = Report(gateway=self._id, online=0, delay_ms=None, samples=0)
        with suppress(nats.errors.Error):
            await self._ctx.broker.poke(f"presence.{watched.hub.room_id}", _encode(nobody))
            if watched.subscription and self._ctx.broker.client.is_connected:
                await watched.subscription.unsubscribe()

    async def _report(self, *, is_due: bool) -> None:
        now = time.monotonic()
        for room_id, watched in list(self._watched.items()):
            online = watched.hub.online
            if not is_due and online == watched.reported:
                continue
            watched.reported = online
            report = _count(self._id, watched.hub)
            watched.heard[self._id] = (now, report)
            await self._ctx.broker.poke(f"presence.{room_id}", _encode(report))

    def _led(self) -> list[_Watched]:
        """The rooms of which this gateway speaks for all."""
        now = time.monotonic()
        led = []
        for watched in self._watched.values():
            watched.heard = {
                gateway: (at, report) for gateway, (at, report) in watched.heard.items() if now - at < FORGET_AFTER_S
            }
            if watched.heard and min(watched.heard) == self._id and not watched.hub.room_log.has_ended:
                led.append(watched)
        return led

    async def _tell(self, watched: _Watched) -> None:
        online, delay_ms = _sum(watched)
        known = watched.hub.room_log.snapshot
        if not is_audience_news((known.online, known.delay_ms), (online, delay_ms)):
            return
        now_ms = to_epoch_ms(utc_now())
        room_id = watched.hub.room_id
        await self._ctx.broker.publish(
            f"room.{room_id}.viewers",
            _encode(ViewersMoment(at_ms=now_ms, online=online, delay_ms=delay_ms)),
            message_id=f"viewers-{room_id}-{now_ms // 1000}",
        )

    async def _save(self) -> None:
        online = [(watched.hub.room_id, _sum(watched)[0]) for watched in self._led()]
        if online:
            async with self._ctx.database.connection() as connection:
                await save_online(connection, online)


def _count(gateway: str, hub: Hub) -> Report:
    delays = [viewer.delay_ms for viewer in hub.viewers if viewer.delay_ms is not None]
    step = max(1, len(delays) // DELAY_SAMPLES)
    median = weighted_median([(delay_ms, 1) for delay_ms in delays[::step]])
    return Report(gateway=gateway, online=hub.online, delay_ms=median, samples=len(delays))


def _sum(watched: _Watched) -> tuple[int, int | None]:
    reports = [report for _, report in watched.heard.values()]
    delay_ms = weighted_median([(each.delay_ms, each.samples) for each in reports if each.delay_ms is not None])
    rounded = None if delay_ms is None else delay_ms // DELAY_UNIT_MS * DELAY_UNIT_MS
    return sum(report.online for report in reports), rounded
