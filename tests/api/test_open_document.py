"""The description of the open API is valid, whole and true, for people and for what generates clients from it."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, Response, get
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.api.rows_open import BASE, OPEN_ROWS

from xiaodian.app import create_app
from xiaodian.contracts.accounts import PERSONAL_SCOPES, Scope
from xiaodian.contracts.base import Contract
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE
from xiaodian.modules.integrations.describe import describe
from xiaodian.modules.integrations.opening import Deprecation, reads


@pytest.fixture(scope="module")
def document() -> Any:
    """The document, as it goes out."""
    return json.loads(json.dumps(describe(create_app())))


def _operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_valid_openapi_3_1_and_served_to_everybody(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


async def test_it_is_served_as_it_is(client: httpx.AsyncClient, document: Any) -> None:
    answer = await client.get(f"{BASE}/openapi.json")
    assert (answer.status_code, answer.json()) == (200, document)


def test_it_holds_the_open_api_and_nothing_else(document: Any) -> None:
    described = {call for call, _ in _operations(document)}
    assert described == {f"{row.method} {BASE}{row.path}" for row in OPEN_ROWS}


def test_our_own_pages_are_described_without_it(document: Any) -> None:
    ours = create_app().openapi_schema.to_schema()
    assert not [path for path in ours["paths"] if path.startswith(BASE)]


def test_every_operation_says_what_it_does_who_may_and_how_it_may_fail(document: Any) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    names = [operation["operationId"] for _, operation in _operations(document)]
    assert len(names) == len(set(names))
    for call, operation in _operations(document):
        assert operation["summary"], call
        assert operation["description"].startswith(operation["summary"]), call
        assert set(operation["tags"]) <= tags.keys(), call
        [security] = operation["security"]
        assert security["oauth"], call
        assert {"400", "401", "403", "404", "429", "503"} <= operation["responses"].keys(), call
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= operation["responses"].keys(), call
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == [PROBLEM_MEDIA_TYPE], (call, status)
                codes = response["content"][PROBLEM_MEDIA_TYPE]["schema"]["allOf"][1]["properties"]["code"]["enum"]
                assert codes, (call, status)


def test_every_body_and_every_answer_has_an_example(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for call, operation in _operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for status, answer in operation["responses"].items() if status < "300"]
        for content in contents:
            reference = content.get("application/json", {}).get("schema", {}).get("$ref")
            if reference:
                name = reference.rpartition("/")[2]
                assert schemas[name].get("examples"), (call, name)


def test_every_scope_that_an_app_may_ask_for_is_described(document: Any) -> None:
    flows = document["components"]["securitySchemes"]["oauth"]["flows"]
    assert flows.keys() == {"authorizationCode", "clientCredentials"}
    wanted = {scope.value for scope in set(Scope) - PERSONAL_SCOPES} | {Scope.SHIPPING.value, Scope.AUDIENCE_READ.value}
    for flow in flows.values():
        assert flow["scopes"].keys() == wanted
        assert all(flow["scopes"].values())


class _Left(Contract, frozen=True):
    """What a made-up operation answers."""

    left: int


async def test_what_is_to_go_says_so_with_every_answer_and_in_the_description() -> None:
    going = Deprecation(date(2026, 1, 1), date(2027, 1, 1), "/open/v2/left")

    @get("/open/v1/left", tags=["products"], **reads(Scope.PRODUCTS_READ, _Left, deprecation=going))
    async def get_left() -> Response[bytes]:
        """How much is left."""
        return Response(b'{"left":1}', media_type="application/json")

    app = Litestar([get_left])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://test") as client:
        headers = (await client.get("/open/v1/left")).headers
    assert headers["deprecation"] == "@1767225600"
    assert headers["sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert headers["link"] == '</open/v2/left>; rel="successor-version"'
    operation = describe(app)["paths"]["/open/v1/left"]["get"]
    assert operation["deprecated"] is True
    assert operation["responses"]["200"]["headers"].keys() >= {"Deprecation", "Sunset", "Link"}


def test_the_budget_of_calls_is_told_in_described_headers(document: Any) -> None:
    for call, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if "$ref" not in answer:
                assert {"RateLimit", "RateLimit-Policy"} <= answer["headers"].keys(), (call, status)
