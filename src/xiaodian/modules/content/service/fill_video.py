"""What is known of a film once its media is ready."""

import msgspec

from xiaodian.contracts.media import VodState
from xiaodian.infra.database import Connection
from xiaodian.modules.content.models import Video
from xiaodian.modules.media import api as media


async def fill_video(connection: Connection, video: Video) -> Video:
    """The locked video with size, duration and, unless one was chosen, the cover of its media, if that is ready.

    The word that the media is ready may come before there is a draft; so whoever needs the facts fills them in.
    """
    if video.duration_ms is not None:
        return video
    vod = await media.get_vod(connection, video.vod_id)
    if vod.state is not VodState.READY or vod.duration_ms is None:
        return video
    filled = msgspec.structs.replace(
        video,
        width=vod.width,
        height=vod.height,
        duration_ms=vod.duration_ms,
        cover_url=video.cover_url or vod.poster_url,
    )
    await connection.execute(
        "UPDATE content.video SET width = $2, height = $3, duration_ms = $4, cover_url = $5 WHERE video_id = $1",
        video.video_id,
        filled.width,
        filled.height,
        filled.duration_ms,
        filled.cover_url,
    )
    # A moment suggested before the film's length was known may lie behind its end.
    await connection.execute(
        """
        UPDATE content.video_product SET at_ms = NULL, show_ms = NULL WHERE video_id = $1 AND at_ms >= $2
        """,
        video.video_id,
        filled.duration_ms,
    )
    return filled
