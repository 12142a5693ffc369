"""What every program may rely on, whichever part of the open API it calls."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.api.open_world import OpenWorld, fingerprint, let_in, program
from tests.api.world import World

from xiaodian.contracts.accounts import Scope
from xiaodian.infra.database import Database

PRODUCTS, SKU = "/open/v1/products", "/open/v1/skus/{sku_id}"
APPLE = {"title": "苹果", "skus": [{"name": "一箱", "price_minor": 4900, "stock": 3}]}


def _once(key: str | None = None) -> dict[str, str]:
    return {"idempotency-key": key or uuid4().hex}


def _refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem.get("field")


async def test_a_list_is_walked_page_by_page_without_gap_or_repetition(open_world: OpenWorld) -> None:
    for _ in range(4):
        assert (await open_world.right.post(PRODUCTS, json=APPLE, headers=_once())).status_code == 201
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await open_world.right.get(PRODUCTS, params=params)).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


async def test_a_cursor_is_good_for_the_list_it_came_from_and_nothing_else(open_world: OpenWorld) -> None:
    await open_world.right.post(PRODUCTS, json=APPLE, headers=_once())
    cursor = (await open_world.right.get(PRODUCTS, params={"limit": 1})).json()["next_cursor"]
    assert cursor
    forged = ["", "x", "AAAA", "é", "🍓", cursor[:-2], cursor[::-1], cursor + "AAAA", "A" * 32, "A" * 60_000]
    bad = [(PRODUCTS, {"cursor": text}) for text in forged if text]
    bad += [(PRODUCTS, {"cursor": cursor, "state": "draft"}), ("/open/v1/orders", {"cursor": cursor})]
    for path, params in bad:
        assert _refusal(await open_world.right.get(path, params=params)) == (400, "bad_cursor", "cursor"), params
    other = await open_world.programs["other shop"].get(PRODUCTS, params={"cursor": cursor})
    assert _refusal(other) == (400, "bad_cursor", "cursor")


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"state": "gone"}, {"stat": "off"}]
)
async def test_a_bad_parameter_is_named_not_ignored(open_world: OpenWorld, params: dict[str, Any]) -> None:
    answer = await open_world.right.get(PRODUCTS, params=params)
    assert _refusal(answer)[:2] == (400, "malformed_request")


async def test_sparse_answers_hold_only_what_was_asked_for(open_world: OpenWorld) -> None:
    answer = await open_world.right.get(PRODUCTS, params={"fields": "id, skus.price_minor"})
    [item] = answer.json()["items"]
    assert item == {"id": open_world.ids["product_id"], "skus": [{"price_minor": 2990}]}
    assert answer.headers["content-type"] == "application/vnd.xiaodian.sparse+json"
    one = await open_world.right.get(open_world.fill(SKU), params={"fields": "available"})
    assert one.json().keys() == {"available"}
    for fields in ("", "id,", "gone", "skus.gone", "id.x", "__class__", "skus.__class__", "a" * 2000):
        assert _refusal(await open_world.right.get(PRODUCTS, params={"fields": fields}))[:2] == (400, "unknown_fields")


async def test_what_has_not_changed_is_not_sent_again(open_world: OpenWorld) -> None:
    path = open_world.fill(SKU)
    etag = (await open_world.right.get(path)).headers["etag"]
    for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = await open_world.right.get(path, headers={"if-none-match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await open_world.right.put(f"{path}/stock", json={"available": 3})
    changed = await open_world.right.get(path, headers={"if-none-match": etag})
    assert (changed.status_code, changed.json()["available"]) == (200, 3)
    assert changed.headers["etag"] != etag


async def test_an_update_made_in_ignorance_of_another_is_refused(open_world: OpenWorld, database: Database) -> None:
    path = open_world.fill(f"{PRODUCTS}/{{product_id}}")
    seen = (await open_world.right.get(path)).headers["etag"]
    first = await open_world.right.patch(path, json={"title": "红颜草莓"}, headers={"if-match": seen})
    assert first.status_code == 200
    before = await fingerprint(database)
    second = await open_world.right.patch(path, json={"title": "章姬草莓"}, headers={"if-match": seen})
    assert _refusal(second) == (412, "changed_meanwhile", "If-Match")
    assert await fingerprint(database) == before
    now = second.json()["params"]["etag"]
    assert (await open_world.right.get(path)).headers["etag"] == now
    third = await open_world.right.patch(path, json={"title": "章姬草莓"}, headers={"if-match": now})
    assert third.json()["title"] == "章姬草莓"


async def test_two_updates_of_what_both_have_seen_at_once_one_is_refused(open_world: OpenWorld) -> None:
    path = open_world.fill(f"{PRODUCTS}/{{product_id}}")
    seen = (await open_world.right.get(path)).headers["etag"]
    answers = await asyncio.gather(
        *(open_world.right.patch(path, json={"title": f"草莓 {n}"}, headers={"if-match": seen}) for n in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_a_request_sent_again_is_answered_the_same_and_happens_once(open_world: OpenWorld) -> None:
    headers = _once()
    answers = [await open_world.right.post(PRODUCTS, json=APPLE, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.text for answer in answers}) == 1
    assert len((await open_world.right.get(PRODUCTS)).json()["items"]) == 2
    mismatch = await open_world.right.post(PRODUCTS, json={**APPLE, "title": "梨"}, headers=headers)
    assert _refusal(mismatch) == (422, "idempotency_mismatch", "Idempotency-Key")


async def test_the_same_request_many_times_at_once_adds_its_pieces_once(open_world: OpenWorld) -> None:
    path, headers = open_world.fill(f"{SKU}/stock-deltas"), _once()
    before = (await open_world.right.get(open_world.fill(SKU))).json()["available"]
    answers = await asyncio.gather(*(open_world.right.post(path, json={"delta": 7}, headers=headers) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert any(answer.status_code == 200 for answer in answers)
    assert all(answer.json()["code"] == "idempotency_in_flight" for answer in answers if answer.status_code == 409)
    assert (await open_world.right.get(open_world.fill(SKU))).json()["available"] == before + 7


async def test_a_refused_request_may_be_sent_again_with_its_key(open_world: OpenWorld) -> None:
    path, headers = open_world.fill(f"{SKU}/stock-deltas"), _once()
    body = {"delta": -1000}
    assert (await open_world.right.post(path, json=body, headers=headers)).status_code == 422
    await open_world.right.put(open_world.fill(f"{SKU}/stock"), json={"available": 1200})
    assert (await open_world.right.post(path, json=body, headers=headers)).json()["available"] == 200


async def test_keys_of_two_apps_do_not_meet(open_world: OpenWorld, world: World, make_client: Any) -> None:
    owner, shop_id = world.clients["owner"], open_world.ids["shop_id"]
    another = program(make_client, await let_in(owner, shop_id, [Scope.PRODUCTS_WRITE], make_client()))
    headers = _once()
    first = await open_world.right.post(PRODUCTS, json=APPLE, headers=headers)
    second = await another.post(PRODUCTS, json={**APPLE, "title": "梨"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)


@pytest.mark.parametrize("key", [None, "", " ", "k" * 129, "钥匙"])
async def test_a_post_without_a_sound_key_does_nothing(open_world: OpenWorld, key: str | None) -> None:
    headers = {} if key is None else {b"idempotency-key": key.encode()}
    answer = await open_world.right.post(PRODUCTS, json=APPLE, headers=headers)
    assert _refusal(answer) == (400, "malformed_request", "Idempotency-Key")
    assert len((await open_world.right.get(PRODUCTS)).json()["items"]) == 1


BAD_BODIES = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b'{"title":"x"}', "application/json", 400),
    (b'{"title":"x","skus":[{"name":"a","price_minor":1}],"shop_id":"x"}', "application/json", 400),
    (b'{"title":"x","skus":[{"name":"a","price_minor":"1"}]}', "application/json", 400),
    (b'{"title":"x","skus":[{"name":"a","price_minor":1.5}]}', "application/json", 400),
    (b'{"title":"x\\u0000","skus":[{"name":"a","price_minor":1}]}', "application/json", 400),
    (b'{"title":"\\ud800","skus":[{"name":"a","price_minor":1}]}', "application/json", 400),
    (b'{"title":"\xff\xfe","skus":[{"name":"a","price_minor":1}]}', "application/json", 400),
    (b"[" * 50_000 + b"]" * 50_000, "application/json", 400),
    (b'{"title":"x","skus":[{"name":"a","price_minor":1}]}', "text/plain", 415),
    (b"title=x", "application/x-www-form-urlencoded", 415),
    (b'{"title":"' + b"x" * 300_000 + b'"}', "application/json", 413),
]


@pytest.mark.parametrize(("body", "kind", "status"), BAD_BODIES, ids=[str(body[:40]) for body, _, _ in BAD_BODIES])
async def test_a_bad_body_is_refused_and_nothing_is_half_done(
    open_world: OpenWorld, database: Database, body: bytes, kind: str, status: int
) -> None:
    before = await fingerprint(database)
    answer = await open_world.right.post(PRODUCTS, content=body, headers={**_once(), "content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await fingerprint(database) == before


async def test_a_batch_of_stock_is_done_whole_or_not_at_all(open_world: OpenWorld, database: Database) -> None:
    made = (await open_world.right.post(PRODUCTS, json=APPLE, headers=_once())).json()
    ours, apple = open_world.ids["sku_id"], made["skus"][0]["id"]
    before = await fingerprint(database)
    for changes, field in (
        ([{"sku_id": ours, "delta": 1}, {"sku_id": apple, "delta": -4}], "changes[1].delta"),
        ([{"sku_id": ours, "delta": 1}, {"sku_id": str(uuid4()), "delta": 1}], "changes[1].sku_id"),
        ([{"sku_id": ours, "delta": 1}, {"sku_id": ours, "delta": 1}], "changes[1].sku_id"),
        ([{"sku_id": ours}], "changes[0]"),
        ([{"sku_id": ours, "delta": 1, "available": 1}], "changes[0]"),
    ):
        answer = await open_world.right.post("/open/v1/stock-batches", json={"changes": changes}, headers=_once())
        assert _refusal(answer) == (422, "invalid_input", field)
    assert await fingerprint(database) == before
    changes = [{"sku_id": apple, "available": 40}, {"sku_id": ours, "delta": -1}]
    done = await open_world.right.post(
        "/open/v1/stock-batches", json={"changes": changes, "reason": "ERP 对账"}, headers=_once()
    )
    assert [item["sku_id"] for item in done.json()["items"]] == [apple, ours]
    assert done.json()["items"][0]["available"] == 40
    moves = (await open_world.right.get(f"/open/v1/skus/{apple}/stock-moves")).json()["items"]
    assert (moves[0]["change"], moves[0]["available"], moves[0]["reason"]) == (37, 40, "ERP 对账")


async def test_prices_are_set_whole_or_not_at_all_and_orders_keep_theirs(open_world: OpenWorld) -> None:
    sku_id = open_world.ids["sku_id"]
    bad = {"prices": [{"sku_id": sku_id, "price_minor": 100}, {"sku_id": str(uuid4()), "price_minor": 1}]}
    refused = await open_world.right.post("/open/v1/prices", json=bad, headers=_once())
    assert _refusal(refused) == (422, "invalid_input", "prices[1].sku_id")
    assert (await open_world.right.get(open_world.fill(SKU))).json()["price_minor"] == 2990
    good = {"prices": [{"sku_id": sku_id, "price_minor": 2590}]}
    assert (await open_world.right.post("/open/v1/prices", json=good, headers=_once())).status_code == 200
    assert (await open_world.right.get(open_world.fill(SKU))).json()["price_minor"] == 2590
    order = (await open_world.right.get(open_world.fill("/open/v1/orders/{order_id}"))).json()
    assert order["lines"][0]["price_minor"] == 2990


async def test_a_list_of_orders_tells_their_history_only_when_asked(open_world: OpenWorld) -> None:
    [order] = (await open_world.right.get("/open/v1/orders", params={"limit": 1})).json()["items"]
    assert "history" not in order
    asked = await open_world.right.get("/open/v1/orders", params={"limit": 1, "fields": "id,history"})
    whole = (await open_world.right.get(f"/open/v1/orders/{order['id']}")).json()
    assert asked.json()["items"] == [{"id": order["id"], "history": whole["history"]}]
    assert whole["history"]


async def test_a_shop_renamed_in_ignorance_keeps_its_name(open_world: OpenWorld) -> None:
    seen = (await open_world.right.get("/open/v1/shop")).headers["etag"]
    first = await open_world.right.patch("/open/v1/shop", json={"name": "海边果园"}, headers={"if-match": seen})
    assert first.status_code == 200
    second = await open_world.right.patch("/open/v1/shop", json={"name": "山里果园"}, headers={"if-match": seen})
    assert _refusal(second) == (412, "changed_meanwhile", "If-Match")
    assert (await open_world.right.get("/open/v1/shop")).json()["name"] == "海边果园"


async def test_a_draft_that_was_never_sold_is_deleted_and_what_is_on_sale_stays(open_world: OpenWorld) -> None:
    draft = (await open_world.right.post(PRODUCTS, json={**APPLE, "state": "draft"}, headers=_once())).json()
    gone = await open_world.right.delete(f"{PRODUCTS}/{draft['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await open_world.right.get(f"{PRODUCTS}/{draft['id']}")).status_code == 404
    on_sale = open_world.fill(f"{PRODUCTS}/{{product_id}}")
    assert _refusal(await open_world.right.delete(on_sale))[:2] == (409, "illegal_product_move")
    assert (await open_world.right.get(on_sale)).status_code == 200
