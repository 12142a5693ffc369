"""HTTP: captions of films, from their creators; and for viewers, of films and replays. See docs/short-videos.md."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromPath, FromQuery

from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, UnsupportedMediaTypeError, problems
from xiaodian.modules.surfacing.service.read_captions import (
    read_captions_of_own,
    read_captions_of_room,
    read_captions_of_video,
)
from xiaodian.modules.surfacing.service.video_captions import drop_video_captions, take_video_captions
from xiaodian.modules.surfacing.wire_rooms import MAX_TRANSCRIPT_BYTES, TranscriptTaken

TAGS = ["surfacing"]
OWN = "/api/me/videos/{video_id:uuid}"
WEBVTT = "text/vtt"
SUBRIP = "application/x-subrip"
ETAG_BYTES = 12


@dataclass
class CaptionsOperation(Operation):
    """A route that takes a file of captions."""

    def __post_init__(self) -> None:
        """Add the body."""
        text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        self.request_body = RequestBody(content={WEBVTT: text, SUBRIP: text}, required=True)


@post(
    f"{OWN}/transcript",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    request_max_body_size=MAX_TRANSCRIPT_BYTES,
    operation_class=CaptionsOperation,
    responses=problems(
        MalformedRequestError,
        InvalidInputError,
        PayloadTooLargeError,
        UnsupportedMediaTypeError,
        TooManyRequestsError,
        UnauthenticatedError,
        NotFoundError,
    ),
)
async def post_video_transcript(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], video_id: FromPath[VideoId]
) -> TranscriptTaken:
    """What is said in one's own video, as WebVTT or SubRip; replaces what was told before (`known`: how many lines)."""
    if request.content_type[0] not in (WEBVTT, SUBRIP):
        raise UnsupportedMediaTypeError(expected=WEBVTT)
    return await take_video_captions(ctx, caller.account_id, video_id, await request.body())


@delete(
    f"{OWN}/transcript",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(MalformedRequestError, UnauthenticatedError, NotFoundError, TooManyRequestsError),
)
async def delete_video_transcript(
    ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId], to_room: FromQuery[bool] = False
) -> None:
    """One's own video is without captions; with `to_room` a clip has those of its room again. Again is fine."""
    await drop_video_captions(ctx, caller.account_id, video_id, to_room=to_room)


@get(
    f"{OWN}/captions",
    opt=access(Access.MEMBER),
    tags=TAGS,
    media_type=WEBVTT,
    responses=problems(UnauthenticatedError, NotFoundError),
)
async def read_own_captions(ctx: Ctx, caller: SignedIn, video_id: FromPath[VideoId]) -> Response[str]:
    """What is said in one's own video, whatever its state, as WebVTT; without lines if nothing is known of it."""
    async with ctx.database.connection() as connection:
        file = await read_captions_of_own(connection, caller.account_id, video_id)
    return Response(file, headers={"cache-control": "private, no-store"}, media_type=WEBVTT)


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


routes = [post_video_transcript, delete_video_transcript, read_own_captions, read_video_captions, read_room_captions]
