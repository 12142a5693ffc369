"""NATS with JetStream: the streams we keep, publishing, and consumers that survive restarts of the server."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    RawStreamMsg,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.logging import get_logger

RETRY_AFTER_S = 1
EVENT_RETENTION_S = 7 * 24 * 3600.0
DUPLICATE_WINDOW_S = 120.0
PUBLISH_TIMEOUT_S = 5.0
CONSUME_BATCH = 200
FETCH_TIMEOUT_S = 30.0
REST_TIMEOUT_S = 0.25

log = get_logger(__name__)

# What nats-py raises when the server is restarting or gone.
AWAY_ERRORS: tuple[type[BaseException], ...] = (OSError, TimeoutError, nats.errors.Error)


CONSUMER_AWAY_ERRORS: tuple[type[BaseException], ...] = (*AWAY_ERRORS, UnavailableError)


class Broker:
    """One connection to NATS. Subjects given to it are without the installation's prefix."""

    def __init__(self, client: Client, prefix: str) -> None:
        self.client = client
        self.jetstream: JetStreamContext = client.jetstream(timeout=PUBLISH_TIMEOUT_S)
        self.prefix = prefix
        self.events_stream = f"{prefix}-events"
        self.rooms_stream = f"{prefix}-rooms"

    @classmethod
    async def connect(cls, url: str, *, prefix: str, name: str) -> "Broker":
        """Connect, and keep reconnecting for ever once connected. Raises UnavailableError if the first try fails."""

        async def _on_error(error: Exception) -> None:
            log.warning("broker_error", error=type(error).__name__)

        try:
            client = await nats.connect(
                url,
                name=name,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.25,
                connect_timeout=5,
                ping_interval=10,
                max_outstanding_pings=2,
                error_cb=_on_error,
                pending_size=8 * 1024 * 1024,
            )
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error
        return cls(client, prefix)

    async def close(self) -> None:
        """Close the connection."""
        await self.client.close()

    def subject(self, name: str) -> str:
        """The full subject of a name without prefix."""
        return f"{self.prefix}.{name}"

    async def ensure_streams(self) -> None:
        """Create the streams, or bring their settings up to date. Raises UnavailableError."""
        try:
            await self._ensure_all()
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error

    async def _ensure_all(self) -> None:
        await self._ensure(
            StreamConfig(
                name=self.events_stream,
                subjects=[self.subject("event.>")],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                max_age=EVENT_RETENTION_S,
                duplicate_window=DUPLICATE_WINDOW_S,
            )
        )
        await self._ensure(
            StreamConfig(
                name=self.rooms_stream,
                subjects=[self.subject("room.*.*")],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                duplicate_window=DUPLICATE_WINDOW_S,
            )
        )

    async def _ensure(self, config: StreamConfig) -> None:
        try:
            await self.jetstream.add_stream(config)
        except nats.js.errors.BadRequestError:
            await self.jetstream.update_stream(config)

    async def publish(
        self, subject: str, payload: bytes, *, message_id: str | None = None, headers: Mapping[str, str] | None = None
    ) -> int:
        """Publish into a stream and wait until it is stored; answers its sequence number there.

        A `message_id` published again within two minutes is stored once. Raises UnavailableError.
        """
        if not self.client.is_connected:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S)
        told = {**(headers or {}), **({"Nats-Msg-Id": message_id} if message_id else {})}
        try:
            ack = await self.jetstream.publish(self.subject(subject), payload, headers=told or None)
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error
        return ack.seq

    async def find_stored(self, stream: str, seq: int) -> RawStreamMsg | None:
        """A message by its number; None if it is gone. Raises UnavailableError."""
        try:
            return await self.jetstream.get_msg(stream, seq)
        except nats.js.errors.NotFoundError:
            return None
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error

    async def erase_stored(self, stream: str, seq: int) -> None:
        """Overwrite a message where it is stored, for good; if it is gone already, nothing happens.

        Raises UnavailableError.
        """
        try:
            await self.jetstream.delete_msg(stream, seq)
        except AWAY_ERRORS as error:
            if await self.find_stored(stream, seq) is not None:
                raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error

    async def poke(self, subject: str, payload: bytes = b"") -> None:
        """Tell whoever listens right now (plain NATS, not stored). Lost silently if the server is away."""
        if self.client.is_connected:
            await self.client.publish(self.subject(subject), payload)

    async def consume_events(
        self, durable: str, event_types: Sequence[str], handle: Callable[[Sequence[Msg]], Awaitable[None]]
    ) -> None:
        """Hand events of these types to `handle` in batches, in order, for ever; run it as a task and cancel it.

        A batch is acknowledged when `handle` returns. If it raises, the batch comes again after a pause.
        Several processes may consume the same durable; each event then goes to one of them.
        """
        config = ConsumerConfig(
            durable_name=f"{self.prefix}-{durable}",
            filter_subjects=[self.subject(f"event.{name}") for name in event_types],
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=30,
            max_ack_pending=CONSUME_BATCH,
        )
        while True:
            try:
                await self.jetstream.add_consumer(self.events_stream, config)
                pull = await self.jetstream.pull_subscribe_bind(
                    durable=f"{self.prefix}-{durable}", stream=self.events_stream
                )
                while True:
                    await self._consume_batch(pull, handle, durable)
            except CONSUMER_AWAY_ERRORS as error:
                log.warning("consumer_restarts", durable=durable, error=type(error).__name__)
                await asyncio.sleep(RETRY_AFTER_S)

    async def _consume_batch(
        self,
        pull: JetStreamContext.PullSubscription,
        handle: Callable[[Sequence[Msg]], Awaitable[None]],
        durable: str,
    ) -> None:
        try:
            messages = await fetch_batch(pull, CONSUME_BATCH, timeout_s=FETCH_TIMEOUT_S)
        except TimeoutError:
            return  # Nothing happened meanwhile.
        try:
            await handle(messages)
        except UnavailableError:
            for message in messages:
                await message.nak(delay=RETRY_AFTER_S)
            raise
        except Exception:
            log.exception("event_handler_failed", durable=durable)
            for message in messages:
                await message.nak(delay=5)
            return
        for message in messages:
            await message.ack()


async def fetch_batch(pull: JetStreamContext.PullSubscription, most: int, *, timeout_s: float) -> list[Msg]:
    """Wait for a message, and take with it those that are there already, `most` in all, in their order.

    The client's own fetch of many may wait on for all `most` after the first one has come: it does if the server's
    word that the request before has ended comes late, as it may in a machine under load. What waits is asked for by its
    number here, so that nothing waits for more than there is. Raises TimeoutError if none comes within `timeout_s`.
    """
    [first] = await pull.fetch(1, timeout=timeout_s)
    waiting = min(first.metadata.num_pending or 0, most - 1)
    if not waiting:
        return [first]
    try:
        return [first, *await pull.fetch(waiting, timeout=REST_TIMEOUT_S)]
    except TimeoutError:
        return [first]  # Another process of the same durable took them.
