"""One room whose cards the platform decides: what happens in it goes through its engine, and cues are carried out."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.surfacing import Cue, HostCue, Signal
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing import metrics, room_queries
from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.room_queries import Caption
from xiaodian.modules.surfacing.room_rules import CAPPED, HEARD_LATE, REPLAYED, STILL_NEW
from xiaodian.modules.surfacing.room_signals import RoomSignals, in_order
from xiaodian.modules.surfacing.service.carry_out import LostRoomError, Wish, carry_out
from xiaodian.modules.surfacing.service.signals import Click, clicked, decode_click, said

BEAT_S = 1.0
"""So often the tables are looked at even if nobody said that there is something new."""
QUEUE = 2000
"""What is more than this behind is dropped: an engine must not decide on what is long over."""
CAPTIONS_AT_ONCE = 200
REPLAYED_CAPTIONS = 1000

log = get_logger(__name__)


class _Look:
    """Look into the tables."""


class RoomDecider:
    """Runs as one task until it is cancelled or another worker has the room. Nothing in it outlives the worker: the
    next one makes the engine anew, of the room's log and captions."""

    def __init__(self, ctx: Context, holder: UUID, room_id: RoomId) -> None:
        self._ctx = ctx
        self._holder = holder
        self._room_id = room_id
        self._queue: asyncio.Queue[live.Entry | Click | _Look] = asyncio.Queue(QUEUE)
        self._captions_seen = 0
        self._engine: Engine
        self._signals: RoomSignals

    async def run(self) -> None:
        """Until the room is lost. Raises UnavailableError, LostRoomError."""
        client = self._ctx.broker.client
        subscriptions: list[Subscription] = []
        follower: live.Follower | None = None
        beat = asyncio.create_task(self._beat())
        try:
            for subject in (said(self._room_id), clicked(self._room_id)):
                subscriptions.append(await client.subscribe(self._ctx.broker.subject(subject), cb=self._on_word))
            last_seq = await self._rebuild()
            follower = live.Follower(
                self._ctx.broker,
                self._room_id,
                last_seq=last_seq,
                handle=self._put,
                on_current=lambda: None,
            )
            await follower.open()
            while True:
                what = await self._queue.get()
                if isinstance(what, _Look):
                    follower.check()
                await self._take(what)
        finally:
            beat.cancel()
            if follower:
                await follower.close()
            for subscription in subscriptions:
                if client.is_connected:
                    await subscription.unsubscribe()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._put(_Look())

    async def _on_word(self, message: Msg) -> None:
        if not message.data:
            self._put(_Look())
            return
        try:
            self._put(decode_click(message.data))
        except msgspec.DecodeError:
            log.warning("unknown_click", room_id=str(self._room_id))

    def _put(self, what: live.Entry | Click | _Look) -> None:
        try:
            self._queue.put_nowait(what)
        except asyncio.QueueFull:
            log.warning("surfacing_is_behind", room_id=str(self._room_id))

    async def _rebuild(self) -> int:
        """Make the engine, tell it what was shown in the last hour and what came in the last minutes.

        Answers the number of the last message it knows. Clicks are not among them: no log has them, and no cue
        depends on them.
        """
        now = utc_now()
        since = now - REPLAYED
        # Before the log is read: what comes meanwhile is read, or followed, or both, and known by its number.
        info = await self._ctx.broker.jetstream.stream_info(self._ctx.broker.rooms_stream)
        async with self._ctx.database.connection() as connection:
            room = await live.get_room(connection, self._room_id)
            bag = (await live.show_bags(connection, [self._room_id]))[self._room_id]
            self._captions_seen = await room_queries.get_last_caption_no(connection, self._room_id)
            shown = await room_queries.list_shown(connection, self._room_id, now - CAPPED, since)
            captions = await room_queries.list_captions_since(connection, self._room_id, since, REPLAYED_CAPTIONS)
            self._captions_seen = max([self._captions_seen, *(each.caption_no for each in captions)])
        origin = min([since, room.started_at or since, *(made_at for _, made_at in shown)])
        self._signals = RoomSignals(str(self._room_id), to_epoch_ms(origin), bag)
        self._engine = Engine(self._signals.bag(to_epoch_ms(since)))
        for product_id, made_at in shown:
            self._engine.remember_shown(str(product_id), self._signals.since(to_epoch_ms(made_at)))
        entries = await live.read_room_since(self._ctx.broker, self._room_id, to_epoch_ms(since))
        await self._tell_past(entries, captions, now)
        return max(int(info.state.last_seq), entries[-1].seq if entries else 0)

    async def _tell_past(self, entries: Sequence[live.Entry], captions: Sequence[Caption], now: datetime) -> None:
        """What was decided of the past is known to be done, unless it is so new that the worker before may have died
        over it; carry_out knows what was."""
        starts = {(to_epoch_ms(each.end_at), each.text): each.start_at for each in captions}
        moments = [(entry.stored_ns // 1_000_000, entry.moment) for entry in entries]
        for at_ms, what in in_order(moments, [(each.end_at, each.text) for each in captions]):
            if isinstance(what, str):
                told: Sequence[Signal] = [self._signals.of_caption(what, at_ms)]
                start_at = starts[at_ms, what]
            else:
                told = self._signals.of_moment(what, at_ms)
                start_at = from_epoch_ms(at_ms)
            await self._tell(told, start_at, is_new=now - from_epoch_ms(at_ms) <= STILL_NEW)

    async def _take(self, what: live.Entry | Click | _Look) -> None:
        now = utc_now()
        now_ms = to_epoch_ms(now)
        if isinstance(what, _Look):
            await self._tell(self._signals.of_clock(now_ms), now)
            await self._take_captions()
        elif isinstance(what, Click):
            await self._tell(self._signals.of_click(str(what.viewer_id), str(what.product_id), now_ms), now)
        else:
            await self._tell(self._signals.of_moment(what.moment, now_ms), now)

    async def _take_captions(self) -> None:
        async with self._ctx.database.connection() as connection:
            captions = await room_queries.list_captions_after(
                connection, self._room_id, self._captions_seen, CAPTIONS_AT_ONCE
            )
        now = utc_now()
        for caption in captions:
            self._captions_seen = caption.caption_no
            if now - caption.end_at <= HEARD_LATE:
                await self._tell([self._signals.of_caption(caption.text, to_epoch_ms(now))], caption.start_at)

    async def _tell(self, told: Sequence[Signal], start_at: datetime, *, is_new: bool = True) -> None:
        """To the engine, in order; what it decides of it is for the moment of the picture `start_at`."""
        for signal in told:
            began = time.perf_counter()
            cues = self._engine.take(signal)
            # The host's own cue is up already.
            if is_new and not isinstance(signal, HostCue):
                for cue in cues:
                    await self._carry_out(cue, start_at)
                    metrics.decision_s.observe(time.perf_counter() - began)
            metrics.signals.labels(signal.__struct_config__.tag).inc()

    async def _carry_out(self, cue: Cue, start_at: datetime) -> None:
        wish = Wish(
            product_id=ProductId(UUID(cue.product_id)),
            start_at=start_at,
            show_ms=cue.until_ms - cue.t_ms,
            code=cue.reason.code,
            params=cue.reason.params,
            confidence=min(1.0, max(0.0, cue.confidence)),
        )
        outcome = await carry_out(self._ctx, self._holder, self._room_id, wish)
        if outcome is not None:
            metrics.decisions.labels(outcome).inc()
            log.info(
                "surfacing_decided",
                room_id=str(self._room_id),
                product_id=str(wish.product_id),
                code=wish.code,
                outcome=str(outcome),
            )


async def decide_room(ctx: Context, holder: UUID, room_id: RoomId) -> None:
    """Decide in a room until it is lost, or an engine of the platform's is away: then it begins anew with its lease."""
    try:
        await RoomDecider(ctx, holder, room_id).run()
    except (LostRoomError, UnavailableError):
        return
    except Exception:
        log.exception("surfacing_failed", room_id=str(room_id))
