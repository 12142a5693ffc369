"""The host pins a comment above the others, or takes the pin out."""

from datetime import datetime

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import CommentId, CommentPinnedMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.queries import is_removed
from xiaodian.modules.live.service.control import control, tell
from xiaodian.modules.live.service.find_comment import find_comment


async def pin_comment(ctx: Context, caller: Caller, room_id: RoomId, comment_id: CommentId) -> None:
    """Pin a comment of this room; it takes the place of one pinned before. Pinning it again does nothing.

    Raises NotFoundError (also if it was removed), ForbiddenError, RoomEndedError.
    """
    async with control(ctx, caller, room_id):
        pass  # Strangers must not make us search the log.
    comment = await find_comment(ctx, room_id, comment_id)
    async with control(ctx, caller, room_id) as (connection, room):
        if await is_removed(connection, room_id, comment_id):
            raise NotFoundError
        if room.pinned_comment_id == comment_id:
            return
        await write_pin(connection, room_id, comment_id, comment.account_id)
        await tell(
            connection,
            room_id,
            CommentPinnedMoment(
                at_ms=to_epoch_ms(utc_now()),
                comment_id=comment_id,
                name=comment.name,
                text=comment.text,
                account_id=comment.account_id,
                is_host=comment.is_host,
                badge=comment.badge,
            ),
        )


async def unpin_comment(ctx: Context, caller: Caller, room_id: RoomId) -> None:
    """Take the pin out; without one, nothing happens. Raises NotFoundError, ForbiddenError, RoomEndedError."""
    async with control(ctx, caller, room_id) as (connection, room):
        await unpin(connection, room, utc_now())


async def unpin(connection: Connection, room: Room, at: datetime) -> None:
    """Take the pin out, if there is one, inside the transaction."""
    if room.pinned_comment_id is None:
        return
    await write_pin(connection, room.room_id, None, None)
    moment = CommentPinnedMoment(at_ms=to_epoch_ms(at), comment_id=None, name=None, text=None)
    await tell(connection, room.room_id, moment)


async def write_pin(
    connection: Connection, room_id: RoomId, comment_id: CommentId | None, account_id: AccountId | None
) -> None:
    """Note what is pinned and who said it, inside the transaction."""
    await connection.execute(
        "UPDATE live.room SET pinned_comment_id = $2, pinned_account_id = $3 WHERE room_id = $1",
        room_id,
        comment_id,
        account_id,
    )
