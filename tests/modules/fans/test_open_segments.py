"""A shop's systems keep its segments of fans: count, save, read who is in them; contacts stay with the platform."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.modules.apps.dance import make_app_token
from tests.modules.fans.counter import Counter

from xiaodian.contracts.accounts import Scope

TWICE: dict[str, Any] = {"field": "orders", "op": "ge", "value": 2}
SEGMENTS = "/open/v1/fan-segments"
MakeClient = Callable[[], httpx.AsyncClient]


async def let_in(counter: Counter, make_client: MakeClient, *scopes: Scope) -> httpx.AsyncClient:
    """A system of the shop's own with these scopes."""
    program = make_client()
    token = await make_app_token(counter.stage.host, counter.stage.shop_id, scopes, make_client())
    program.headers["authorization"] = f"Bearer {token}"
    return program


@pytest.fixture
async def program(counter: Counter, make_client: MakeClient) -> httpx.AsyncClient:
    """It may see and group fans, of whom two have bought, one of them twice."""
    once, twice = await counter.market.buyer("王小明"), await counter.market.buyer("买家")
    for buyer in (once, twice, twice):
        await counter.order(buyer, counter.products[1])
    await counter.hear()
    return await let_in(counter, make_client, Scope.FANS_READ, Scope.FANS_WRITE)


def once() -> dict[str, str]:
    """A key of its own."""
    return {"idempotency-key": uuid4().hex}


async def test_a_program_counts_saves_changes_and_deletes_a_segment(program: httpx.AsyncClient) -> None:
    for form in ({"condition": TWICE}, {"cel": "orders >= 2"}):
        counted = (await program.post(f"{SEGMENTS}/count", json=form)).json()
        assert counted == {"fans": 1, "condition": TWICE, "cel": "orders >= 2"}
    key, new = once(), {"name": "回头客", "condition": TWICE}
    made = [await program.post(SEGMENTS, json=new, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    segment = made[0].json()
    assert made[1].json() == segment
    assert (segment["name"], segment["fans"], segment["cel"]) == ("回头客", 1, "orders >= 2")
    listed = (await program.get(SEGMENTS)).json()
    assert (listed["own"], sum(each["fans"] for each in listed["ready"])) == ([segment], 2)
    one = f"{SEGMENTS}/{segment['id']}"
    changed = (await program.put(one, json={"name": "都买过", "cel": "orders >= 1"})).json()
    assert (changed["name"], changed["fans"], (await program.get(one)).json()["fans"]) == ("都买过", 2, 2)
    assert (await program.delete(one)).status_code == 204
    assert (await program.get(one)).status_code == 404


async def test_a_refusal_says_what_is_wrong_with_a_condition_and_where(program: httpx.AsyncClient) -> None:
    refused = await program.post(SEGMENTS, json={"name": "错", "cel": "orders >= 2 && hue == 1"}, headers=once())
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "condition")
    assert problem["params"] == {"reason": "unknown_field", "at": "1:16", "name": "hue"}
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert (await program.get(SEGMENTS)).json()["own"] == []


async def test_members_come_page_by_page_without_names_or_contacts_and_as_a_table(program: httpx.AsyncClient) -> None:
    made = await program.post(SEGMENTS, json={"name": "都买过", "cel": "orders >= 1"}, headers=once())
    fans = f"{SEGMENTS}/{made.json()['id']}/fans"
    first = (await program.get(fans, params={"limit": 1})).json()
    second = (await program.get(fans, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert second["next_cursor"] is None
    assert [page["items"][0]["orders"] for page in (first, second)] == [2, 1]
    assert {page["items"][0]["name"] for page in (first, second)} == {"买*", "王*"}
    codes = [each["code"] for each in (await program.get(SEGMENTS)).json()["ready"] if each["fans"] == 2]
    ready = await program.get(f"{SEGMENTS}/ready/{codes[0]}/fans")
    table = await program.get(f"{fans}/csv")
    assert (len(ready.json()["items"]), table.text.count("\n")) == (2, 3)
    for told in (str(first), str(second), ready.text, table.text):
        assert not any(secret in told for secret in ("13800000001", "江城大街", "王小明", "买家"))
    unknown = await program.get(f"{SEGMENTS}/ready/nothing/fans")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "code")


async def test_who_may_only_see_fans_saves_no_segment(
    counter: Counter, program: httpx.AsyncClient, make_client: MakeClient
) -> None:
    reader = await let_in(counter, make_client, Scope.FANS_READ)
    assert (await reader.post(f"{SEGMENTS}/count", json={"cel": "orders >= 1"})).json()["fans"] == 2
    refused = await reader.post(SEGMENTS, json={"name": "都", "cel": "orders >= 1"}, headers=once())
    assert refused.status_code == 403
    assert (await program.get(SEGMENTS)).json()["own"] == []
