"""The outbox: what must be told leaves in the same transaction as the change it tells of.

Events of one type that are told together travel in one message: at a festival a transaction places hundreds of orders,
and a row to write, publish and delete for each would cost more than writing the order's lines.

A relay (outbox_relay) publishes the rows to JetStream and deletes them. Because a row is deleted only after it was
published, and rows are never skipped by a cursor, transactions that commit out of id order lose nothing. Events of one
aggregate keep their order: whoever changes an aggregate holds its row lock until commit, so ids follow commits.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Event
from xiaodian.contracts.live import AnyMoment, RoomId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id

_encode = msgspec.json.Encoder().encode

_INSERT = """
    INSERT INTO infra.outbox (message_id, subject, payload)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])
"""

_COLUMNS = ["message_id", "subject", "payload"]
# Many rows are cheaper by COPY, few by one statement.
COPY_FROM = 8
# A message of this size is full; the broker takes a mebibyte.
FULL_BYTES = 128 * 1024


class OutboxMessage(NamedTuple):
    """A message to be published once the transaction is committed. The subject is without the prefix."""

    message_id: UUID
    subject: str
    payload: bytes


class _Outgoing(msgspec.Struct, frozen=True):
    """An Envelope on its way out, which need not be decoded to be put in."""

    event_id: UUID
    type: str
    occurred_at_ms: int
    key: UUID | str
    data: Event


def event_messages(events: Sequence[Event]) -> Iterator[OutboxMessage]:
    """Messages on subject `event.<Type>` that tell of these events, in their order: one envelope, or a list of them."""
    now_ms = to_epoch_ms(utc_now())
    for name, alike in groupby(events, lambda event: type(event).__name__):
        envelopes: list[bytes] = []
        size = 0
        for event in alike:
            envelope = _encode(_Outgoing(new_id(), name, now_ms, getattr(event, event.event_key), event))
            if envelopes and size + len(envelope) > FULL_BYTES:
                yield _to_message(name, envelopes)
                envelopes, size = [], 0
            envelopes.append(envelope)
            size += len(envelope) + 1
        yield _to_message(name, envelopes)


def _to_message(name: str, envelopes: list[bytes]) -> OutboxMessage:
    payload = envelopes[0] if len(envelopes) == 1 else b"[" + b",".join(envelopes) + b"]"
    return OutboxMessage(new_id(), f"event.{name}", payload)


def moment_message(room_id: RoomId, moment: AnyMoment) -> OutboxMessage:
    """A moment of a room's log on subject `room.<room id>.<kind>`."""
    kind = moment.__struct_config__.tag
    return OutboxMessage(new_id(), f"room.{room_id}.{kind}", _encode(moment))


async def put(connection: Connection, messages: Sequence[OutboxMessage]) -> None:
    """Write messages into the outbox, inside the caller's transaction."""
    if len(messages) < COPY_FROM:
        if messages:
            await connection.execute(_INSERT, *map(list, zip(*messages, strict=True)))
        return
    await connection.copy_records_to_table("outbox", schema_name="infra", columns=_COLUMNS, records=messages)


async def emit(connection: Connection, *events: Event) -> None:
    """Put events into the outbox, inside the caller's transaction."""
    await put(connection, list(event_messages(events)))
