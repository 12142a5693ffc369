"""A creator's own videos, for who may act for them. The caller has checked that."""

from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId, VideoState
from xiaodian.infra.database import Connection
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.service.show_own import show_own
from xiaodian.modules.content.wire import OwnVideo


async def list_own(
    connection: Connection, creator_id: AccountId, *, before: UUID | None, limit: int, state: VideoState | None = None
) -> list[OwnVideo]:
    """All, or those in a state, the newest first."""
    states = [state] if state else list(VideoState)
    found = await video_queries.list_own_videos(connection, creator_id, states, before=before, limit=limit)
    return await show_own(connection, found)


async def get_own(connection: Connection, creator_id: AccountId, video_id: VideoId) -> OwnVideo:
    """One of them. Raises NotFoundError."""
    video = await video_queries.get_own_video(connection, creator_id, video_id)
    return (await show_own(connection, [video]))[0]
