"""What happened in rooms since a point of their logs, for who sums it up or decides by it."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import AnyMoment, CommentId, CommentMoment, RoomId
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.live.log_reader import Delivery, all_kinds, decode_moment, open_reader, told_of
from xiaodian.modules.live.ticks import Entry


class RoomMoment(NamedTuple):
    """A moment with its room and its number in the stream of all rooms."""

    seq: int
    room_id: RoomId
    stored_ms: int
    """When it was stored; of what is told long after, when it was."""
    moment: AnyMoment


async def read_moments(broker: Broker, kinds: tuple[str, ...], *, after_seq: int, limit: int) -> list[RoomMoment]:
    """The next moments of these kinds, in order; fewer than `limit` if there are no more. Raises UnavailableError."""
    moments: list[RoomMoment] = []
    subjects = [f"room.*.{kind}" for kind in kinds]
    async with (
        open_reader(broker, *subjects, from_seq=after_seq + 1) as reader,
        aclosing(reader.deliveries()) as deliveries,
    ):
        async for delivery in deliveries:
            if (moment := _to_moment(delivery)) is not None:
                moments.append(moment)
            if len(moments) == limit:
                break
    return moments


async def read_room_since(broker: Broker, room_id: RoomId, from_ms: int) -> list[Entry]:
    """One room's log since a time, in order. Raises UnavailableError."""
    async with (
        open_reader(broker, all_kinds(room_id), from_ms=from_ms) as reader,
        aclosing(reader.deliveries()) as deliveries,
    ):
        return [entry async for delivery in deliveries if (entry := delivery.entry) is not None]


async def read_room(broker: Broker, room_id: RoomId, kinds: tuple[str, ...]) -> AsyncIterator[Entry]:
    """All moments of these kinds of one room, in order. Raises UnavailableError."""
    subjects = [f"room.{room_id}.{kind}" for kind in kinds]
    async with (
        open_reader(broker, *subjects, from_seq=1) as reader,
        aclosing(reader.deliveries()) as deliveries,
    ):
        async for delivery in deliveries:
            if (entry := delivery.entry) is not None:
                yield entry


async def find_moment(broker: Broker, seq: int) -> RoomMoment | None:
    """One message by its number; None if it is gone, or was made by another version. Raises UnavailableError."""
    message = await broker.find_stored(broker.rooms_stream, seq)
    if message is None or message.time is None:
        return None
    try:
        moment = decode_moment(message.data or b"")
    except msgspec.DecodeError:
        return None
    room_id = _room_of(message.subject or "")
    at_ms = told_of(message.headers)
    return None if room_id is None else RoomMoment(seq, room_id, at_ms or to_epoch_ms(message.time), moment)


async def list_erased_comments(connection: Connection, after_seq: int, last_seq: int) -> list[RoomMoment]:
    """Comments in this part of the logs whose authors were erased: when they were made, and nothing more."""
    rows = await connection.fetch(
        "SELECT seq, room_id, stored_ms, at_ms FROM live.erased_comment WHERE seq > $1 AND seq <= $2 ORDER BY seq",
        after_seq,
        last_seq,
    )
    nobody = UUID(int=0)
    return [
        RoomMoment(
            row["seq"],
            row["room_id"],
            row["stored_ms"],
            CommentMoment(
                at_ms=row["at_ms"],
                comment_id=CommentId(nobody),
                account_id=AccountId(nobody),
                name="",
                text="",
                is_host=False,
            ),
        )
        for row in rows
    ]


def _to_moment(delivery: Delivery) -> RoomMoment | None:
    """None for a message of another version, or of a room that cannot be."""
    room_id = _room_of(delivery.subject)
    if delivery.moment is None or room_id is None:
        return None
    at_ms = delivery.stored_ns // 1_000_000 if delivery.told_of_ms is None else delivery.told_of_ms
    return RoomMoment(delivery.seq, room_id, at_ms, delivery.moment)


def _room_of(subject: str) -> RoomId | None:
    try:
        return RoomId(UUID(subject.split(".")[-2]))
    except (ValueError, IndexError):
        return None
