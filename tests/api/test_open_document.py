"""The description of the open API is valid, whole and true, for people and for what generates clients from it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.api.rows_open import BASE, OPEN_ROWS

from xiaodian.app import create_app
from xiaodian.contracts.accounts import PERSONAL_SCOPES, Scope
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE
from xiaodian.modules.integrations.describe import describe


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
    # What only sandbox shops have is described with the console that makes them.
    assert not [path for path in ours["paths"] if path.startswith(BASE) and "/sandbox/" not in path]


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
    wanted = {scope.value for scope in set(Scope) - PERSONAL_SCOPES} | {Scope.SHIPPING.value}
    for flow in flows.values():
        assert flow["scopes"].keys() == wanted
        assert all(flow["scopes"].values())
