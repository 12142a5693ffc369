"""A creator brings a picture of their own as the cover of a short video."""

from uuid import UUID

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.media import VodId
from xiaodian.edge.context import Context
from xiaodian.modules.content.video_queries import get_own_video
from xiaodian.modules.content.video_rules import EDITS_PER_MINUTE
from xiaodian.modules.media import api as media
from xiaodian.modules.risk import api as risk


async def upload_cover(ctx: Context, caller: Caller, video_id: VideoId, upload: bytes) -> media.Picture:
    """Keep a picture beside the film, to be chosen as its cover by its address; it goes when the film goes.

    Raises NotFoundError, NotAPictureError, TooManyRequestsError.
    """
    await risk.take(ctx.database, EDITS_PER_MINUTE, str(caller.account_id))
    return await media.store_cover(ctx, await _film_of(ctx, caller, video_id), upload)


async def use_picture(ctx: Context, caller: Caller, video_id: VideoId, address: str) -> str:
    """Where the chosen picture is beside the film. Raises NotFoundError, InvalidInputError (no such picture)."""
    vod_id = await _film_of(ctx, caller, video_id)
    try:
        return await media.use_cover(ctx, vod_id, address)
    except NotFoundError as error:
        raise InvalidInputError(field="cover_url", reason="not_found") from error


async def _film_of(ctx: Context, caller: Caller, video_id: UUID) -> VodId:
    async with ctx.database.connection() as connection:
        return (await get_own_video(connection, caller.account_id, VideoId(video_id))).vod_id
