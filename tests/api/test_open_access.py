"""A program sees and changes the one shop that has let it in, and of that only what its scopes say."""

from typing import Any
from uuid import uuid4

import httpx
from tests.api.open_world import OPEN_CALLERS, OpenWorld, fingerprint
from tests.api.rows_open import BASE, OPEN_ROWS, OpenRow

from xiaodian.app import create_app
from xiaodian.contracts.accounts import Scope
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE
from xiaodian.infra.database import Database
from xiaodian.modules.integrations.opening import OPENING


def _handlers() -> dict[tuple[str, str], Any]:
    return {
        (method, route.path_format.removeprefix(BASE)): handler
        for route in create_app().routes
        for handler in getattr(route, "route_handlers", ())
        if OPENING in handler.opt
        for method in handler.http_methods
    }


def test_every_open_route_has_a_row_and_asks_for_a_scope_of_apps() -> None:
    handlers = _handlers()
    assert handlers.keys() == {(row.method, row.path) for row in OPEN_ROWS}
    assert all(handler.opt["scope"] not in (Scope.EVERYTHING, Scope.ROOM_CONTROL) for handler in handlers.values())


async def test_only_the_right_token_gets_in_and_whoever_is_refused_changes_nothing(
    open_world: OpenWorld, database: Database
) -> None:
    found: dict[tuple[str, str], list[int]] = {}
    for row in OPEN_ROWS:
        before = await fingerprint(database)
        answers = [await _call(open_world, caller, row) for caller in ("no token", "no scope", "expired")]
        if row.other >= 400:
            answers.append(await _call(open_world, "other shop", row))
        assert await fingerprint(database) == before, row
        if row.other < 400:
            answers.append(await _call(open_world, "other shop", row))
            _assert_nothing_is_told(answers[-1], open_world)
        answers.append(await _call(open_world, "right", row))
        found[row.method, row.path] = [answer.status_code for answer in answers]
        for answer in answers:
            _assert_well_formed(answer)
    wanted = {(row.method, row.path): [401, 403, 401, row.other, row.status] for row in OPEN_ROWS}
    assert {key: (got, wanted[key]) for key, got in found.items() if got != wanted[key]} == {}


QUESTIONS = {("POST", "/fan-segments/count")}
"""They change nothing; what is asked is too long for an address."""


def test_a_write_asks_for_a_scope_to_write() -> None:
    handlers = _handlers()
    for row in OPEN_ROWS:
        scope = handlers[row.method, row.path].opt["scope"]
        is_read = row.method == "GET" or (row.method, row.path) in QUESTIONS
        assert is_read is not (scope.endswith(":write") or scope is Scope.SHIPPING), row


def _assert_nothing_is_told(answer: httpx.Response, world: OpenWorld) -> None:
    for name in ("product_id", "sku_id", "order_id", "room_id", "coupon_id", "after_sale_id"):
        assert world.ids[name] not in answer.text or (name in ("sku_id",) and answer.is_error), (name, answer.text)


def _assert_well_formed(answer: httpx.Response) -> None:
    assert answer.headers["x-request-id"]
    assert "cache-control" in answer.headers
    if answer.is_error:
        assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE, answer.text


async def _call(world: OpenWorld, caller: str, row: OpenRow) -> httpx.Response:
    assert caller in OPEN_CALLERS
    return await world.programs[caller].request(
        row.method,
        BASE + world.fill(row.address or row.path) + world.fill(row.query),
        json=world.fill(row.body) if row.body is not None else None,
        headers={"idempotency-key": uuid4().hex},
    )
