"""One room's log as this process sees it: the newest ticks in memory, and the snapshot they fold into."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
import nats.errors

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import TICK_MS, PulseMoment, RoomId, RoomState, Snapshot
from xiaodian.infra.broker import Broker
from xiaodian.modules.live.fold import empty_snapshot, fold
from xiaodian.modules.live.follower import Follower
from xiaodian.modules.live.forgetting import forget_in_snapshot, forget_in_tick
from xiaodian.modules.live.models import Checkpoint
from xiaodian.modules.live.ticks import TICK_NS, Entry, SealedTick, Slicer, seal, tick_end_ms

RING_TICKS = 600
RING_BYTES = 8 * 1024 * 1024
OPEN_TIMEOUT_S = 30.0
PULSE_MARGIN_S = 0.02
"""So long after the end of a tick we wait for an ordinary message to seal it."""
PULSE_AGAIN_S = TICK_MS / 1000
SEAL_ATTEMPTS = 4
REPLAY_TICKS = 120_000 // TICK_MS
"""Whoever was away for less than this is given what was missed."""
CHECKPOINT_EVERY_TICKS = 400
FRESH_TICKS = 8
"""A snapshot older than this is brought up to date before it is handed out."""

_encode = msgspec.json.Encoder().encode


class RingTick(NamedTuple):
    """A sealed tick, ready to be sent."""

    tick: int
    data: bytes


def forget_in_ticks(ticks: Iterable[RingTick], account_id: AccountId) -> list[RingTick]:
    """The ticks as they are read from a log from which the account was erased."""
    return [RingTick(each.tick, data) for each in ticks if (data := forget_in_tick(each.data, account_id)) is not None]


def _forget_in_checkpoint(checkpoint: Checkpoint | None, account_id: AccountId) -> Checkpoint | None:
    if checkpoint is None:
        return None
    return checkpoint._replace(snapshot=forget_in_snapshot(checkpoint.snapshot, account_id))


class RoomLog:
    """Follows a room's log, seals its ticks and keeps the newest. Made and closed by RoomLogs."""

    def __init__(self, broker: Broker, room_id: RoomId, start: Checkpoint | None) -> None:
        self.room_id = room_id
        self._broker = broker
        self._snapshot = start.snapshot if start else empty_snapshot(room_id)
        self._slicer = Slicer(start.tick + 1 if start else 0)
        self._ring: deque[RingTick] = deque()
        self._ring_bytes = 0
        self.floor = start.tick if start else -1
        """The ring holds every tick with moments after this one."""
        self._listeners: list[Callable[[RingTick], None]] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._is_current: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last_entry_at = 0.0
        self._last_stored_ns = 0
        self._pulse_timer: asyncio.TimerHandle | None = None
        self._pulse_asked: tuple[int, float] = (0, 0.0)
        self._candidate = start
        self._ticks_since_candidate = 0
        self.due_checkpoint: Checkpoint | None = None
        self.follower = Follower(
            broker,
            room_id,
            last_seq=start.last_seq if start else 0,
            handle=self._on_entry,
            on_current=self._on_current,
        )

    async def open(self) -> None:
        """Read all that the log holds after the start. Raises UnavailableError, TimeoutError."""
        await self.follower.open()
        await asyncio.wait_for(self._is_current, OPEN_TIMEOUT_S)

    async def close(self) -> None:
        """Let go of the log."""
        if self._pulse_timer:
            self._pulse_timer.cancel()
        for _, waiter in self._waiters:
            waiter.cancel()
        await self.follower.close()

    @property
    def sealed(self) -> int:
        """The newest tick that is whole for ever."""
        return self._slicer.sealed

    @property
    def snapshot(self) -> Snapshot:
        """The fold of all sealed ticks."""
        return msgspec.structs.replace(self._snapshot, tick=max(self.sealed, 0))

    @property
    def has_ended(self) -> bool:
        """Whether the room is over, so that nothing more is written."""
        return self._snapshot.state is RoomState.ENDED

    @property
    def ended_tick(self) -> int:
        """The last tick in which anything was said."""
        return self._snapshot.tick

    def listen(self, on_tick: Callable[[RingTick], None]) -> Callable[[], None]:
        """Have every tick with moments told as it is sealed; answers what stops that."""
        self._listeners.append(on_tick)
        return lambda: self._listeners.remove(on_tick)

    def ring_between(self, first: int, last: int) -> list[RingTick] | None:
        """The ticks with moments from first to last; None if the ring does not reach back so far."""
        if first > last:
            return []
        if first <= self.floor:
            return None
        found: list[RingTick] = []
        for ring_tick in reversed(self._ring):
            if ring_tick.tick < first:
                break
            if ring_tick.tick <= last:
                found.append(ring_tick)
        found.reverse()
        return found

    async def seal_through(self, tick: int) -> bool:
        """Have the log say that this tick is over, if it is by the stream's clock; answers whether it is sealed."""
        for attempt in range(SEAL_ATTEMPTS):
            if self.sealed >= tick:
                return True
            asked_tick, asked_at = self._pulse_asked
            now = asyncio.get_running_loop().time()
            if asked_tick < tick or now - asked_at >= PULSE_AGAIN_S:
                self._pulse_asked = (max(tick, asked_tick), now)
                await self._publish_pulse(tick, attempt)
            await self._wait_sealed(tick, PULSE_AGAIN_S)
        return self.sealed >= tick

    async def refresh(self) -> None:
        """Bring the snapshot up to date if nothing was said in the room for a while."""
        now_tick = time.time_ns() // TICK_NS
        if not self.has_ended and now_tick - self._slicer.open_tick > FRESH_TICKS:
            await self.seal_through(now_tick - FRESH_TICKS // 2)

    def forget(self, account_id: AccountId) -> None:
        """What names the account is erased from the log: here it goes, too."""
        self._snapshot = forget_in_snapshot(self._snapshot, account_id)
        self._slicer.forget(account_id)
        kept = forget_in_ticks(self._ring, account_id)
        self._ring = deque(kept)
        self._ring_bytes = sum(len(ring_tick.data) for ring_tick in kept)
        self._candidate = _forget_in_checkpoint(self._candidate, account_id)
        self.due_checkpoint = _forget_in_checkpoint(self.due_checkpoint, account_id)

    def _on_entry(self, entry: Entry) -> None:
        self._last_entry_at = asyncio.get_running_loop().time()
        self._last_stored_ns = entry.stored_ns
        sealed_before = self._slicer.sealed
        piece = self._slicer.add(entry)
        if piece is not None:
            self._append(seal(piece))
        if self._slicer.sealed > sealed_before:
            self._wake()

    def _append(self, sealed_tick: SealedTick) -> None:
        self._snapshot = fold(self._snapshot, sealed_tick.tick, sealed_tick.moments)
        ring_tick = RingTick(sealed_tick.tick, sealed_tick.data)
        self._ring.append(ring_tick)
        self._ring_bytes += len(ring_tick.data)
        while len(self._ring) > RING_TICKS or self._ring_bytes > RING_BYTES:
            oldest = self._ring.popleft()
            self._ring_bytes -= len(oldest.data)
            self.floor = oldest.tick
        self._note_checkpoint(Checkpoint(sealed_tick.tick, sealed_tick.last_seq, self._snapshot))
        for on_tick in self._listeners:
            on_tick(ring_tick)

    def _note_checkpoint(self, latest: Checkpoint) -> None:
        """A checkpoint is due only when it lies so far back that the ring of a fresh process still covers a replay."""
        self._ticks_since_candidate += 1
        candidate = self._candidate or latest
        self._candidate = candidate
        is_old = latest.tick - candidate.tick > REPLAY_TICKS
        if is_old and self._ticks_since_candidate >= CHECKPOINT_EVERY_TICKS:
            self.due_checkpoint = candidate
            self._candidate = latest
            self._ticks_since_candidate = 0

    def _on_current(self) -> None:
        if not self._is_current.done():
            self._is_current.set_result(None)
        if self._slicer.has_open_moments and self._pulse_timer is None:
            # By the stream's clock: what has passed since the message was stored has passed there at least.
            rest_s = ((self._slicer.open_tick + 1) * TICK_NS - self._last_stored_ns) / 1e9
            loop = asyncio.get_running_loop()
            self._pulse_timer = loop.call_at(
                self._last_entry_at + min(rest_s, PULSE_AGAIN_S) + PULSE_MARGIN_S,
                self._pulse,
                self._slicer.open_tick,
                0,
            )

    def _pulse(self, tick: int, attempt: int) -> None:
        """Seal the open tick; again and again until it is, for the server may be away."""
        self._pulse_timer = None
        if not self._slicer.has_open_moments:
            return
        loop = asyncio.get_running_loop()
        if self._slicer.open_tick != tick:
            self._on_current()
            return
        publishing = loop.create_task(self._publish_pulse(tick, attempt))
        publishing.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._pulse_timer = loop.call_later(PULSE_AGAIN_S, self._pulse, tick, attempt + 1)

    async def _publish_pulse(self, tick: int, attempt: int) -> None:
        """Without waiting for an answer: the pulse itself comes back through the log."""
        if not self._broker.client.is_connected:
            return
        moment = PulseMoment(at_ms=tick_end_ms(tick))
        try:
            await self._broker.client.publish(
                self._broker.subject(f"room.{self.room_id}.pulse"),
                _encode(moment),
                headers={"Nats-Msg-Id": f"pulse-{self.room_id}-{tick}-{attempt}"},
            )
        except nats.errors.Error:
            return

    async def _wait_sealed(self, tick: int, timeout_s: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((tick, waiter))
        try:
            await asyncio.wait_for(waiter, timeout_s)
        except TimeoutError:
            return
        finally:
            self._waiters = [pair for pair in self._waiters if pair[1] is not waiter]

    def _wake(self) -> None:
        for tick, waiter in self._waiters:
            if tick <= self.sealed and not waiter.done():
                waiter.set_result(None)
