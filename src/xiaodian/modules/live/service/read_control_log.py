"""The host's tools read the room's log, event by event."""

from contextlib import aclosing

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import PulseMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.modules.live.log_reader import all_kinds, open_reader
from xiaodian.modules.live.service.control import control
from xiaodian.modules.live.ticks import Entry


async def read_control_log(
    ctx: Context, caller: Caller, room_id: RoomId, *, after: int, limit: int
) -> tuple[list[Entry], bool]:
    """Events of the log after a number, and whether there are more. Raises NotFoundError, ForbiddenError."""
    async with control(ctx, caller, room_id, even_if_ended=True):
        pass  # Only the host may read it.
    entries: list[Entry] = []
    async with (
        open_reader(ctx.broker, all_kinds(room_id), from_seq=after + 1) as reader,
        aclosing(reader.deliveries()) as deliveries,
    ):
        async for delivery in deliveries:
            entry = delivery.entry
            if entry is None or isinstance(entry.moment, PulseMoment):
                continue
            if len(entries) == limit:
                return entries, True
            entries.append(entry)
    return entries, False
