"""Follows one room's log: every message in order and once, over restarts of the server."""

import asyncio
from collections.abc import Callable
from functools import partial

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import RoomId
from xiaodian.infra.broker import AWAY_ERRORS, Broker
from xiaodian.infra.logging import get_logger
from xiaodian.modules.live.log_reader import all_kinds, forget_consumer, is_status, parse
from xiaodian.modules.live.ticks import Entry

HEARTBEAT_S = 1.0
SILENCE_S = 3.0
"""Without a heartbeat for so long the consumer is taken for lost."""
CONSUMER_LIFE_S = 30.0
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
RETRY_AFTER_S = 1

log = get_logger(__name__)


class Follower:
    """An ephemeral consumer of a room's log that is made again, from the last message seen, whenever it is lost.

    `handle` gets each entry; `on_current` is called whenever all that the log holds has been handed over.
    """

    def __init__(
        self,
        broker: Broker,
        room_id: RoomId,
        *,
        last_seq: int,
        handle: Callable[[Entry], None],
        on_current: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._room_id = room_id
        self._handle = handle
        self._on_current = on_current
        self.last_seq = last_seq
        self._consumer_seq = 0
        self._subscription: Subscription | None = None
        self._consumer: str | None = None
        self._heard_at = 0.0
        self._connection_no = 0
        self._reopening: asyncio.Task[None] | None = None
        self._is_closed = False

    async def open(self) -> None:
        """Start following. Raises UnavailableError."""
        try:
            await self._open()
        except AWAY_ERRORS as error:
            await self._let_go()
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error

    async def close(self) -> None:
        """Stop following."""
        self._is_closed = True
        if self._reopening:
            self._reopening.cancel()
        await self._let_go()

    def check(self) -> None:
        """Notice that the consumer was lost; to be called every now and then."""
        client = self._broker.client
        if not client.is_connected:
            return
        silent_s = asyncio.get_running_loop().time() - self._heard_at
        if client.stats["reconnects"] != self._connection_no or silent_s > SILENCE_S:
            self._reopen("lost")

    async def _open(self) -> None:
        client = self._broker.client
        self._connection_no = client.stats["reconnects"]
        self._consumer_seq = 0
        inbox = client.new_inbox()
        self._subscription = await client.subscribe(inbox, cb=partial(self._on_message, inbox))
        info = await self._broker.jetstream.add_consumer(
            self._broker.rooms_stream,
            ConsumerConfig(
                deliver_subject=inbox,
                filter_subject=self._broker.subject(all_kinds(self._room_id)),
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self.last_seq + 1,
                ack_policy=AckPolicy.NONE,
                flow_control=True,
                idle_heartbeat=HEARTBEAT_S,
                inactive_threshold=CONSUMER_LIFE_S,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        self._consumer = info.name
        self._heard_at = asyncio.get_running_loop().time()
        if not info.num_pending and not self._consumer_seq:
            self._on_current()

    async def _let_go(self) -> None:
        subscription, consumer = self._subscription, self._consumer
        self._subscription = self._consumer = None
        if subscription and self._broker.client.is_connected:
            await subscription.unsubscribe()
        if consumer:
            await forget_consumer(self._broker, consumer)

    async def _on_message(self, inbox: str, message: Msg) -> None:
        if self._subscription is None or self._subscription.subject != inbox or self._is_closed:
            return
        self._heard_at = asyncio.get_running_loop().time()
        if is_status(message):
            await self._on_status(message)
            return
        delivery = parse(message)
        if delivery.consumer_seq != self._consumer_seq + 1:
            self._reopen("gap")
            return
        self._consumer_seq = delivery.consumer_seq
        if delivery.seq > self.last_seq:
            self.last_seq = delivery.seq
            if entry := delivery.entry:
                self._handle(entry)
        if delivery.pending == 0:
            self._on_current()

    async def _on_status(self, message: Msg) -> None:
        """A heartbeat or a flow control request, which must be answered once all before it is handled."""
        headers = message.headers or {}
        reply = message.reply or headers.get("Nats-Consumer-Stalled", "")
        if reply:
            await self._broker.client.publish(reply)
        elif int(headers.get("Nats-Last-Consumer", self._consumer_seq)) > self._consumer_seq:
            self._reopen("gap")

    def _reopen(self, reason: str) -> None:
        if self._is_closed or (self._reopening and not self._reopening.done()):
            return
        log.info("room_log_reopens", room_id=str(self._room_id), reason=reason, last_seq=self.last_seq)
        self._reopening = asyncio.get_running_loop().create_task(self._reopen_until_open())

    async def _reopen_until_open(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._broker.client.is_closed:
            try:
                await self._let_go()
                await self._open()
            except AWAY_ERRORS:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            else:
                return
