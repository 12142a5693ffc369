"""Hot routes: the few that are called thousands of times a second, answered in front of the framework's pipeline.

They stand in the framework as ordinary routes too, which documents them in OpenAPI and states their access. Here they
get the plumbing alone: body with a limit, of the media type they take, problems for errors.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar, Request
from litestar.datastructures import Address
from litestar.types import ASGIApp, Receive, Send

from xiaodian.edge.problems import (
    PROBLEM_MEDIA_TYPE,
    MalformedRequestError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
    handle_error,
)
from xiaodian.edge.request import JSON

T = TypeVar("T")

MAX_BODY_BYTES = 65_536
MAX_KEY_CHARS = 128
NO_CONTENT = 204
IDEMPOTENCY_KEY = "Idempotency-Key"
IDEMPOTENCY_KEY_PATTERN = rf"^[!-~]{{1,{MAX_KEY_CHARS}}}(?![\s\S])"

_FIELD = re.compile(r"`\$\.(.+)`$")
_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)


class HotConnection:
    """What hot handlers need of a request; the framework's own object costs as much as all of our plumbing."""

    __slots__ = ("headers", "scope")

    def __init__(self, scope: Any) -> None:
        self.scope = scope
        # Of a header that came twice the first counts, as in the framework.
        self.headers: dict[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])
        }

    @property
    def cookies(self) -> dict[str, str]:
        """Values by name, as they were sent: those that we set need no quoting."""
        sent = b";".join(value for name, value in self.scope["headers"] if name == b"cookie").decode("latin-1")
        pairs = (cookie.partition("=") for cookie in sent.split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def client(self) -> Address | None:
        """The peer."""
        peer = self.scope.get("client")
        return Address(*peer) if peer else None

    @property
    def app(self) -> Litestar:
        """The application."""
        app: Litestar = self.scope["litestar_app"]
        return app


HotAnswer = tuple[int, bytes, str]
"""Status, body and its media type."""


class HotRoute(NamedTuple):
    """How a hot route is answered."""

    handle: Callable[[HotConnection, bytes], Awaitable[HotAnswer]]
    """From a request and its body to the answer; raises DomainErrors."""
    template: str
    """The route as the framework knows it, for logs and metrics."""
    takes: str | None = JSON
    """The media type of the body; None: any."""


class HotRoutes:
    """ASGI: answers some (method, path) by themselves, leaves the rest to the app behind it.

    `routes` may be filled later, once the engines are connected.
    """

    def __init__(self, app: ASGIApp, routes: Mapping[tuple[str, str], HotRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """ASGI."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["path_template"] = route.template
        more: list[tuple[bytes, bytes]] = []
        try:
            connection = HotConnection(scope)
            body = await _read_body(connection, receive, route.takes)
            status, body, media_type = await route.handle(connection, body)
        except Exception as error:
            answer = handle_error(Request(scope, receive, send), error)
            status, body, media_type = (
                answer.status_code or 500,
                msgspec.json.encode(answer.content),
                PROBLEM_MEDIA_TYPE,
            )
            more = [(name.encode(), str(value).encode()) for name, value in answer.headers.items()]
        headers = more
        if status != NO_CONTENT:
            headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def decode_body(decode: Callable[[bytes], T], body: bytes) -> T:
    """Decode and validate a body. Raises MalformedRequestError that names the field."""
    try:
        return decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        found = _FIELD.search(str(error))
        raise MalformedRequestError(field=found[1] if found else None, detail=str(error)) from error


def convert_query(connection: HotConnection, form: type[T]) -> T:
    """What is asked behind the question mark; of a name that comes twice the last counts.

    Raises MalformedRequestError that names the field.
    """
    sent: bytes = connection.scope["query_string"]
    asked = dict(parse_qsl(sent.decode("latin-1"), keep_blank_values=True)) if sent else {}
    try:
        return msgspec.convert(asked, form, strict=False)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        raise MalformedRequestError(field=found[1] if found else None, detail=str(error)) from error


def read_idempotency_key(connection: HotConnection) -> str:
    """The request's Idempotency-Key. Raises MalformedRequestError if there is none, or a strange one."""
    key = connection.headers.get(IDEMPOTENCY_KEY.lower(), "")
    if not _KEY.match(key):
        raise MalformedRequestError(field=IDEMPOTENCY_KEY, detail=f"1 to {MAX_KEY_CHARS} visible ASCII characters")
    return key


async def _read_body(connection: HotConnection, receive: Receive, takes: str | None) -> bytes:
    if takes and connection.headers.get("content-type", "").partition(";")[0].strip().lower() != takes:
        raise UnsupportedMediaTypeError(expected=takes)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise MalformedRequestError(detail="the body ended too early")
        chunks.append(message["body"])
        size += len(message["body"])
        if size > MAX_BODY_BYTES:
            raise PayloadTooLargeError
        if not message["more_body"]:
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
