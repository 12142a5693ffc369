"""The API's description is valid, whole and true."""

import json
import re
import subprocess
import sys
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.api.routes import TABLES
from tests.architecture.source import ROOT

from xiaodian.app import create_app
from xiaodian.edge.openapi import openapi_document
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE

SHIPPING = ("shipment", "tracking")
"""What a warehouse's program may do to an order."""
FANS = re.compile(
    r"/api/shops/\{shop_id\}/(fan-club|fans|segments|fan-thresholds|fan-prediction-report|repurchase|cohorts)\b"
)
ROOM_SURFACING = {"/api/rooms/{room_id}/transcript"}


@pytest.fixture(scope="module")
def document() -> Any:
    """The document, as it is written for the front end."""
    return json.loads(json.dumps(openapi_document(create_app())))


def test_the_document_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_of_the_api_is_described(document: Any) -> None:
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    wanted = {
        (row.method, row.path) for rows in TABLES.values() for row in rows if row.path.startswith(("/api/", "/live"))
    }
    assert wanted - described == {("GET", "/api/openapi.json")}


def test_every_operation_says_what_it_does_who_may_and_how_it_may_fail(document: Any) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            call = f"{method} {path}"
            assert operation["description"], call
            assert operation["tags"], call
            assert "503" in operation["responses"], call
            if "security" in operation:
                assert {"401", "403"} <= operation["responses"].keys(), call
            if "requestBody" in operation:
                assert {"400", "413", "415"} <= operation["responses"].keys(), call
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == [PROBLEM_MEDIA_TYPE], (call, status)


def test_names_of_operations_are_unique(document: Any) -> None:
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))


def test_room_control_shipping_and_fans_ask_for_their_scopes_and_nothing_else_does(document: Any) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for wanted in operation.get("security", []):
                if "token" in wanted:
                    assert wanted["token"] == [_scope_of(method, path)], path


def _scope_of(method: str, path: str) -> str:
    if path.startswith("/api/me/fans"):
        return "audience:read"
    if FANS.match(path):
        return "fans:read" if method == "get" or path.endswith("/segments/count") else "fans:write"
    of_surfacing = path.startswith("/api/rooms/{room_id}/surfacing") and not path.endswith("/orders")
    if "/control/" in path or path in ROOM_SURFACING or of_surfacing:
        return "room:control"
    ships = path.endswith("/shipment-files") or path in {f"/api/orders/{{order_id}}/{end}" for end in SHIPPING}
    return "orders:shipping" if ships else "everything"


async def test_it_is_served_and_the_same_as_what_the_front_end_is_built_from(
    client: httpx.AsyncClient, document: Any
) -> None:
    answer = await client.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document


def test_the_script_writes_it_without_any_engine(document: Any) -> None:
    run = subprocess.run([sys.executable, "scripts/dump_openapi.py"], cwd=ROOT, capture_output=True, check=True, env={})
    assert json.loads(run.stdout) == document
