"""HTTP: media of short videos, told of and served."""

from typing import Any, cast
from uuid import UUID

from litestar import asgi, get
from litestar.connection import ASGIConnection
from litestar.exceptions import MethodNotAllowedException
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from xiaodian.contracts.base import NotFoundError, UnauthenticatedError
from xiaodian.contracts.media import VodId, VodInfo
from xiaodian.edge.access import Access, SignedIn, access, find_caller
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import problems
from xiaodian.infra.storage import Storage
from xiaodian.modules.media.service import vods
from xiaodian.modules.media.service.serve_vod import VodShelf
from xiaodian.modules.media.video_rules import read_range
from xiaodian.modules.media.vod_rules import content_type, is_cover, run_folder, vod_folder

PIECE_BYTES = 512 * 1024
PRIVATE = "private, no-store"
PLAYLIST = "application/vnd.apple.mpegurl"
Headers = list[tuple[bytes, bytes]]


@get(
    "/api/vods/{vod_id:uuid}",
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, NotFoundError),
    tags=["media"],
)
async def get_vod(ctx: Ctx, caller: SignedIn, vod_id: FromPath[UUID]) -> VodInfo:
    """How far one's own film is; ask again until it is ready or refused."""
    async with ctx.database.connection() as connection:
        vod = await vods.get_vod(connection, VodId(vod_id))
    if vod.owner_id != caller.account_id:
        raise NotFoundError
    return vod


# Mounted, because Litestar finds no raw ASGI route by a path with parameters.
@asgi("/media/vods", opt=access(Access.PUBLIC), is_mount=True, copy_scope=False)
async def get_vod_file(scope: Scope, receive: Receive, send: Send) -> None:
    """A film's playlists, segments and pictures: `/{vod_id}/{path}`."""
    if scope.get("method") not in ("GET", "HEAD"):
        raise MethodNotAllowedException
    scope["path_template"] = "/media/vods/{vod_id}/{path}"
    first, _, name = scope["path"].strip("/").partition("/")
    vod_id = _read_id(first)
    shelf: VodShelf = scope["litestar_app"].state.vods
    standing = await shelf.standing_of(vod_id)
    if standing.is_withheld and not await _may_see_withheld(scope, standing.owner_id):
        raise NotFoundError
    run = standing.run
    path, etag = _find_path(vod_id, run, name)
    if run is not None and name.endswith(".m3u8"):
        playlists = (await shelf.files_of(run)).playlists
        if name not in playlists:
            raise NotFoundError
        content, etag = playlists[name]
        cache = PRIVATE if standing.is_withheld else cache_control(0)
        await _Answer(scope, send, PLAYLIST, etag, cache).send_bytes(content)
        return
    kind = content_type(name)
    if kind is None:
        raise NotFoundError
    context: Context = scope["litestar_app"].state.context
    cache = PRIVATE if standing.is_withheld else cache_control(context.settings.vod_cache_s)
    answer = _Answer(scope, send, kind, etag, cache)
    await answer.send_file(context.storage, path)


def _find_path(vod_id: UUID, run: UUID | None, name: str) -> tuple[str, str]:
    """Where a file is in the storage, and its ETag. A cover lies beside the makings: it may be there before one is."""
    if is_cover(name):
        return vod_folder(vod_id) + name, f'"{name}"'
    if run is None:
        raise NotFoundError
    return run_folder(vod_id, run) + name, f'"{run.hex}-{name.replace("/", "-")}"'


def cache_control(cache_s: int) -> str:
    """Kept, but asked for again each time (or so often): what was deleted or taken down must not live on in a cache."""
    return f"public, max-age={cache_s}, must-revalidate" if cache_s else "public, no-cache"


async def _may_see_withheld(scope: Scope, owner_id: UUID) -> bool:
    """A film that is not published is its owner's, and of those who decide about it."""
    caller = await find_caller(ASGIConnection(scope))
    return caller is not None and (caller.is_operator or caller.account_id == owner_id)


class _Answer:
    """One file on its way: not changed, in part, or whole."""

    def __init__(self, scope: Scope, send: Send, kind: str, etag: str, cache: str) -> None:
        self._send = send
        self._is_head = scope.get("method") == "HEAD"
        self._can_hand_over = "http.response.pathsend" in (scope.get("extensions") or {})
        asked = dict(scope["headers"])
        self._known = asked.get(b"if-none-match", b"").decode("latin-1")
        self._range = asked.get(b"range", b"").decode("latin-1") or None
        if asked.get(b"if-range", etag.encode()).decode("latin-1") != etag:
            self._range = None
        self._etag = etag
        self._headers: Headers = [
            (b"etag", etag.encode()),
            (b"cache-control", cache.encode()),
            (b"content-type", kind.encode()),
            (b"accept-ranges", b"bytes"),
        ]
        if cache != PRIVATE:
            # Any player on any page may play a public film.
            self._headers.append((b"access-control-allow-origin", b"*"))

    async def send_bytes(self, content: bytes) -> None:
        """A small file that is in memory."""
        if await self._is_known():
            return
        await self._start(200, len(content))
        await self._body(content)

    async def send_file(self, storage: Storage, path: str) -> None:
        """A file of the storage. Raises NotFoundError."""
        size = await storage.size(path)
        if await self._is_known():
            return
        try:
            part = read_range(self._range, size)
        except ValueError:
            await self._start(416, 0, (b"content-range", b"bytes */%d" % size))
            await self._body(b"")
            return
        start, end = part or (0, size)
        local = storage.local_path(path)
        if part is None and local is not None and self._can_hand_over and not self._is_head:
            await self._start(200, size)
            # The server hands the file to the socket itself, without a copy through Python.
            await self._send(cast(Any, {"type": "http.response.pathsend", "path": str(local)}))
            return
        shown = [(b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size))] if part else []
        await self._start(206 if part else 200, end - start, *shown)
        while not self._is_head and start < end:
            piece = await storage.get_range(path, start, min(start + PIECE_BYTES, end))
            start += len(piece)
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._body(b"")

    async def _is_known(self) -> bool:
        tags = {tag.strip().removeprefix("W/") for tag in self._known.split(",")}
        if self._etag not in tags and "*" not in tags:
            return False
        await self._start(304, None)
        await self._body(b"")
        return True

    async def _start(self, status: int, length: int | None, *more: tuple[bytes, bytes]) -> None:
        lengths = [] if length is None else [(b"content-length", str(length).encode())]
        headers = [*self._headers, *lengths, *more]
        await self._send(cast(Any, {"type": "http.response.start", "status": status, "headers": headers}))

    async def _body(self, content: bytes) -> None:
        await self._send({"type": "http.response.body", "body": b"" if self._is_head else content, "more_body": False})


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError from None


routes = [get_vod, get_vod_file]
