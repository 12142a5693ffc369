"""Reads of a room's log from JetStream: the messages themselves, and pieces of the past."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import AnyMoment, RoomId
from xiaodian.infra.broker import AWAY_ERRORS, Broker
from xiaodian.infra.logging import get_logger
from xiaodian.modules.live.ticks import Entry

READ_BATCH = 256
READ_TIMEOUT_S = 5.0
READER_LIFE_S = 30.0
RETRY_AFTER_S = 1
NO_MESSAGES = "404"
TOLD_OF = "Xiaodian-Told-Of"
"""A header of messages that tell of what has been: when that was, in epoch ms. Nobody outside can set it."""
EPOCH = datetime.fromtimestamp(0, UTC)

log = get_logger(__name__)

decode_moment = msgspec.json.Decoder(AnyMoment).decode


class Delivery(NamedTuple):
    """A message as a consumer delivered it. `moment` is None if the message is no moment that we know."""

    seq: int
    consumer_seq: int
    stored_ns: int
    pending: int
    """How many more messages of the log the server had when it sent this one."""
    moment: AnyMoment | None
    subject: str
    told_of_ms: int | None = None
    """When it was, if it was told long after."""

    @property
    def entry(self) -> Entry | None:
        """The message as an entry of the log."""
        return None if self.moment is None else Entry(self.seq, self.stored_ns, self.moment)


def told_of(headers: Mapping[str, str] | None) -> int | None:
    """When a message that tells of what has been says that it was."""
    at_ms = (headers or {}).get(TOLD_OF)
    return None if at_ms is None else int(at_ms)


def all_kinds(room_id: RoomId) -> str:
    """The subject (without prefix) of every moment of a room."""
    return f"room.{room_id}.*"


def parse(message: Msg) -> Delivery:
    """Read the numbers in the reply subject (`$JS.ACK.…`, with or without domain) and the moment."""
    tokens = message.reply.split(".")
    first = 5 if len(tokens) == 9 else 7
    seq, consumer_seq, stored_ns, pending = (int(token) for token in tokens[first : first + 4])
    moment: AnyMoment | None = None
    try:
        moment = decode_moment(message.data)
    except msgspec.DecodeError:
        log.warning("unknown_moment", subject=message.subject, seq=seq)
    return Delivery(seq, consumer_seq, stored_ns, pending, moment, message.subject, told_of(message.headers))


def is_status(message: Msg) -> bool:
    """Whether it is a word of the server (heartbeat, flow control, end of a pull) and not a message of the log."""
    return not message.data and bool(message.headers) and "Status" in (message.headers or {})


def is_end(message: Msg) -> bool:
    """Whether the server says that there is nothing more to read."""
    return (message.headers or {}).get("Status") == NO_MESSAGES


class LogReader:
    """Pulls a piece of one room's log, in order; made by `open_reader`."""

    def __init__(self, broker: Broker, consumer: str, inbox: str, subscription: Subscription, pending: int) -> None:
        self._broker = broker
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{broker.rooms_stream}.{consumer}"
        self._inbox = inbox
        self._subscription = subscription
        self._pending = pending

    async def deliveries(self) -> AsyncGenerator[Delivery, None]:
        """All messages up to the end that the log had when asked. Raises UnavailableError."""
        while self._pending:
            request = json.dumps({"batch": READ_BATCH, "no_wait": True}).encode()
            await self._broker.client.publish(self._next, request, reply=self._inbox)
            for number in range(min(READ_BATCH, self._pending)):
                message = await self._subscription.next_msg(timeout=READ_TIMEOUT_S)
                if is_status(message):
                    if number == 0 and is_end(message):
                        return  # What was still to come has been erased meanwhile.
                    break
                delivery = parse(message)
                self._pending = delivery.pending
                yield delivery


@asynccontextmanager
async def open_reader(
    broker: Broker, *subjects: str, from_seq: int | None = None, from_ms: int | None = None
) -> AsyncIterator[LogReader]:
    """A reader of subjects of the rooms' stream, from a sequence number or from the first message stored since a time.

    Raises UnavailableError.
    """
    config = ConsumerConfig(
        filter_subjects=[broker.subject(subject) for subject in subjects],
        ack_policy=AckPolicy.NONE,
        inactive_threshold=READER_LIFE_S,
        mem_storage=True,
        num_replicas=1,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE if from_ms is None else DeliverPolicy.BY_START_TIME,
        opt_start_seq=max(1, from_seq or 1) if from_ms is None else None,
        opt_start_time=None if from_ms is None else EPOCH + timedelta(milliseconds=from_ms),
    )
    try:
        inbox = broker.client.new_inbox()
        subscription = await broker.client.subscribe(inbox)
        try:
            info = await broker.jetstream.add_consumer(broker.rooms_stream, config)
            try:
                yield LogReader(broker, info.name, inbox, subscription, info.num_pending or 0)
            finally:
                await forget_consumer(broker, info.name)
        finally:
            if broker.client.is_connected:
                await subscription.unsubscribe()
    except AWAY_ERRORS as error:
        raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error


async def forget_consumer(broker: Broker, name: str) -> None:
    """Tell the server that a consumer is no longer wanted; without waiting, for it forgets idle ones by itself."""
    if broker.client.is_connected:
        try:
            await broker.client.publish(f"$JS.API.CONSUMER.DELETE.{broker.rooms_stream}.{name}")
        except nats.errors.Error:
            return
