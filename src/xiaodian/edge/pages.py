"""The built front end: hashed assets that browsers keep for ever, and the pages that name them.

All files are read and compressed once at start-up; they are few and small. Where a page is about something that people
pass on, such as a video, a few words and a picture for previews of its link are put into its head.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.edge.access import Access, access
from xiaodian.edge.context import own_origin
from xiaodian.edge.messages import language_of, translate

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


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """How a link to a page is shown elsewhere (Open Graph)."""

    kind: str
    """`video.other`, `profile`, `website`."""
    title: str
    description: str
    picture_url: str | None
    """A path on this server."""


FindPreview = Callable[[str, str], Awaitable[Preview | None]]
"""From a path and a language to the preview of the page there, if it has one; set by the composition root."""


class FrontEndNotBuiltError(NotFoundError):
    """The front end has not been built; `make install` builds it."""

    code = "front_end_not_built"


@cache
def load_front_end(folder: Path = WEB_FOLDER) -> dict[str, BuiltFile]:
    """Every built file by its path (`assets/app-1a2b.js`); empty if nothing was built."""
    return {path.relative_to(folder).as_posix(): _load(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _load(path: Path) -> BuiltFile:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _to_file(path.read_bytes(), media_type, path.suffix in COMPRESSIBLE)


def _to_file(content: bytes, media_type: str, is_text: bool) -> BuiltFile:
    return BuiltFile(
        content=content,
        compressed=gzip.compress(content, 9, mtime=0) if is_text else None,
        media_type=media_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:20]}"',
    )


@get("/assets/{name:str}", opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_asset(name: FromPath[str], state: State, request: Request[None, None, State]) -> Response[bytes]:
    """A hashed asset."""
    return _answer(_find(state, f"assets/{name}"), ASSET_CACHE, request)


@get(
    [
        "/",
        "/rooms/{rest:path}",
        "/v/{rest:path}",
        "/videos/{rest:path}",
        "/topics/{rest:path}",
        "/creators/{rest:path}",
        "/search",
        "/pay/{rest:path}",
    ],
    opt=access(Access.PUBLIC),
    include_in_schema=False,
)
async def get_viewer_page(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The viewer's app, which reads the address itself; with a preview of what is there, for people and crawlers."""
    return await _answer_with_preview(state, request, "index.html", state.find_preview)


@get("/reports/{token:str}", opt=access(Access.PUBLIC), include_in_schema=False)
async def get_report_page(state: State, request: Request[None, None, State], token: FromPath[str]) -> Response[bytes]:
    """A room's report for who was given the link; no search engine lists it."""
    answer = await _answer_with_preview(state, request, "report.html", state.find_report_preview)
    answer.headers["x-robots-tag"] = "noindex"
    return answer


async def _answer_with_preview(
    state: State, request: Request[None, None, State], name: str, find: FindPreview
) -> Response[bytes]:
    page = _find(state, name)
    language = language_of(request)
    try:
        preview = await find(request.url.path, language)
    except UnavailableError:
        preview = None  # The app shows by itself that the platform is away.
    if preview is None:
        return _answer(page, PAGE_CACHE, request)
    content = with_preview(
        page.content, preview, own_origin(request, state.context.settings), request.url.path, language
    )
    answer = _answer(_to_file(content, page.media_type, True), PAGE_CACHE, request)
    answer.headers["vary"] = "accept-encoding, accept-language, cookie"
    return answer


def with_preview(page: bytes, preview: Preview, origin: str, path: str, language: str) -> bytes:
    """The page with title, description and picture of what it shows in its head; all of it is text, never markup."""
    tags = {
        "og:type": preview.kind,
        "og:site_name": translate(language, "previews", "site_name"),
        "og:title": preview.title,
        "og:description": preview.description,
        "og:url": origin + quote(unquote(path)),
        "og:locale": {"zh": "zh_CN", "en": "en_US"}[language],
        "twitter:card": "summary_large_image" if preview.picture_url else "summary",
        "twitter:title": preview.title,
        "twitter:description": preview.description,
    }
    if preview.picture_url:
        tags |= {"og:image": origin + preview.picture_url, "twitter:image": origin + preview.picture_url}
    head = [f"<title>{escape(preview.title)}</title>", _meta("name", "description", preview.description)]
    head += [_meta("name" if name.startswith("twitter") else "property", name, text) for name, text in tags.items()]
    before, _, rest = page.partition(b"<title>")
    _, _, after = rest.partition(b"</title>")
    return b"".join((before, "\n    ".join(head).encode(), after)) if rest else page


def _meta(kind: str, name: str, text: str) -> str:
    return f'<meta {kind}="{name}" content="{escape(text)}" />'


@get(["/console", "/console/{rest:path}"], opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_console_page(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The console; it reads the address itself."""
    return _answer(_find(state, "console.html"), PAGE_CACHE, request)


@get("/open", opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_reference_page(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The reference of the open API, which reads the description that is served beside it."""
    return _answer(_find(state, "open.html"), PAGE_CACHE, request)


@get(
    ["/favicon.svg", "/favicon.ico", "/robots.txt", "/manifest.webmanifest", "/sw.js"],
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


routes: list[HTTPRouteHandler] = [
    get_asset,
    get_viewer_page,
    get_report_page,
    get_console_page,
    get_reference_page,
    get_root_file,
]
