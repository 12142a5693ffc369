"""What happens to every HTTP request and answer, whichever route it is for, also for none.

Plain ASGI around the whole app (`app.asgi_handler = EdgeMiddleware(app.asgi_handler)`), so that refusals of the router
and raw ASGI routes are included.
"""

import re
from time import perf_counter
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from xiaodian.edge.context import Context, is_https_scope
from xiaodian.edge.messages import choose_language
from xiaodian.edge.metrics import observe_request
from xiaodian.edge.problems import MalformedRequestError, encode_problem
from xiaodian.edge.security import headers_for
from xiaodian.infra.logging import get_logger
from xiaodian.kit.ids import new_id

REQUEST_ID = b"x-request-id"
SLOW_S = 2.0

EVENT_STREAM = b"text/event-stream"
_REQUEST_ID_FORM = re.compile(rb"[A-Za-z0-9._-]{8,64}")

log = get_logger(__name__)


class EdgeMiddleware:
    """Request id, log context, security headers, metrics, and no NUL anywhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        incoming = _headers_we_read(scope["headers"])
        request_id = _request_id(incoming.get(REQUEST_ID))
        answer = _Answer(send, scope, incoming, request_id)
        clear_contextvars()
        bind_contextvars(request_id=request_id.decode())
        started = perf_counter()
        try:
            if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
                await _refuse_nul(answer, incoming)
            else:
                await self._app(scope, receive, answer.send)
        finally:
            _finish(scope, answer.status, (answer.streams_from or perf_counter()) - started)


class _Answer:
    """Sends an answer on, with our headers added to its start."""

    def __init__(self, send: Send, scope: Any, incoming: dict[bytes, bytes], request_id: bytes) -> None:
        self._send = send
        self._scope = scope
        self._incoming = incoming
        self._request_id = request_id
        self.status = 0
        self.streams_from: float | None = None
        """When a stream of events began, which then lasts as long as somebody listens."""

    async def send(self, message: Message) -> None:
        """ASGI's `send`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            present = dict(message["headers"])
            if present.get(b"content-type", b"").startswith(EVENT_STREAM):
                self.streams_from = perf_counter()
            message["headers"] = [*message["headers"], *self._more_headers(present)]
        await self._send(message)

    def _more_headers(self, present: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        context: Context = self._scope["litestar_app"].state.context
        headers = headers_for(
            status=self.status,
            is_page=present.get(b"content-type", b"").startswith(b"text/html"),
            is_https=is_https_scope(
                self._scope.get("scheme", "http"), self._incoming.get(b"x-forwarded-proto"), context.settings
            ),
            host=self._incoming.get(b"host", b"").decode("latin-1"),
            settings=context.settings,
        )
        if b"cache-control" not in present and self._scope["path"].startswith(("/api/", "/open/v1/")):
            headers.append((b"cache-control", b"no-store"))
        headers.append((REQUEST_ID, self._request_id))
        return [header for header in headers if header[0] not in present]


def _headers_we_read(headers: Any) -> dict[bytes, bytes]:
    wanted = (REQUEST_ID, b"host", b"x-forwarded-proto", b"accept-language")
    return {name: value for name, value in headers if name in wanted}


def _request_id(given: bytes | None) -> bytes:
    """The caller's own id, if it is of a sane form, so that logs of several systems can be read together."""
    return given if given is not None and _REQUEST_ID_FORM.fullmatch(given) else new_id().hex.encode()


async def _refuse_nul(answer: _Answer, incoming: dict[bytes, bytes]) -> None:
    """PostgreSQL has no NUL in its texts, so nothing we could be asked for has one."""
    language = choose_language(incoming.get(b"accept-language", b"").decode("latin-1"))
    status, headers, body = encode_problem(MalformedRequestError(detail="NUL character in the address"), language)
    await answer.send({"type": "http.response.start", "status": status, "headers": headers})
    await answer.send({"type": "http.response.body", "body": body, "more_body": False})


def _finish(scope: Any, status: int, seconds: float) -> None:
    route: str | None = scope.get("path_template")
    observe_request(scope["method"], route, status, seconds)
    if status >= 500 or status == 0 or seconds > SLOW_S:
        log.warning("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))
    else:
        log.debug("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))
