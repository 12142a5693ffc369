"""The host removes a comment from the room."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import CommentId, CommentRemovedMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live.service.control import control, tell
from xiaodian.modules.live.service.find_comment import find_comment
from xiaodian.modules.live.service.pin_comment import unpin


async def remove_comment(ctx: Context, caller: Caller, room_id: RoomId, comment_id: CommentId) -> None:
    """Viewers drop the comment, also from the pin. Removing it again does nothing.

    Raises NotFoundError, ForbiddenError, RoomEndedError.
    """
    async with control(ctx, caller, room_id):
        pass  # Strangers must not make us search the log.
    await find_comment(ctx, room_id, comment_id)
    async with control(ctx, caller, room_id) as (connection, room):
        removed = await connection.fetchval(
            """
            INSERT INTO live.removed_comment (room_id, comment_id) VALUES ($1, $2)
            ON CONFLICT DO NOTHING RETURNING true
            """,
            room_id,
            comment_id,
        )
        if removed:
            now = utc_now()
            if room.pinned_comment_id == comment_id:
                await unpin(connection, room, now)
            await tell(connection, room_id, CommentRemovedMoment(at_ms=to_epoch_ms(now), comment_id=comment_id))
