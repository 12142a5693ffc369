"""What happened in rooms since a point of their logs, for who sums it up or decides by it."""

from contextlib import aclosing
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.live import AnyMoment, RoomId
from xiaodian.infra.broker import Broker
from xiaodian.modules.live.log_reader import Delivery, all_kinds, open_reader
from xiaodian.modules.live.ticks import Entry


class RoomMoment(NamedTuple):
    """A moment with its room and its number in the stream of all rooms."""

    seq: int
    room_id: RoomId
    stored_ms: int
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


def _to_moment(delivery: Delivery) -> RoomMoment | None:
    """None for a message of another version, or of a room that cannot be."""
    if delivery.moment is None:
        return None
    try:
        room_id = RoomId(UUID(delivery.subject.split(".")[-2]))
    except ValueError:
        return None
    return RoomMoment(delivery.seq, room_id, delivery.stored_ns // 1_000_000, delivery.moment)
