"""HTTP: films of goods, uploaded and served."""

from typing import Any
from uuid import UUID

from litestar import Request, asgi, get, post
from litestar.exceptions import MethodNotAllowedException
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from xiaodian.contracts.base import NotFoundError, TooManyRequestsError, UnauthenticatedError, UnavailableError
from xiaodian.contracts.media import NotAVideoError, TooManyVideosError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import PayloadTooLargeError, problems
from xiaodian.modules.media.service import videos
from xiaodian.modules.media.video_rules import is_video_file, read_range, video_file_path
from xiaodian.modules.media.wire_videos import Video

MAX_UPLOAD_BYTES = 1024 * 1024 * 1024
"""What the server reads at all; the setting video_max_bytes says what is taken."""
PIECE_BYTES = 512 * 1024
IMMUTABLE = b"public, max-age=31536000, immutable"


@post(
    "/api/media/videos",
    opt=access(Access.MEMBER),
    status_code=202,
    responses=problems(
        UnauthenticatedError, NotAVideoError, TooManyVideosError, PayloadTooLargeError, UnavailableError
    ),
    request_max_body_size=MAX_UPLOAD_BYTES,
    tags=["media"],
)
async def upload_video(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any]) -> Video:
    """Upload a film (MP4 or MOV, at most a minute): the file itself is the body. Ask for it again until it is ready."""
    return await videos.take_video(ctx, caller.account_id, request.stream())


@get(
    "/api/media/videos/{video_id:uuid}",
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, NotFoundError, TooManyRequestsError),
    tags=["media"],
)
async def get_video(ctx: Ctx, caller: SignedIn, video_id: FromPath[UUID]) -> Video:
    """How far one's own film is."""
    async with ctx.database.connection() as connection:
        return await videos.get_video(connection, caller.account_id, video_id)


# Mounted, because Litestar finds no raw ASGI route by a path with parameters.
@asgi("/media/videos", opt=access(Access.PUBLIC), is_mount=True, copy_scope=False)
async def get_video_file(scope: Scope, receive: Receive, send: Send) -> None:
    """A film or its poster: `/{name}`. Players ask for parts of it (Range)."""
    if scope.get("method") not in ("GET", "HEAD"):
        raise MethodNotAllowedException
    scope["path_template"] = "/media/videos/{name}"
    name = scope["path"].strip("/").rpartition("/")[2]
    if not is_video_file(name):
        raise NotFoundError
    context: Context = scope["litestar_app"].state.context
    path = video_file_path(name)
    size = await context.storage.size(path)
    asked = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"range"), None)
    kind = b"video/mp4" if name.endswith(".mp4") else b"image/webp"
    try:
        part = read_range(asked, size)
    except ValueError:
        await send(_start(416, kind, 0, [(b"content-range", b"bytes */%d" % size)]))
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    start, end = part or (0, size)
    shown = [(b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size))] if part else []
    await send(_start(206 if part else 200, kind, end - start, shown))
    if scope.get("method") == "HEAD":
        end = start
    while start < end:
        piece = await context.storage.get_range(path, start, min(start + PIECE_BYTES, end))
        start += len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": start < end})
    if scope.get("method") == "HEAD":
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _start(status: int, kind: bytes, length: int, more: list[tuple[bytes, bytes]]) -> Any:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(length).encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", IMMUTABLE),
        *more,
    ]
    return {"type": "http.response.start", "status": status, "headers": headers}


routes = [upload_video, get_video, get_video_file]
