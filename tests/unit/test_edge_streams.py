"""How long an answer took, as operators read it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from xiaodian.edge import middleware
from xiaodian.settings import Settings


@pytest.mark.parametrize(("content_type", "told_s"), [(b"text/event-stream; charset=utf-8", 1.0), (b"text/html", 3.0)])
async def test_a_stream_that_somebody_listens_to_for_long_is_not_told_as_slow(
    monkeypatch: pytest.MonkeyPatch, content_type: bytes, told_s: float
) -> None:
    clock: Iterator[float] = iter([0.0, 1.0, 3.0] if b"event-stream" in content_type else [0.0, 3.0])
    monkeypatch.setattr(middleware, "perf_counter", lambda: next(clock))
    told: list[float] = []
    monkeypatch.setattr(middleware, "observe_request", lambda *seen: told.append(seen[-1]))

    async def _app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(message: Any) -> None:
        return None

    context = SimpleNamespace(settings=Settings())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/stream",
        "query_string": b"",
        "headers": [],
        "litestar_app": SimpleNamespace(state=SimpleNamespace(context=context)),
    }
    await middleware.EdgeMiddleware(_app)(scope, _send, _send)  # type: ignore[arg-type]
    assert told == [told_s]
