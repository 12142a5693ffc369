"""Placing orders over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market

from xiaodian.contracts.accounts import AddressId
from xiaodian.contracts.catalog import SkuId


async def test_an_order_tells_what_was_bought_for_how_much_and_until_when_to_pay(market: Market) -> None:
    sku_id, buyer = await market.sku(stock=5), await market.buyer()
    order = await buyer.order(sku_id, 2, shops=market.said(note="放门口"), is_quiet=True)
    assert order["state"] == "pending_payment"
    assert order["lines"][0]["title"] == "丹东草莓"
    assert order["lines"][0]["picture_url"] == "/media/pictures/a.webp"
    assert (order["subtotal_minor"], order["off_minor"], order["total_minor"]) == (2 * PRICE_MINOR, 0, 2 * PRICE_MINOR)
    assert order["expires_at_ms"] == order["placed_at_ms"] + 15 * 60 * 1000
    assert order["address"]["recipient"] == "李小丹"
    assert (order["note"], order["is_quiet"]) == ("放门口", True)
    assert order["allowed"] == ["pay", "cancel"]
    assert [step["state"] for step in order["history"]] == ["pending_payment"]
    assert await market.stock(sku_id) == (5, 2, 0)
    assert await buyer.see(order["order_id"]) == order


async def test_the_room_and_the_seller_hear_of_the_order_and_of_what_is_left(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    before = len(await market.events())
    await buyer.order(sku_id)
    assert (await market.events())[before:] == ["StockChanged", "OrderPlaced"]


async def test_an_order_keeps_address_title_and_price_when_they_change_later(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    order = await buyer.order(sku_id)
    product_id = order["lines"][0]["product_id"]
    edit = {"title": "别的", "state": "off", "skus": [{"sku_id": str(sku_id), "name": "别的", "price_minor": 1}]}
    assert (await market.seller.patch(f"/api/products/{product_id}", json=edit)).status_code == 200
    assert (await buyer.client.delete(f"/api/me/addresses/{buyer.address_id}")).status_code == 204
    assert await buyer.see(order["order_id"]) == order


async def refused(
    market: Market, buyer: Buyer, code: str, *lines: tuple[SkuId, int, int], **more: Any
) -> dict[str, object]:
    """The problem's params; checks that the refusal has changed nothing."""
    sku_ids = {line[0] for line in lines}
    stock = [await market.stock(sku_id) for sku_id in sku_ids]
    events = await market.events()
    answer = await buyer.checkout(lines, **more)
    assert answer.json()["code"] == code, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [await market.stock(sku_id) for sku_id in sku_ids] == stock
    assert await market.events() == events
    assert await market.count("orders.order") == 0
    params: dict[str, object] = answer.json().get("params", {})
    return params


async def test_a_buyer_who_wants_more_than_there_is_learns_what_is_left_and_takes_nothing(market: Market) -> None:
    first, second = await market.product([5, 1])
    buyer = await market.buyer()
    params = await refused(market, buyer, "sold_out", (first, 1, PRICE_MINOR), (second, 2, PRICE_MINOR))
    assert (params["sku_id"], params["available"]) == (str(second), 1)
    assert str(params["shop_name"]).startswith("丹东小店")


async def test_a_price_that_changed_since_it_was_shown_is_not_charged(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    params = await refused(market, buyer, "price_changed", (sku_id, 1, PRICE_MINOR - 1))
    assert (params["sku_id"], params["price_minor"]) == (str(sku_id), PRICE_MINOR)


async def test_a_product_off_sale_cannot_be_bought(market: Market) -> None:
    sku_id, buyer = await market.sku(state="off"), await market.buyer()
    await refused(market, buyer, "not_on_sale", (sku_id, 1, PRICE_MINOR))


async def test_a_closed_shop_takes_no_orders(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    assert (await market.seller.patch(f"/api/shops/{market.shop_id}", json={"is_open": False})).status_code == 200
    await refused(market, buyer, "shop_closed", (sku_id, 1, PRICE_MINOR))


async def test_goods_never_go_to_an_address_of_somebody_else(market: Market) -> None:
    sku_id, buyer, other = await market.sku(), await market.buyer(), await market.buyer()
    params = await refused(market, buyer, "invalid_input", (sku_id, 1, PRICE_MINOR), address_id=str(other.address_id))
    assert params == {"reason": "unknown"}


async def test_a_retry_with_the_same_key_gets_the_same_answer_and_no_second_order(market: Market) -> None:
    sku_id, buyer = await market.sku(stock=5), await market.buyer()
    first = await buyer.checkout([(sku_id, 1)], key="once")
    await buyer.pay(first.json()["orders"][0]["order_id"])
    again = await buyer.checkout([(sku_id, 1)], key="once")
    assert (again.status_code, again.content) == (201, first.content)
    assert await market.stock(sku_id) == (4, 0, 1)


async def test_a_retry_of_a_refused_request_is_refused_alike_even_when_goods_came_in(market: Market) -> None:
    sku_id, buyer = await market.sku(stock=0), await market.buyer()
    first = await buyer.checkout([(sku_id, 1)], key="once")
    await market.seller.put(f"/api/skus/{sku_id}/stock", json={"available": 5})
    again = await buyer.checkout([(sku_id, 1)], key="once")
    assert (again.status_code, again.content) == (409, first.content)
    assert (await buyer.checkout([(sku_id, 1)], key="twice")).status_code == 201


async def test_a_key_used_for_something_else_is_refused(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    await buyer.checkout([(sku_id, 1)], key="once")
    other = await buyer.checkout([(sku_id, 2)], key="once")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await market.count("orders.order") == 1


async def test_two_buyers_may_happen_to_use_the_same_key(market: Market) -> None:
    sku_id, one, two = await market.sku(), await market.buyer(), await market.buyer()
    first, second = await one.checkout([(sku_id, 1)], key="once"), await two.checkout([(sku_id, 1)], key="once")
    assert first.json()["checkout_id"] != second.json()["checkout_id"]


@pytest.mark.parametrize(
    "broken",
    [
        {"lines": []},
        {"lines": [{"sku_id": str(uuid4()), "quantity": 0, "price_minor": 1}]},
        {"lines": [{"sku_id": str(uuid4()), "quantity": 1000, "price_minor": 1}]},
        {"lines": [{"sku_id": str(uuid4()), "quantity": 1.5, "price_minor": 1}]},
        {"lines": [{"sku_id": "no", "quantity": 1, "price_minor": 1}]},
        {"shops": [{"shop_id": str(uuid4()), "note": "x" * 201}]},
        {"shops": [{"shop_id": str(uuid4()), "note": "nul\0"}]},
        {"surprise": 1},
        {"address_id": None},
        {"platform_coupon_code": ""},
    ],
)
async def test_a_checkout_that_makes_no_sense_is_told_so(market: Market, broken: dict[str, Any]) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    answer = await buyer.checkout([(sku_id, 1)], **broken)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert await market.count("orders.order") == 0


async def test_the_field_that_is_wrong_is_named(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    answer = await buyer.checkout([(sku_id, 0)])
    assert answer.json()["field"] == "lines[0].quantity"


async def test_the_same_sku_twice_or_an_unknown_one_is_refused(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    twice = await buyer.checkout([(sku_id, 1), (sku_id, 1)])
    assert (twice.status_code, twice.json()["params"]["reason"]) == (422, "sku_twice")
    unknown = await buyer.checkout([(SkuId(uuid4()), 1)])
    assert (unknown.status_code, unknown.json()["params"]["reason"]) == (422, "unknown_sku")


async def test_checkout_over_raw_http_refuses_what_is_no_proper_request(market: Market) -> None:
    buyer = await market.buyer()
    key = {"Idempotency-Key": "k"}
    post = buyer.client.post
    assert (await post("/api/checkout", json={})).json()["field"] == "Idempotency-Key"
    assert (await post("/api/checkout", json={}, headers={"Idempotency-Key": "x" * 129})).status_code == 400
    assert (await post("/api/checkout", content=b"{", headers={**key, "content-type": "application/json"})).json()[
        "code"
    ] == "malformed_request"
    assert (
        await post("/api/checkout", content=b"{}", headers={**key, "content-type": "text/plain"})
    ).status_code == 415
    large = await post("/api/checkout", json={"note": "x" * 70_000}, headers=key)
    assert (large.status_code, large.json()["code"]) == (413, "payload_too_large")
    foreign = await post("/api/checkout", json={}, headers={**key, "origin": "https://evil.example"})
    assert foreign.status_code == 403
    buyer.client.cookies.clear()
    assert (await post("/api/checkout", json={}, headers=key)).status_code == 401


async def test_checkout_stands_in_openapi_with_its_refusals(market: Market) -> None:
    document = (await market.seller.get("/api/openapi.json")).json()
    operation = document["paths"]["/api/checkout"]["post"]
    assert "sold_out" in operation["responses"]["409"]["description"]
    assert any(p["name"] == "Idempotency-Key" and p["required"] for p in operation["parameters"])


async def test_an_address_id_that_is_not_there_is_refused(market: Market) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    buyer.address_id = AddressId(uuid4())
    assert (await buyer.checkout([(sku_id, 1)])).json()["field"] == "address_id"
