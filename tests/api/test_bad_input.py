"""No input from outside makes a 500; a bad one gets a 4xx that says what is wrong."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.api.junk import bodies_for, encode, texts
from tests.api.routes import TABLES
from tests.api.world import World

from xiaodian.edge.openapi import openapi_document
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE

EXAMPLES = 25
FAULTS = {"unexpected_error", "unchecked_input"}

fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Caller:
    """Calls the app from a thread, where Hypothesis runs, and collects what went wrong."""

    def __init__(self, world: World, loop: asyncio.AbstractEventLoop) -> None:
        self._world = world
        self._loop = loop
        self.calls = 0
        self.faults: list[str] = []

    def call(self, method: str, path: str, **how: Any) -> None:
        """Call as the owner of everything; remember a status or a problem that must not be."""
        answer: httpx.Response = self._wait(self._world.clients["owner"].request(method, path, **how))
        self.calls += 1
        if answer.status_code >= 500 or (
            answer.status_code >= 400
            and "callback" not in path
            and answer.headers.get("content-type") != PROBLEM_MEDIA_TYPE
        ):
            self.faults.append(f"{answer.status_code} {method} {path} {how} {answer.text[:200]}")

    def _wait(self, request: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(request, self._loop).result(timeout=60)


def _handlers(app: Any) -> dict[tuple[str, str], Any]:
    return {
        (method, route.path_format): handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
    }


@pytest.mark.parametrize("table", [name for name in TABLES if name != "pages and files"])
async def test_no_body_makes_a_500(table: str, world: World, app: Any) -> None:
    caller = Caller(world, asyncio.get_running_loop())
    handlers = _handlers(app)
    with capture_logs() as logs:
        for row in TABLES[table]:
            field = handlers[row.method, row.path].parsed_data_field
            if field is not None and row.files is None and row.body is not None:
                path = world.fill(row.address or row.path)
                await asyncio.to_thread(
                    _send_bodies, caller, row.method, path, field.annotation, world.fill(row.body), world.ids
                )
    assert caller.faults == []
    assert [log for log in logs if log["event"] in FAULTS] == []


def _send_bodies(caller: Caller, method: str, path: str, kind: Any, good: Any, ids: dict[str, str]) -> None:
    @fuzz
    @given(body=bodies_for(kind, good, ids), key=st.uuids())
    def _send(body: Any, key: Any) -> None:
        headers = {"content-type": "application/json", "idempotency-key": str(key)}
        caller.call(method, path, content=encode(body), headers=headers)

    _send()
    assert caller.calls >= EXAMPLES


async def test_no_address_makes_a_500(world: World, app: Any) -> None:
    caller = Caller(world, asyncio.get_running_loop())
    operations = [
        (method.upper(), path, operation)
        for path, item in openapi_document(app)["paths"].items()
        for method, operation in item.items()
        if operation.get("parameters")
    ]
    assert len(operations) > 30
    with capture_logs() as logs:
        for method, path, operation in operations:
            await asyncio.to_thread(_send_addresses, caller, method, path, operation["parameters"], world.ids)
    assert caller.faults == []
    assert [log for log in logs if log["event"] in FAULTS] == []


def _send_addresses(caller: Caller, method: str, path: str, parameters: Any, ids: dict[str, str]) -> None:
    strange = st.one_of(texts, st.sampled_from(["0", "9" * 30, "-1", "4", "1e9", "NaN", *ids.values()]))

    def _value(parameter: Any) -> st.SearchStrategy[str]:
        known = st.just(ids.get(parameter["name"], "4"))
        return st.one_of(known, known, strange)

    places = {where: [p for p in parameters if p["in"] == where] for where in ("path", "query")}

    @settings(fuzz, max_examples=EXAMPLES // 2)
    @given(
        in_path=st.fixed_dictionaries({p["name"]: _value(p) for p in places["path"]}),
        in_query=st.fixed_dictionaries({}, optional={p["name"]: strange for p in places["query"]}),
        headers=st.dictionaries(
            st.sampled_from(["idempotency-key", "accept-language", "x-forwarded-for", "if-none-match", "range"]),
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
        ),
    )
    def _send(in_path: dict[str, str], in_query: dict[str, str], headers: dict[str, str]) -> None:
        address = path
        for name, value in in_path.items():
            address = address.replace("{" + name + "}", quote(value, safe="") or "-")
        caller.call(method, address, params=in_query, headers=headers)

    _send()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 64,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0",
    ],
)
async def test_a_file_that_is_no_picture_is_refused(world: World, content: bytes) -> None:
    answer = await world.clients["owner"].post("/api/media/pictures", files={"file": ("x.png", content, "image/png")})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_picture")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "multipart/form-data"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "multipart/form-data; boundary=" + "y" * 500},
        {"content-type": "application/json"},
        {},
    ],
)
async def test_an_upload_that_is_no_form_is_refused(world: World, headers: dict[str, str]) -> None:
    for content in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--", b'{"file":1}'):
        answer = await world.clients["owner"].post("/api/media/pictures", content=content, headers=headers)
        assert 400 <= answer.status_code < 500, (headers, content, answer.text)
