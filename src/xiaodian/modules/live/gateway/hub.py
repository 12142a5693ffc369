"""One room in this gateway: its log and its viewers."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import RoomId
from xiaodian.modules.live.gateway import metrics
from xiaodian.modules.live.gateway.viewer import CLOSE_RELOAD, CLOSE_TRY_LATER, FRAME_ROOM, Viewer
from xiaodian.modules.live.likes import Likes
from xiaodian.modules.live.room_log import REPLAY_TICKS, RingTick, RoomLog
from xiaodian.modules.live.room_logs import RoomLogs
from xiaodian.modules.live.ticks import tick_end_ms

CHUNK = 500
"""So many sockets are written to before others have their turn in the loop: some 5 ms."""
AHEAD_TICKS = 40
"""Clocks of gateways differ by less than this; who claims to be further ahead has to reload."""


class Hub:
    """Sends each sealed tick to each viewer once, in order."""

    def __init__(self, room_log: RoomLog, logs: RoomLogs, likes: Likes, on_leave: Callable[[], None]) -> None:
        self.room_log = room_log
        self.viewers: dict[Viewer, None] = {}
        self._hosts = 0
        self._logs = logs
        self._likes = likes
        self._on_leave = on_leave
        self._frames: deque[tuple[int, bytearray]] = deque()
        self._targets: list[Viewer] = []
        self._position = 0
        self._catching_up: set[asyncio.Task[None]] = set()
        self._stop_listening = room_log.listen(self._on_tick)

    @property
    def room_id(self) -> RoomId:
        """The room."""
        return self.room_log.room_id

    @property
    def online(self) -> int:
        """How many watch; the host's own desk is not an audience."""
        return len(self.viewers) - self._hosts

    def close(self) -> None:
        """Let go of the log."""
        self._stop_listening()
        for task in self._catching_up:
            task.cancel()

    def join(self, viewer: Viewer) -> None:
        """Give the viewer what it missed, then everything that comes."""
        viewer.room = self
        if viewer.after is None:
            viewer.after = self.room_log.sealed
        if viewer.after > self.room_log.sealed + AHEAD_TICKS:
            viewer.close(CLOSE_RELOAD)
            return
        missed = self.room_log.ring_between(viewer.after + 1, self.room_log.sealed)
        if missed is not None:
            self._admit(viewer, missed)
        elif self.room_log.sealed - viewer.after <= REPLAY_TICKS:
            task = asyncio.get_running_loop().create_task(self._catch_up(viewer, viewer.after))
            self._catching_up.add(task)
            task.add_done_callback(self._catching_up.discard)
        else:
            viewer.close(CLOSE_RELOAD)

    def leave(self, viewer: Viewer) -> None:
        """The viewer is gone."""
        if viewer in self.viewers:
            del self.viewers[viewer]
            self._hosts -= viewer.is_host
            self._on_leave()

    def like(self, count: int) -> None:
        """A viewer gave likes."""
        if not self.room_log.has_ended:
            self._likes.add(self.room_id, count)

    def _admit(self, viewer: Viewer, missed: Iterable[RingTick]) -> None:
        for ring_tick in missed:
            viewer.send(ring_tick.tick, _frame(ring_tick.data))
        if not viewer.is_closing:
            self.viewers[viewer] = None
            self._hosts += viewer.is_host

    async def _catch_up(self, viewer: Viewer, after: int) -> None:
        """The ring does not reach back so far: read the log, then the ring as it is by then."""
        sealed = self.room_log.sealed
        try:
            past = await self._logs.between(self.room_log, after + 1, sealed)
        except UnavailableError:
            viewer.close(CLOSE_TRY_LATER)
            return
        newer = self.room_log.ring_between(sealed + 1, self.room_log.sealed)
        if newer is None:
            viewer.close(CLOSE_RELOAD)
        else:
            self._admit(viewer, [*past, *newer])

    def _on_tick(self, ring_tick: RingTick) -> None:
        self._frames.append((ring_tick.tick, _frame(ring_tick.data)))
        if len(self._frames) == 1:
            self._begin_frame()

    def _begin_frame(self) -> None:
        self._targets = list(self.viewers)
        self._position = 0
        self._send_chunk()

    def _send_chunk(self) -> None:
        tick, frame = self._frames[0]
        end = self._position + CHUNK
        chunk = self._targets[self._position : end]
        for viewer in chunk:
            viewer.send(tick, frame)
        metrics.frames_sent.inc(len(chunk))
        self._position = end
        loop = asyncio.get_running_loop()
        if end < len(self._targets):
            loop.call_soon(self._send_chunk)
            return
        metrics.tick_lag.observe(max(0.0, time.time() - tick_end_ms(tick) / 1000))
        self._targets = []
        self._frames.popleft()
        if self._frames:
            loop.call_soon(self._begin_frame)


def _frame(data: bytes) -> bytearray:
    return bytearray(FRAME_ROOM) + data
