"""The host puts the product down."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.live.service.control import control
from xiaodian.modules.live.service.cues import end_open_cue, note_host_deed


async def unfeature_product(ctx: Context, caller: Caller, room_id: RoomId) -> None:
    """The card goes; if none is up, nothing happens. Raises NotFoundError, ForbiddenError, RoomEndedError."""
    async with control(ctx, caller, room_id) as (connection, room):
        if await end_open_cue(connection, room, utc_now()):
            await note_host_deed(connection, room, utc_now())
