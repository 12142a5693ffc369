"""Background work of modules: reactions to events and scheduled jobs, as plain data that the worker process runs."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from nats.aio.msg import Msg

from xiaodian.contracts.base import Envelope
from xiaodian.infra.database import Connection, Database

EventBatchHandler = Callable[[Sequence[Envelope]], Awaitable[None]]

MARKS_KEPT = timedelta(days=14)
"""Twice as long as the broker keeps events (EVENT_RETENTION_S)."""

_decode_envelopes = msgspec.json.Decoder(Envelope | list[Envelope]).decode


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """A durable reaction to events. `handle` must be idempotent: a batch may come again (see `first_time`).

    It is handed `at_once` events at most, as many as one transaction of it should handle.
    """

    durable: str
    event_types: tuple[str, ...]
    handle: EventBatchHandler
    at_once: int = 500


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work done every `period_s`, by one worker at a time (an advisory lock on the name)."""

    name: str
    period_s: float
    run: Callable[[], Awaitable[None]]


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Work that goes on all the time in every worker process, until it is cancelled."""

    name: str
    run: Callable[[], Awaitable[None]]


def decode_batch(messages: Sequence[Msg]) -> list[Envelope]:
    """The envelopes that a batch of JetStream messages carries, one or several a message."""
    return [envelope for message in messages for envelope in decode_message(message.data)]


def decode_message(payload: bytes) -> list[Envelope]:
    """The envelopes in one message of the outbox (see outbox.event_messages)."""
    told = _decode_envelopes(payload)
    return told if isinstance(told, list) else [told]


async def forget_handled(database: Database, now: datetime) -> None:
    """Inbox marks of events that no broker has any more."""
    async with database.connection() as connection:
        await connection.execute("DELETE FROM infra.inbox WHERE handled_at < $1", now - MARKS_KEPT)


async def first_time(connection: Connection, handler: str, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Those events that this handler has not handled yet, now marked as handled in the caller's transaction (inbox)."""
    rows = await connection.fetch(
        """
        INSERT INTO infra.inbox (handler, event_id) SELECT $1, unnest($2::uuid[])
        ON CONFLICT DO NOTHING RETURNING event_id
        """,
        handler,
        [envelope.event_id for envelope in envelopes],
    )
    fresh = {row["event_id"] for row in rows}
    unique = {envelope.event_id: envelope for envelope in envelopes}  # A batch may itself hold one of them twice.
    return [envelope for event_id, envelope in unique.items() if event_id in fresh]
