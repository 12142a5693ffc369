"""The open API: short videos."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.shops import Shop
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.content import api as content
from xiaodian.modules.integrations import wire_short_videos as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.opening import reads
from xiaodian.modules.shops import api as shops

TAGS = ["short videos"]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get("/short-videos", tags=TAGS, **reads(Scope.ROOMS_READ, wire.ShortVideoPage, is_list=True))
async def list_short_videos(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """Short videos of the shop's owner in every state, the newest first."""
    before = await call.read_cursor(cursor)
    async with call.ctx.database.connection() as connection:
        creator_id = (await _shop(connection, call)).owner_id
        found = await content.list_own(connection, creator_id, before=before, limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda video: video.video_id)
    return call.answer(wire.ShortVideoPage(items=[_show(video) for video in found[:limit]], next_cursor=next_cursor))


@get("/short-videos/{video_id:uuid}", tags=TAGS, **reads(Scope.ROOMS_READ, wire.ShortVideo))
async def get_short_video(call: OpenCall, video_id: FromPath[UUID]) -> Response[bytes]:
    """One short video, with the products in its bag and when their cards come up."""
    async with call.ctx.database.connection() as connection:
        creator_id = (await _shop(connection, call)).owner_id
        return call.answer(_show(await content.get_own(connection, creator_id, VideoId(video_id))))


async def _shop(connection: Connection, call: OpenCall) -> Shop:
    return await shops.require_right(connection, call.caller, call.shop_id, Scope.ROOMS_READ)


def _show(video: content.OwnVideo) -> wire.ShortVideo:
    return to_wire(wire.ShortVideo, video, own_id="video_id", film=video.vod.state, playback_url=video.vod.playback_url)


routes = [list_short_videos, get_short_video]
