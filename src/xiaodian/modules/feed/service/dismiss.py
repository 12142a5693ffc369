"""Say that a video or a room on air does not interest, and take it back."""

from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoDismissed, VideoId, VideoState
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.risk import api as risk

DISMISSALS_PER_MINUTE = Limit(name="dismissal", burst=60, period_s=60.0)


async def dismiss_video(ctx: Context, account_id: AccountId, video_id: VideoId) -> None:
    """Not this one, and less of its like; again is fine. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, DISMISSALS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        video = (await content.get_videos(connection, [video_id])).get(video_id)
        if video is None or video.state is not VideoState.PUBLISHED:
            raise NotFoundError
        if await _note(connection, account_id, video_id, video.creator_id):
            await outbox.emit(
                connection, VideoDismissed(video_id=video_id, creator_id=video.creator_id, account_id=account_id)
            )
    await ctx.broker.poke("outbox")


async def dismiss_room(ctx: Context, account_id: AccountId, room_id: RoomId) -> None:
    """Not this room, and less of its host; again is fine. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, DISMISSALS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        room = await live.get_room(connection, room_id)
        await _note(connection, account_id, room_id, room.host_id)


async def take_back_dismissal(ctx: Context, account_id: AccountId, place_id: UUID) -> None:
    """It may come again; if nothing was said, that is fine. Raises TooManyRequestsError."""
    await risk.take(ctx.database, DISMISSALS_PER_MINUTE, str(account_id))
    async with ctx.database.transaction() as connection:
        await connection.execute(
            "DELETE FROM feed.dismissal WHERE account_id = $1 AND place_id = $2", account_id, place_id
        )
        await connection.execute("UPDATE feed.video SET is_stale = true WHERE video_id = $1", place_id)


async def _note(connection: Connection, account_id: AccountId, place_id: UUID, creator_id: AccountId) -> bool:
    """Whether this is new."""
    status: str = await connection.execute(
        """
        INSERT INTO feed.dismissal (account_id, place_id, creator_id, dismissed_at) VALUES ($1, $2, $3, now())
        ON CONFLICT DO NOTHING
        """,
        account_id,
        place_id,
        creator_id,
    )
    return status == "INSERT 0 1"
