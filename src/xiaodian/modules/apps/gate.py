"""What stands before every call of the open API: an app's budget, and afterwards a line in its log.

Plain ASGI around the framework's routes, so that refusals and unknown paths are included; behind the hot routes, which
are none of the open API's. Who calls without an app's token is left to the route's own guard.
"""

from time import perf_counter
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Send
from structlog.contextvars import get_contextvars

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.apps import AppId
from xiaodian.contracts.base import DomainError
from xiaodian.contracts.risk import Limit
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import bearer_token
from xiaodian.edge.context import Context
from xiaodian.edge.hot import HotConnection
from xiaodian.edge.messages import choose_language
from xiaodian.edge.problems import encode_problem
from xiaodian.kit.ids import new_id
from xiaodian.modules.apps.service.note_calls import Call, CallLog
from xiaodian.modules.risk.api import Left, SharedPace

PREFIX = "/open/v1/"
POLICY = "app"
BLOCK = 10
"""Calls that a process asks for at a time: one look into the database for so many."""

Headers = list[tuple[bytes, bytes]]


class OpenDesk:
    """What a process keeps about the open API; make one per process."""

    def __init__(self, ctx: Context) -> None:
        burst, rate = ctx.settings.open_api_burst, ctx.settings.open_api_per_second
        self._period_s = burst / rate
        self._burst = burst
        self.pace = SharedPace(ctx.database, Limit(name="open_api", burst=burst, period_s=self._period_s), BLOCK)
        self.calls = CallLog(ctx.database)

    async def close(self) -> None:
        """Write what is not yet written."""
        await self.calls.close()

    def headers(self, left: Left | None) -> Headers:
        """The budget as draft-ietf-httpapi-ratelimit-headers has it: `burst` calls in the time it takes to refill."""
        tokens, full_in_s = left if left is not None else (0, round(self._period_s))
        return [
            (b"ratelimit-policy", f'"{POLICY}";q={self._burst};w={round(self._period_s)}'.encode()),
            (b"ratelimit", f'"{POLICY}";r={tokens};t={full_in_s}'.encode()),
        ]


class OpenGate:
    """ASGI: lets calls of apps through within their budget, says what is left of it, and notes each."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        state = scope["litestar_app"].state
        desk: OpenDesk = state.open_desk
        connection = HotConnection(scope)
        token = bearer_token(connection)
        started = perf_counter()
        caller: Caller | None = None
        try:
            caller = await state.authenticate(token) if token else None
            left = await desk.pace.take(_subject(caller)) if _is_app(caller) else None
        except DomainError as refusal:
            headers = desk.headers(None) if refusal.status == 429 else []
            status = await _refuse(refusal, connection, headers, send)
            _note(desk, caller, scope, status, started)
            return
        if left is None:
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, desk.headers(left))
        try:
            await self._app(scope, receive, answer.send)
        finally:
            _note(desk, caller, scope, answer.status, started)


class _Answer:
    """Sends an answer on, with what is left of the budget."""

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._headers = headers
        self.status = 500
        """Until something is sent, nothing was."""

    async def send(self, message: Message) -> None:
        """ASGI's `send`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._headers]
        await self._send(message)


async def _refuse(error: DomainError, connection: HotConnection, more: Headers, send: Send) -> int:
    language = choose_language(connection.headers.get("accept-language"))
    status, headers, body = encode_problem(error, language)
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *more]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
    return status


def _is_app(caller: Caller | None) -> bool:
    return caller is not None and caller.app_id is not None and caller.shop_id is not None


def _subject(caller: Caller | None) -> str:
    return f"{caller.app_id} {caller.shop_id}" if caller is not None else ""


def _note(desk: OpenDesk, caller: Caller | None, scope: Any, status: int, started: float) -> None:
    if caller is None or caller.app_id is None or caller.shop_id is None:
        return
    desk.calls.note(
        Call(
            call_id=new_id(),
            shop_id=ShopId(caller.shop_id),
            app_id=AppId(caller.app_id),
            method=scope["method"],
            route=scope.get("path_template") or "",
            status=status,
            request_id=str(get_contextvars().get("request_id", "")),
            duration_us=round((perf_counter() - started) * 1_000_000),
        )
    )
