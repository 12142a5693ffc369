"""Whose video it is: what was learned of it is told to its creator alone."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId, VideoInfo
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content


async def get_own_info(connection: Connection, account_id: AccountId, video_id: VideoId) -> VideoInfo:
    """One's own video, once its film is ready. Raises NotFoundError."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    if video is None or video.creator_id != account_id:
        raise NotFoundError
    return video
