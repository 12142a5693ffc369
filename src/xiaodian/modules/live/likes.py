"""Likes are counted here and told to the room at most once a second."""

import asyncio

import msgspec

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import LikesMoment, RoomId
from xiaodian.infra.broker import Broker
from xiaodian.kit.clock import to_epoch_ms, utc_now

PERIOD_S = 1.0
MAX_ROOMS = 10_000

_encode = msgspec.json.Encoder().encode


class Likes:
    """One per process: sums likes by room. Those of a process that dies are lost; they are only likes."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._counts: dict[RoomId, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None

    def add(self, room_id: RoomId, count: int) -> None:
        """Count some more."""
        if room_id not in self._counts and len(self._counts) >= MAX_ROOMS:
            return
        self._counts[room_id] = self._counts.get(room_id, 0) + count
        self._timer = self._timer or asyncio.get_running_loop().call_later(PERIOD_S, self._start)

    async def close(self) -> None:
        """Tell what is counted, and stop."""
        if self._timer:
            self._timer.cancel()
        if self._telling:
            await asyncio.wait([self._telling])
        await self._tell()

    def _start(self) -> None:
        self._timer = None
        if self._broker.client.is_closed:
            return
        if self._telling and not self._telling.done():
            self._timer = asyncio.get_running_loop().call_later(PERIOD_S, self._start)
        else:
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        counts, self._counts = self._counts, {}
        at_ms = to_epoch_ms(utc_now())
        await asyncio.gather(*(self._publish(room_id, count, at_ms) for room_id, count in counts.items()))

    async def _publish(self, room_id: RoomId, count: int, at_ms: int) -> None:
        try:
            await self._broker.publish(f"room.{room_id}.likes", _encode(LikesMoment(at_ms=at_ms, count=count)))
        except UnavailableError:
            self.add(room_id, count)
