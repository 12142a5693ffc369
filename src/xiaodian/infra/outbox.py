"""The outbox: what must be told leaves in the same transaction as the change it tells of.

A relay (outbox_relay) publishes the rows to JetStream and deletes them. Because a row is deleted only after it was
published, and rows are never skipped by a cursor, transactions that commit out of id order lose nothing. Events of one
aggregate keep their order: whoever changes an aggregate holds its row lock until commit, so ids follow commits.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope, Event
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


class OutboxMessage(NamedTuple):
    """A message to be published once the transaction is committed. The subject is without the prefix."""

    message_id: UUID
    subject: str
    payload: bytes


def event_message(event: Event) -> OutboxMessage:
    """An event on subject `event.<Type>`, in its envelope."""
    event_id = new_id()
    envelope = Envelope(
        event_id=event_id,
        type=type(event).__name__,
        occurred_at_ms=to_epoch_ms(utc_now()),
        key=str(getattr(event, event.event_key)),
        data=msgspec.Raw(_encode(event)),
    )
    return OutboxMessage(event_id, f"event.{type(event).__name__}", _encode(envelope))


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
    await put(connection, [event_message(event) for event in events])
