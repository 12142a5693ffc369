"""Covers that creators upload: kept beside the film's own files, so that they go with it and are as public as it is."""

import asyncio
import hashlib

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import NotAPictureError, VodId
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.pictures import clean_picture, read_picture
from xiaodian.modules.media.vod_rules import cover_name, is_cover, vod_folder
from xiaodian.modules.media.wire import Picture

VODS = "/media/vods/"


async def store_cover(ctx: Context, vod_id: VodId, upload: bytes) -> Picture:
    """Clean and keep a picture beside a film, which may still be worked on. Raises NotAPictureError."""
    if not upload or len(upload) > ctx.settings.picture_max_bytes:
        raise NotAPictureError(field="file", max_bytes=ctx.settings.picture_max_bytes)
    picture = await asyncio.to_thread(clean_picture, upload)
    if picture is None:
        raise NotAPictureError(field="file", max_bytes=ctx.settings.picture_max_bytes)
    url = await _keep(ctx, vod_id, picture.content)
    return Picture(url=url, width=picture.width, height=picture.height)


async def use_cover(ctx: Context, vod_id: VodId, address: str) -> str:
    """The address of a film's cover: the given one if it is beside the film, else that of a copy of the uploaded
    picture. Raises NotFoundError if there is no such picture.
    """
    folder, name = f"{VODS}{vod_id}/", address.rpartition("/")[2]
    if address == folder + name and is_cover(name):
        await ctx.storage.size(vod_folder(vod_id) + name)
        return address
    if address.startswith(VODS):
        raise NotFoundError
    return await _keep(ctx, vod_id, await read_picture(ctx, address))


async def _keep(ctx: Context, vod_id: VodId, content: bytes) -> str:
    name = cover_name(hashlib.sha256(content).hexdigest())
    await ctx.storage.put(vod_folder(vod_id) + name, content)
    return f"{VODS}{vod_id}/{name}"
