"""HTTP: captions for viewers, of films and of replays."""

from hashlib import blake2b
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.edge.access import Access, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.surfacing.service.read_captions import read_captions_of_room, read_captions_of_video

TAGS = ["surfacing"]
WEBVTT = "text/vtt"
ETAG_BYTES = 12


@get(
    "/api/videos/{video_id:uuid}/captions",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    media_type=WEBVTT,
    responses=problems(NotFoundError),
)
async def read_video_captions(ctx: Ctx, request: Request[Any, Any, Any], video_id: FromPath[VideoId]) -> Response[str]:
    """What is said in a video, as WebVTT by its film's time; without lines if nothing is known of it."""
    async with ctx.database.connection() as connection:
        return _answer(request, await read_captions_of_video(connection, video_id))


@get(
    "/api/rooms/{room_id:uuid}/captions",
    opt=access(Access.PUBLIC),
    tags=TAGS,
    media_type=WEBVTT,
    responses=problems(NotFoundError),
)
async def read_room_captions(ctx: Ctx, request: Request[Any, Any, Any], room_id: FromPath[RoomId]) -> Response[str]:
    """What was said in a room, as WebVTT whose 0 is the moment at which it went on air."""
    async with ctx.database.connection() as connection:
        return _answer(request, await read_captions_of_room(connection, room_id))


def _answer(request: Request[Any, Any, Any], file: str) -> Response[str]:
    """Caches ask each time: what was withdrawn is not read from them."""
    tag = f'"{blake2b(file.encode(), digest_size=ETAG_BYTES).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "public, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response("", status_code=304, headers=headers, media_type=WEBVTT)
    return Response(file, headers=headers, media_type=WEBVTT)


routes = [read_video_captions, read_room_captions]
