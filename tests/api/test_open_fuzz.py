"""Schemathesis over the whole description of the open API: no 500, no undeclared answer, no breach of a schema.

Each operation is called with what the description allows and with what it does not, in the shop of the world: half of
the calls name things that exist.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import capture_logs
from tests.api.open_world import OpenWorld
from tests.api.rows_open import BASE, OPEN_ROWS

from xiaodian.app import create_app
from xiaodian.modules.integrations.describe import describe

EXAMPLES = 12
FAULTS = {"unexpected_error", "unchecked_input"}
CHECKS: list[Any] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
AREAS = sorted({row.path.split("/")[1] for row in OPEN_ROWS})

fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema() -> Any:
    """The description, as Schemathesis reads it."""
    return schemathesis.openapi.from_dict(describe(create_app()))


@pytest.mark.parametrize("area", AREAS)
async def test_every_answer_is_one_that_the_description_allows(area: str, schema: Any, open_world: OpenWorld) -> None:
    caller = _Caller(open_world, asyncio.get_running_loop())
    operations = [
        schema[path][method.upper()]
        for path in schema
        for method in schema[path]
        if path.removeprefix(f"{BASE}/").split("/")[0] == area
    ]
    assert operations
    with capture_logs() as logs:
        for operation in operations:
            await asyncio.to_thread(caller.try_all, operation)
    assert caller.faults == [], "\n\n".join(caller.faults[:5])
    assert [log for log in logs if log["event"] in FAULTS] == []


class _Caller:
    """Calls the app from a thread, where Hypothesis runs, and collects what went wrong."""

    def __init__(self, world: OpenWorld, loop: asyncio.AbstractEventLoop) -> None:
        self._world = world
        self._loop = loop
        self.faults: list[str] = []

    def try_all(self, operation: Any) -> None:
        """One operation: as described and not, of things that exist and of others."""
        names = [parameter.name for parameter in operation.path_parameters]
        known = {name: self._world.ids.get(name, "2026-11") for name in names}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            self._try(operation, mode, known)
        if names:
            self._try(operation, GenerationMode.POSITIVE, {})

    def _try(self, operation: Any, mode: GenerationMode, known: dict[str, str]) -> None:
        try:
            cases = operation.as_strategy(generation_mode=mode, path_parameters=known or None)
        except Exception as error:  # What takes nothing cannot be called wrongly.
            if mode is GenerationMode.NEGATIVE:
                return
            raise error from error

        @fuzz
        @given(case=cases)
        def _call(case: Any) -> None:
            self._call(case)

        try:
            _call()
        except (schemathesis.errors.SchemathesisError, Unsatisfiable):
            if mode is GenerationMode.POSITIVE:
                raise

    def _call(self, case: Any) -> None:
        wanted = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
        answer = self._wait(self._send(wanted))
        told = f"{answer.status_code} {wanted.method} {wanted.url} {wanted.body!r} {answer.text[:300]}"
        if answer.status_code >= 500:
            self.faults.append(told)
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseException as error:
            self.faults.append(f"{told}: {_words(error)}")

    async def _send(self, wanted: Any) -> httpx.Response:
        headers = [
            (name.encode("utf-8", "replace"), value if isinstance(value, bytes) else value.encode("utf-8", "replace"))
            for name, value in wanted.headers.items()
            if name.lower() not in ("authorization", "user-agent", "accept-encoding")
        ]
        return await self._world.right.request(wanted.method, wanted.url, headers=headers, content=wanted.body)

    def _wait(self, request: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(request, self._loop).result(timeout=60)


def _words(error: BaseException) -> str:
    """What the checks say, without the command that repeats the call."""
    inner = getattr(error, "exceptions", None) or [error]
    return "; ".join(str(one).partition("\n\n[")[0] for one in inner)
