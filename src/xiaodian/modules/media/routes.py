"""HTTP routes of media."""

import hmac
from typing import Any

from litestar import Request, get, post
from litestar.params import FromQuery, MultipartBody

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, UnauthenticatedError, UnavailableError
from xiaodian.contracts.media import NotAPictureError, PublishGate, PublishRefusedError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.media import routes_uploads, routes_videos, routes_vods
from xiaodian.modules.media.files import get_picture, get_stream_file
from xiaodian.modules.media.rules import publish_addresses
from xiaodian.modules.media.service.pictures import store_picture
from xiaodian.modules.media.service.publish import find_grant
from xiaodian.modules.media.service.stream_keys import rotate_stream_key, show_stream_key
from xiaodian.modules.media.wire import CallbackAnswer, Picture, PictureUpload, StreamKey, read_question

MAX_CALLBACK_BYTES = 64 * 1024
MAX_UPLOAD_BYTES = 64 * 1024 * 1024


@get(
    "/api/me/stream-key",
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, UnavailableError),
    tags=["media"],
)
async def get_stream_key(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any]) -> StreamKey:
    """Show the key and addresses to publish with."""
    return _stream_key(ctx, request, await show_stream_key(ctx, caller.account_id))


@post(
    "/api/me/stream-key/rotation",
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, UnavailableError),
    status_code=200,
    tags=["media"],
)
async def rotate_key(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any]) -> StreamKey:
    """Replace the key; the old one stops working at once, also for an encoder that is publishing with it."""
    return _stream_key(ctx, request, await rotate_stream_key(ctx, caller.account_id))


@post(
    "/api/ingest/publish-callback",
    opt=access(Access.SIGNED),
    responses=problems(InvalidInputError, ForbiddenError, PublishRefusedError, UnavailableError),
    status_code=200,
    request_max_body_size=MAX_CALLBACK_BYTES,
    tags=["media"],
)
async def answer_publish_callback(
    ctx: Ctx, request: Request[Any, Any, Any], secret: FromQuery[str] = ""
) -> CallbackAnswer:
    """Answer a front RTMP server that asks whether a publisher may publish.

    Understands nginx-rtmp's `on_publish` (form), SRS's `http_hooks` (JSON) and MediaMTX's `authHTTPAddress` (JSON). Put
    the setting `ingest_callback_secret` into the URL as `?secret=`. 200 with `{"code": 0}` lets the publisher in.
    """
    question = read_question(request.headers.get("content-type", ""), await request.body(), secret)
    expected = ctx.settings.ingest_callback_secret
    if expected and not hmac.compare_digest(question.secret.encode(), expected.encode()):
        raise ForbiddenError
    if question.is_end:
        return CallbackAnswer(code=0)
    if not question.is_publish:
        # Viewers watch by HLS from us; the front server's own players and API are not ours to allow.
        raise PublishRefusedError
    gate: PublishGate = request.app.state.publish_gate
    await find_grant(ctx, gate, question.stream_key)
    return CallbackAnswer(code=0)


@post(
    "/api/media/pictures",
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, NotAPictureError, UnavailableError),
    request_max_body_size=MAX_UPLOAD_BYTES,
    tags=["media"],
)
async def upload_picture(ctx: Ctx, caller: SignedIn, data: MultipartBody[PictureUpload]) -> Picture:
    """Store a picture (JPEG, PNG or WebP): turned upright, without metadata, at most 1600 pixels wide and high."""
    upload = await data.file.read(ctx.settings.picture_max_bytes + 1)
    picture = await store_picture(ctx, caller.account_id, upload)
    return Picture(url=f"/media/pictures/{picture.name}", width=picture.width, height=picture.height)


def _stream_key(ctx: Context, request: Request[Any, Any, Any], key: str) -> StreamKey:
    settings = ctx.settings
    addresses = publish_addresses(
        requested_url=settings.public_url or str(request.base_url),
        rtmp_url=settings.rtmp_url,
        rtmp_port=settings.rtmp_port,
        publisher_url=settings.publisher_url,
        publisher_port=settings.publisher_port,
    )
    return StreamKey(stream_key=key, rtmp_url=addresses.rtmp_url, publisher_url=addresses.publisher_url)


routes = [
    get_stream_key,
    rotate_key,
    answer_publish_callback,
    upload_picture,
    get_stream_file,
    get_picture,
    *routes_videos.routes,
    *routes_uploads.routes,
    *routes_vods.routes,
]
