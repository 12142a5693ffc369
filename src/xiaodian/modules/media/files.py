"""Playlists, segments and pictures over HTTP: raw ASGI, because every viewer asks for them all the time."""

from pathlib import Path
from typing import Any, cast
from uuid import UUID

from litestar import asgi
from litestar.exceptions import MethodNotAllowedException
from litestar.types import Receive, Scope, Send

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import StreamId
from xiaodian.edge.access import Access, access
from xiaodian.edge.context import Context
from xiaodian.modules.media.rules import is_picture_file, is_stream_file, picture_file_path, stream_file_path
from xiaodian.modules.media.service.serve_playlist import PlaylistCache

PLAYLIST_NAME = "index.m3u8"
IMMUTABLE = b"public, max-age=31536000, immutable"
LIVE = b"public, max-age=1"


# Mounted, and the rest of the path read here: the framework cannot route raw ASGI by path parameters.
# Mounted, because Litestar finds no raw ASGI route by a path with parameters.
@asgi("/media/streams", opt=access(Access.PUBLIC), is_mount=True, copy_scope=False)
async def get_stream_file(scope: Scope, receive: Receive, send: Send) -> None:
    """A stream's playlist, or one of the immutable files it names: `/{stream_id}/{name}`."""
    first, name = _read_path(scope, "/media/streams/{stream_id}/{name}")
    stream_id = _stream_id(first)
    if name == PLAYLIST_NAME:
        playlist = await _playlists(scope).get(stream_id)
        cache = IMMUTABLE if playlist.is_ended else LIVE
        await _send(scope, send, playlist.content, b"application/vnd.apple.mpegurl", cache)
    elif is_stream_file(name):
        kind = b"video/mp4" if name.endswith(".mp4") else b"video/iso.segment"
        await _send_file(scope, send, stream_file_path(stream_id, name), kind)
    else:
        raise NotFoundError


@asgi("/media/pictures", opt=access(Access.PUBLIC), is_mount=True, copy_scope=False)
async def get_picture(scope: Scope, receive: Receive, send: Send) -> None:
    """An uploaded picture: `/{name}`."""
    name, rest = _read_path(scope, "/media/pictures/{name}")
    if rest or not is_picture_file(name):
        raise NotFoundError
    await _send_file(scope, send, picture_file_path(name), b"image/webp")


def _read_path(scope: Scope, template: str) -> tuple[str, str]:
    """The first and the rest of the path's parts; also says which route this is, for logs and metrics."""
    if scope.get("method") not in ("GET", "HEAD"):
        raise MethodNotAllowedException
    scope["path_template"] = template
    first, _, rest = scope["path"].strip("/").partition("/")
    return first, rest


def _stream_id(text: str) -> StreamId:
    try:
        return StreamId(UUID(text))
    except ValueError:
        raise NotFoundError from None


def _playlists(scope: Scope) -> PlaylistCache:
    """The process's cache."""
    playlists: PlaylistCache = scope["litestar_app"].state.playlists
    return playlists


async def _send_file(scope: Scope, send: Send, path: str, kind: bytes) -> None:
    context: Context = scope["litestar_app"].state.context
    storage = context.storage
    local = storage.local_path(path)
    if local is None:
        await _send(scope, send, await storage.get(path), kind, IMMUTABLE)
        return
    size = _size_of(local)
    if size is None:
        raise NotFoundError
    if "http.response.pathsend" not in (scope.get("extensions") or {}):
        await _send(scope, send, await storage.get(path), kind, IMMUTABLE)
        return
    await send(_start(kind, IMMUTABLE, size))
    if scope.get("method") == "HEAD":
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    else:
        # The server hands the file to the socket itself, without a copy through Python.
        await send(cast(Any, {"type": "http.response.pathsend", "path": str(local)}))


async def _send(scope: Scope, send: Send, content: bytes, kind: bytes, cache: bytes) -> None:
    await send(_start(kind, cache, len(content)))
    body = b"" if scope.get("method") == "HEAD" else content
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _start(kind: bytes, cache: bytes, size: int) -> Any:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(size).encode()),
        (b"cache-control", cache),
        # Any player on any page may play a public stream.
        (b"access-control-allow-origin", b"*"),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
