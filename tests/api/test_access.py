"""Nobody does what is not theirs: every route with every kind of caller."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.api.rights import RIGHT_OF_ROUTE, SHOP
from tests.api.routes import TABLES
from tests.api.row import Row
from tests.api.world import CALLERS, World

from xiaodian.app import create_app
from xiaodian.edge.access import Access, routes_without_access
from xiaodian.edge.pages import BuiltFile
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE


def _routes() -> dict[tuple[str, str], Any]:
    return {
        (method, route.path_format): handler
        for route in create_app().routes
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)])
        for method in getattr(handler, "http_methods", ("GET",))
        if method != "OPTIONS"
    }


def _rows() -> dict[tuple[str, str], Row]:
    return {(row.method, row.path): row for rows in TABLES.values() for row in rows}


def test_every_route_is_in_the_table_and_the_table_has_nothing_else() -> None:
    assert _routes().keys() - _rows().keys() == set(), "say who may call it in tests/api/routes.py"
    assert _rows().keys() - _routes().keys() == set()


def test_every_route_states_its_access() -> None:
    handlers = _routes().values()
    assert all(isinstance(handler.opt.get("access"), Access) for handler in handlers)
    assert all("OPTIONS" in line for line in routes_without_access(create_app()))


def test_every_route_of_a_shop_says_which_right_it_takes() -> None:
    of_shops = {
        key for key, handler in _routes().items() if key[1].startswith(SHOP) and handler.opt["access"] is Access.MEMBER
    }
    assert of_shops - RIGHT_OF_ROUTE.keys() == set(), "say which right it takes in tests/api/rights.py"
    assert RIGHT_OF_ROUTE.keys() - _routes().keys() == set()


def test_what_the_table_expects_fits_what_the_route_states() -> None:
    for key, handler in _routes().items():
        anonymous, token, *_ = _rows()[key].statuses
        if handler.opt["access"] in (Access.MEMBER, Access.OPERATOR):
            assert anonymous == 401, key
            # The world's token is one for room control.
            assert (token == 403) is (handler.opt["scope"] != "room:control"), key
        else:
            assert anonymous != 403 or handler.opt["access"] is Access.SIGNED, key


@pytest.mark.parametrize("table", TABLES)
async def test_each_caller_gets_what_is_theirs(table: str, world: World, app: Any) -> None:
    page = BuiltFile(content=b"<!doctype html>", compressed=None, media_type="text/html", etag='"x"')
    names = ("index.html", "report.html", "console.html", "open.html", "favicon.svg", "sw.js")
    app.state.front_end = dict.fromkeys(names, page)
    found, wanted = {}, {row[:2]: row.statuses for row in TABLES[table]}
    for row in TABLES[table]:
        answers = {caller: await _call(world, caller, row) for caller in CALLERS}
        found[row.method, row.path] = tuple(answer.status_code for answer in answers.values())
        for caller, answer in answers.items():
            _assert_well_formed(answer, (row.method, row.path, caller))
    assert {key: statuses for key, statuses in found.items() if statuses != wanted[key]} == {}


async def _call(world: World, caller: str, row: Row) -> httpx.Response:
    return await world.clients[caller].request(
        row.method,
        world.fill(row.address or row.path),
        json=world.fill(row.body) if row.body is not None else None,
        files=row.files,
        headers={"idempotency-key": uuid4().hex, "accept-language": "en"},
    )


def _assert_well_formed(answer: httpx.Response, call: Any) -> None:
    assert answer.headers["x-request-id"], call
    assert answer.headers["x-content-type-options"] == "nosniff", call
    if answer.status_code >= 400 and answer.request.method != "HEAD" and not _has_own_errors(call[1]):
        assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE, (call, answer.text)
        problem = answer.json()
        assert problem["status"] == answer.status_code, call
        assert problem["type"].endswith(problem["code"]), call
        assert problem["title"] not in ("", problem["code"]), call
        assert "{" not in problem["title"], (call, problem)


def _has_own_errors(path: str) -> bool:
    """Payment providers read nothing; OAuth has a form of its own."""
    return "callback" in path or path.startswith("/oauth/")
