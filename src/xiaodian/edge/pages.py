"""The built front end: hashed assets that browsers keep for ever, and the two pages that name them.

All files are read and compressed once at start-up; they are few and small.
"""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from xiaodian.contracts.base import NotFoundError
from xiaodian.edge.access import Access, access

WEB_FOLDER = Path(__file__).parent.parent / "web"
ASSET_CACHE = "public, max-age=31536000, immutable"
PAGE_CACHE = "no-cache"
COMPRESSIBLE = {".html", ".js", ".css", ".svg", ".json", ".map", ".webmanifest"}


class BuiltFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the front end, as it goes out."""

    content: bytes
    compressed: bytes | None
    media_type: str
    etag: str


class FrontEndNotBuiltError(NotFoundError):
    """The front end has not been built; `make install` builds it."""

    code = "front_end_not_built"


@cache
def load_front_end(folder: Path = WEB_FOLDER) -> dict[str, BuiltFile]:
    """Every built file by its path (`assets/app-1a2b.js`); empty if nothing was built."""
    return {path.relative_to(folder).as_posix(): _load(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _load(path: Path) -> BuiltFile:
    content = path.read_bytes()
    is_text = path.suffix in COMPRESSIBLE
    return BuiltFile(
        content=content,
        compressed=gzip.compress(content, 9, mtime=0) if is_text else None,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        etag=f'"{hashlib.sha256(content).hexdigest()[:20]}"',
    )


@get("/assets/{name:str}", opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_asset(name: FromPath[str], state: State, request: Request[None, None, State]) -> Response[bytes]:
    """A hashed asset."""
    return _answer(_find(state, f"assets/{name}"), ASSET_CACHE, request)


@get(
    ["/", "/rooms/{rest:path}", "/pay/{rest:path}"],
    opt=access(Access.PUBLIC),
    include_in_schema=False,
    sync_to_thread=False,
)
def get_viewer_page(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The viewer's app; it reads the address itself."""
    return _answer(_find(state, "index.html"), PAGE_CACHE, request)


@get(["/console", "/console/{rest:path}"], opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_console_page(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The console; it reads the address itself."""
    return _answer(_find(state, "console.html"), PAGE_CACHE, request)


@get("/open", opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_reference_page(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The reference of the open API, which reads the description that is served beside it."""
    return _answer(_find(state, "open.html"), PAGE_CACHE, request)


@get(
    ["/favicon.svg", "/favicon.ico", "/robots.txt", "/manifest.webmanifest"],
    opt=access(Access.PUBLIC),
    include_in_schema=False,
    sync_to_thread=False,
)
def get_root_file(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """A file that browsers look for at the root."""
    return _answer(_find(state, request.url.path.lstrip("/")), "public, max-age=86400", request)


def _find(state: State, path: str) -> BuiltFile:
    files: dict[str, BuiltFile] = state.front_end
    if not files:
        raise FrontEndNotBuiltError
    if path not in files:
        raise NotFoundError
    return files[path]


def _answer(file: BuiltFile, cache: str, request: Request[None, None, State]) -> Response[bytes]:
    headers = {"cache-control": cache, "etag": file.etag, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(file.compressed, headers=headers, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)


routes: list[HTTPRouteHandler] = [get_asset, get_viewer_page, get_console_page, get_reference_page, get_root_file]
