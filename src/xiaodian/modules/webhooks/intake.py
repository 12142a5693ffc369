"""Reads the stream of events in its order, one process at a time, and has messages made of them.

Not a durable consumer of the broker: that hands batches to several workers at once and a failed batch once more later,
so that a shipped order could be told before it was paid. Here the place is kept with the messages, in one transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import msgspec
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from xiaodian.contracts.base import UnavailableError
from xiaodian.edge.context import Context
from xiaodian.infra.broker import AWAY_ERRORS, Broker, fetch_batch
from xiaodian.infra.database import Connection, forget_old_plans
from xiaodian.infra.logging import get_logger
from xiaodian.infra.work import decode_batch
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.service.pen import Told
from xiaodian.modules.webhooks.service.set_aside import Aside, put_aside, take_in_what_can_be
from xiaodian.modules.webhooks.service.take_in import Place, ReadByAnotherError, find_place
from xiaodian.modules.webhooks.service.translate import EVENT_TYPES, told_of

WAKE = "webhooks"
"""Poked when there is something to be sent."""
BATCH = 200
PIECE_BYTES = 512 * 1024
LINGER_S = 0.05
"""What comes within it is one batch, in which stock is told once."""
FETCH_TIMEOUT_S = 10.0
READER_LIFE_S = 60.0
STAND_BY_S = 7 * 24 * 3600.0
INTAKE_LOCK = 7_142_465

log = get_logger(__name__)


async def run_intake(ctx: Context) -> None:
    """Read for ever; any number may run: one works, the others stand by. Raises UnavailableError."""
    async with ctx.database.session() as connection:
        await connection.fetchval("SELECT pg_advisory_lock($1)", INTAKE_LOCK, timeout=STAND_BY_S)
        while True:
            await _read_on(ctx, connection)


async def _read_on(ctx: Context, connection: Connection) -> None:
    """From the kept place until something breaks."""
    place = await find_place(connection, await _name_of_stream(ctx.broker))
    try:
        async with _open_reader(ctx.broker, place.seq + 1) as reader:
            while True:
                # It is this session that holds the lock: while it lives, nobody else reads.
                await forget_old_plans(connection)
                await connection.fetchval("SELECT 1")
                place = await _take_next(ctx, reader, place, FETCH_TIMEOUT_S)
                if not reader.pending:
                    await asyncio.sleep(LINGER_S)
    except ReadByAnotherError:
        log.warning("webhooks_read_by_another")


async def read_all(ctx: Context) -> None:
    """Read what there is, once, and come back; for tests and tools."""
    async with ctx.database.connection() as connection:
        place = await find_place(connection, await _name_of_stream(ctx.broker))
    async with _open_reader(ctx.broker, place.seq + 1) as reader:
        while reader.pending:
            place = await _take_next(ctx, reader, place, FETCH_TIMEOUT_S)


async def _take_next(ctx: Context, reader: "_Reader", place: Place, timeout_s: float) -> Place:
    for messages in _split(await reader.fetch(timeout_s)):
        last = int(messages[-1].metadata.sequence.stream)
        batch, unreadable = _decode(messages)
        if unreadable:
            async with ctx.database.transaction() as connection:
                await put_aside(connection, unreadable, utc_now())
        if await take_in_what_can_be(ctx.database, batch, place, last, utc_now()):
            await ctx.broker.poke(WAKE)
        place = Place(place.stream, last)
    return place


def _split(messages: Sequence[Msg]) -> Iterator[list[Msg]]:
    """Pieces that one transaction can take; a message may carry hundreds of events."""
    piece: list[Msg] = []
    for message in messages:
        piece.append(message)
        if sum(len(one.data) for one in piece) >= PIECE_BYTES:
            yield piece
            piece = []
    if piece:
        yield piece


class _Reader:
    """Fetches events in order and without gaps, from one place on; made by `_open_reader`."""

    def __init__(self, pull: JetStreamContext.PullSubscription, pending: int) -> None:
        self._pull = pull
        self._number = 0
        self.pending = pending
        """How many more the server has."""

    async def fetch(self, timeout_s: float) -> list[Msg]:
        """The next ones; none if nothing happened meanwhile. Raises UnavailableError, also if one got lost."""
        try:
            messages = await fetch_batch(self._pull, BATCH, timeout_s=timeout_s)
        except TimeoutError:
            return []
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=1) from error
        for message in messages:
            self._number += 1
            if message.metadata.sequence.consumer != self._number:
                raise UnavailableError(retry_after_s=1)
        self.pending = messages[-1].metadata.num_pending or 0
        return messages


def _decode(messages: Sequence[Msg]) -> tuple[list[Told], list[Aside]]:
    """The events, and those that cannot be read, which would stop everything for ever."""
    batch: list[Told] = []
    unreadable: list[Aside] = []
    for message in messages:
        try:
            envelopes = decode_batch([message])
        except msgspec.DecodeError:
            log.exception("webhooks_unreadable_message", subject=message.subject)
            continue
        for envelope in envelopes:
            try:
                batch.append(told_of(envelope))
            except msgspec.DecodeError as error:
                unreadable.append(
                    Aside(event_id=envelope.event_id, type=envelope.type, data=bytes(envelope.data), reason=str(error))
                )
    return batch, unreadable


async def _name_of_stream(broker: Broker) -> str:
    """A stream that was lost and made anew counts from one again: it must not be taken for the old one."""
    try:
        info = await broker.jetstream.stream_info(broker.events_stream)
    except AWAY_ERRORS as error:
        raise UnavailableError(retry_after_s=1) from error
    return f"{broker.events_stream} {info.created}"


@asynccontextmanager
async def _open_reader(broker: Broker, from_seq: int) -> AsyncIterator[_Reader]:
    config = ConsumerConfig(
        filter_subjects=[broker.subject(f"event.{name}") for name in EVENT_TYPES],
        ack_policy=AckPolicy.NONE,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=from_seq,
        inactive_threshold=READER_LIFE_S,
        mem_storage=True,
        num_replicas=1,
    )
    try:
        info = await broker.jetstream.add_consumer(broker.events_stream, config)
        pull = await broker.jetstream.pull_subscribe_bind(consumer=info.name, stream=broker.events_stream)
    except AWAY_ERRORS as error:
        raise UnavailableError(retry_after_s=1) from error
    try:
        yield _Reader(pull, info.num_pending or 0)
    finally:
        if broker.client.is_connected:
            # Not waited for: the server forgets an idle one by itself.
            await broker.client.publish(f"$JS.API.CONSUMER.DELETE.{broker.events_stream}.{info.name}")
            await pull.unsubscribe()
