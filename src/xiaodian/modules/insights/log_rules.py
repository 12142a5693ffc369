"""From moments of rooms' logs to minutes: pure.

The log tells of an audience only when it changes; here it is carried on.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xiaodian.contracts.live import (
    AnyMoment,
    CommentMoment,
    LikesMoment,
    RoomId,
    RoomState,
    StateMoment,
    ViewersMoment,
)

KINDS = ("state", "viewers", "comment", "likes")
MINUTE_MS = 60_000
LONGEST_CARRY_MS = 12 * 3600 * 1000
"""An audience of which nothing is heard for longer was not there."""
CLOCKS_DIFFER_MS = 10 * 60_000
"""A moment belongs to a picture some seconds before it was stored; one further off is taken to be of when it came."""


class Audience(NamedTuple):
    """How many watch a room since when; counted while it is on air."""

    is_on_air: bool = False
    online: int = 0
    since_ms: int = 0


class Minute(NamedTuple):
    """What a minute of a room adds up to."""

    online_max: int = 0
    online_ms: int = 0
    """Watched time of all, so that an average can be made of it."""
    covered_ms: int = 0
    comments: int = 0
    likes: int = 0

    def plus(self, other: "Minute") -> "Minute":
        """The sum; of the greatest audience the greater."""
        return Minute(
            max(self.online_max, other.online_max), *(a + b for a, b in zip(self[1:], other[1:], strict=True))
        )


class LogTally:
    """Minutes by room, and how many watch each room at the end."""

    def __init__(self, audiences: dict[RoomId, Audience]) -> None:
        self.audiences = audiences
        self.minutes: dict[tuple[RoomId, int], Minute] = {}

    def take(self, room_id: RoomId, stored_ms: int, moment: AnyMoment) -> None:
        """Count the next moment of a room."""
        at_ms = moment.at_ms if abs(moment.at_ms - stored_ms) <= CLOCKS_DIFFER_MS else stored_ms
        match moment:
            case CommentMoment():
                self._add(room_id, at_ms, Minute(comments=1))
            case LikesMoment():
                self._add(room_id, at_ms, Minute(likes=moment.count))
            case ViewersMoment():
                self._move(room_id, at_ms, online=moment.online)
            case StateMoment():
                self._move(room_id, at_ms, state=moment.state)

    def _move(self, room_id: RoomId, at_ms: int, online: int | None = None, state: RoomState | None = None) -> None:
        before = self.audiences.get(room_id, Audience())
        now_ms = max(at_ms, before.since_ms)
        if before.is_on_air:
            for start_ms, length_ms in stretches(before.since_ms, now_ms):
                counted = Minute(online_max=before.online, online_ms=before.online * length_ms, covered_ms=length_ms)
                self._add(room_id, start_ms, counted)
        is_on_air = before.is_on_air if state is None else state in (RoomState.ON_AIR, RoomState.INTERRUPTED)
        after = Audience(is_on_air, before.online if online is None else online, now_ms)
        self.audiences[room_id] = after
        if is_on_air:
            self._add(room_id, now_ms, Minute(online_max=after.online))

    def _add(self, room_id: RoomId, at_ms: int, counted: Minute) -> None:
        key = room_id, at_ms // MINUTE_MS * MINUTE_MS
        self.minutes[key] = self.minutes.get(key, Minute()).plus(counted)


def stretches(from_ms: int, to_ms: int) -> Iterator[tuple[int, int]]:
    """The minutes between two moments: where each part begins, and how long it is. At most the last twelve hours."""
    start_ms = max(from_ms, to_ms - LONGEST_CARRY_MS)
    while start_ms < to_ms:
        end_ms = min(to_ms, (start_ms // MINUTE_MS + 1) * MINUTE_MS)
        yield start_ms, end_ms - start_ms
        start_ms = end_ms


def carry_on(minutes: Iterable[tuple[int, Minute]], audience: Audience, now_ms: int) -> dict[int, Minute]:
    """The minutes of a room with its audience carried on to the present: the log tells of it when it next changes."""
    carried = dict(minutes)
    if audience.is_on_air:
        for start_ms, length_ms in stretches(audience.since_ms, now_ms):
            key = start_ms // MINUTE_MS * MINUTE_MS
            more = Minute(online_max=audience.online, online_ms=audience.online * length_ms, covered_ms=length_ms)
            carried[key] = carried.get(key, Minute()).plus(more)
    return carried
