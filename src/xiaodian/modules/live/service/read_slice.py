"""Somebody polls, or watches a replay: a slice of ticks by number."""

import time

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomId, TickNotYetError
from xiaodian.modules.live.room_log import RingTick
from xiaodian.modules.live.room_logs import RoomLogs
from xiaodian.modules.live.ticks import TICK_NS

COUNTS = (1, 4, 40)
AFTER_THE_END_TICKS = 80
MAX_TICK = 2**43


async def read_slice(logs: RoomLogs, room_id: RoomId, first: int, count: int) -> list[RingTick]:
    """The ticks with moments in [first, first + count). Sizes and places are few, so that caches serve everybody.

    Raises InvalidInputError, NotFoundError, TickNotYetError, UnavailableError.
    """
    if count not in COUNTS:
        raise InvalidInputError(field="count", reason="not_offered")
    if not 0 <= first <= MAX_TICK or first % count:
        raise InvalidInputError(field="tick", reason="not_a_multiple")
    room_log = await logs.get(room_id)
    last = first + count - 1
    if room_log.sealed < last:
        is_over = last < time.time_ns() // TICK_NS
        # Nothing comes after the end of a room, so there is no need to write into its log for every question.
        is_beyond = room_log.has_ended and first > room_log.ended_tick + AFTER_THE_END_TICKS
        if not is_over or is_beyond or not await room_log.seal_through(last):
            raise TickNotYetError(retry_after_s=1)
    return await logs.between(room_log, first, last)
