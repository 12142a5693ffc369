"""The logs of all rooms that this process has to do with: opened on demand, closed when idle."""

import asyncio
from collections import OrderedDict
from contextlib import aclosing

import msgspec
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import TICK_MS, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.broker import AWAY_ERRORS, Broker
from xiaodian.infra.logging import get_logger
from xiaodian.modules.live.checkpoints import find_checkpoint, save_checkpoint
from xiaodian.modules.live.forgetting import FORGOTTEN, Forgotten
from xiaodian.modules.live.log_reader import all_kinds, open_reader
from xiaodian.modules.live.models import Checkpoint
from xiaodian.modules.live.room_log import RingTick, RoomLog
from xiaodian.modules.live.ticks import Slicer, seal

CHECK_S = 0.25
IDLE_S = 60.0
MAX_ROOMS = 5000
CACHE_BYTES = 32 * 1024 * 1024

log = get_logger(__name__)

_decode_forgotten = msgspec.json.Decoder(Forgotten).decode


class _Kept(msgspec.Struct):
    opening: "asyncio.Task[RoomLog]"
    used_at: float
    users: int = 0


class RoomLogs:
    """One per process; see `get`. `close` it at the end."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._kept: dict[RoomId, _Kept] = {}
        self._past: OrderedDict[tuple[RoomId, int, int], list[RingTick]] = OrderedDict()
        self._past_bytes = 0
        self._reading: dict[tuple[RoomId, int, int], asyncio.Task[list[RingTick]]] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._forgotten = 0
        """How often something was erased: what was read meanwhile is not kept."""
        self._hearing: asyncio.Future[Subscription] | None = None
        self._connection_no = ctx.broker.client.stats["reconnects"]

    async def get(self, room_id: RoomId) -> RoomLog:
        """The log of a room, current and followed from now on. Raises NotFoundError, UnavailableError."""
        loop = asyncio.get_running_loop()
        kept = self._kept.get(room_id)
        if kept is None or (kept.opening.done() and (kept.opening.cancelled() or kept.opening.exception())):
            if len(self._kept) >= MAX_ROOMS:
                raise UnavailableError(retry_after_s=1)
            kept = self._kept[room_id] = _Kept(loop.create_task(self._open(room_id)), loop.time())
            self._timer = self._timer or loop.call_later(CHECK_S, self._check)
        kept.used_at = loop.time()
        try:
            return await asyncio.shield(kept.opening)
        except Exception:
            if self._kept.get(room_id) is kept:
                del self._kept[room_id]
            raise

    def retain(self, room_id: RoomId) -> None:
        """Keep a log that `get` gave open until `release`, used or not."""
        self._kept[room_id].users += 1

    def release(self, room_id: RoomId) -> None:
        """The opposite of `retain`."""
        self._kept[room_id].users -= 1

    async def between(self, room_log: RoomLog, first: int, last: int) -> list[RingTick]:
        """All ticks with moments from first to last, which must be sealed. Raises UnavailableError."""
        found = room_log.ring_between(first, last)
        if found is not None:
            return found
        key = (room_log.room_id, first, last)
        if key in self._past:
            self._past.move_to_end(key)
            return self._past[key]
        if key not in self._reading:
            task = asyncio.get_running_loop().create_task(read_ticks(self._ctx.broker, *key))
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        forgotten = self._forgotten
        found = await asyncio.shield(self._reading[key])
        if self._forgotten == forgotten:
            self._remember(key, found)
        return found

    async def close(self) -> None:
        """Close all logs."""
        if self._timer:
            self._timer.cancel()
        kept, self._kept = self._kept, {}
        for entry in kept.values():
            await self._close(entry)
        for task in (*self._work, *self._reading.values()):
            task.cancel()
        hearing, self._hearing = self._hearing, None
        if hearing and hearing.done() and not hearing.exception() and self._ctx.broker.client.is_connected:
            await hearing.result().unsubscribe()

    def _remember(self, key: tuple[RoomId, int, int], ticks: list[RingTick]) -> None:
        if key in self._past:
            return
        self._past[key] = ticks
        self._past_bytes += _size(ticks)
        while self._past_bytes > CACHE_BYTES:
            _, dropped = self._past.popitem(last=False)
            self._past_bytes -= _size(dropped)

    async def _listen(self) -> None:
        """Hear whose account was erased, from before the first log is read."""
        if self._hearing is None:
            subject = self._ctx.broker.subject(FORGOTTEN)
            self._hearing = asyncio.ensure_future(self._ctx.broker.client.subscribe(subject, cb=self._forget))
        try:
            await asyncio.shield(self._hearing)
        except AWAY_ERRORS as error:
            self._hearing = None
            raise UnavailableError(retry_after_s=1) from error

    async def _forget(self, message: Msg) -> None:
        told = _decode_forgotten(message.data)

        def _forget(opening: asyncio.Task[RoomLog]) -> None:
            if not opening.cancelled() and not opening.exception():
                opening.result().forget(told.account_id)

        for room_id in told.room_ids:
            if kept := self._kept.get(room_id):
                # At once if it is open; else when it is, as it may have read what is gone now.
                _forget(kept.opening) if kept.opening.done() else kept.opening.add_done_callback(_forget)
        self._forgotten += 1
        rooms = set(told.room_ids)
        for key in [key for key in self._past if key[0] in rooms]:
            self._past_bytes -= _size(self._past.pop(key))

    async def _open(self, room_id: RoomId) -> RoomLog:
        await self._listen()
        async with self._ctx.database.connection() as connection:
            start = await find_checkpoint(connection, room_id)
        room_log = RoomLog(self._ctx.broker, room_id, start)
        try:
            await room_log.open()
        except TimeoutError as error:
            await room_log.close()
            raise UnavailableError(retry_after_s=1) from error
        except BaseException:
            await room_log.close()
            raise
        return room_log

    async def _close(self, kept: _Kept) -> None:
        if not kept.opening.done():
            kept.opening.cancel()
        elif not kept.opening.cancelled() and kept.opening.exception() is None:
            await kept.opening.result().close()

    def _check(self) -> None:
        self._timer = None
        if self._ctx.broker.client.is_closed:
            return
        self._drop_unheard()
        loop = asyncio.get_running_loop()
        for room_id, kept in list(self._kept.items()):
            if not kept.opening.done() or kept.opening.cancelled() or kept.opening.exception():
                continue
            room_log = kept.opening.result()
            room_log.follower.check()
            if room_log.due_checkpoint:
                checkpoint, room_log.due_checkpoint = room_log.due_checkpoint, None
                self._run(self._save(room_id, checkpoint))
            if not kept.users and loop.time() - kept.used_at > IDLE_S:
                del self._kept[room_id]
                self._run(self._close(kept))
        if self._kept:
            self._timer = loop.call_later(CHECK_S, self._check)

    def _run(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _drop_unheard(self) -> None:
        """While the broker was away, somebody may have been erased without this process hearing of it."""
        reconnects = self._ctx.broker.client.stats["reconnects"]
        if reconnects != self._connection_no:
            self._connection_no = reconnects
            self._past.clear()
            self._past_bytes = 0

    async def _save(self, room_id: RoomId, checkpoint: Checkpoint) -> None:
        try:
            async with self._ctx.database.connection() as connection:
                await save_checkpoint(connection, room_id, checkpoint)
        except UnavailableError:
            log.warning("checkpoint_not_saved", room_id=str(room_id))


async def read_ticks(broker: Broker, room_id: RoomId, first: int, last: int) -> list[RingTick]:
    """Read ticks of the past from the log itself; they must be sealed. Raises UnavailableError."""
    slicer = Slicer()
    found: list[RingTick] = []
    async with (
        open_reader(broker, all_kinds(room_id), from_ms=first * TICK_MS) as reader,
        aclosing(reader.deliveries()) as deliveries,
    ):
        async for delivery in deliveries:
            if delivery.entry is None:
                continue
            piece = slicer.add(delivery.entry)
            if piece is not None and first <= piece.tick <= last:
                sealed_tick = seal(piece)
                found.append(RingTick(sealed_tick.tick, sealed_tick.data))
            if slicer.open_tick > last:
                break
    return found


def _size(ticks: list[RingTick]) -> int:
    return 200 + sum(len(ring_tick.data) for ring_tick in ticks)
