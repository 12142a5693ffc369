"""Goods of another platform are shown beside our own, bought there, and never sold here."""

from typing import Any
from uuid import uuid4

import pytest
from tests.modules.orders.market import Market

from xiaodian.contracts.bag import BagLink
from xiaodian.modules.live.service.show_bags import show_bags

LINK = {"url": "https://shop.example/p/1?a=b&ref=old", "source_name": "别处"}
LISTING: dict[str, Any] = {
    "title": "外面的草莓",
    "description": "",
    "picture_urls": [],
    "state": "on_sale",
    "skus": [{"name": "默认", "price_minor": 2990, "stock": 0}],
    "external": LINK,
}


async def listing(market: Market, **more: Any) -> Any:
    """A product that is sold elsewhere."""
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/products", json=LISTING | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_bag_leads_to_the_other_shop_and_says_which_room_the_buyer_comes_from(market: Market) -> None:
    product, room_id = await listing(market), await market.room()
    own = await market.sku()
    await market.bag(room_id, await market.product_id(own), product["product_id"])
    async with market.ctx.database.connection() as connection:
        ours, theirs = (await show_bags(connection, [room_id]))[room_id]
    assert ours.external is None
    assert theirs.external == BagLink(url=f"https://shop.example/p/1?a=b&ref=room-{room_id}", source_name="别处")


async def test_a_checkout_of_it_is_refused_and_says_why(market: Market) -> None:
    product, buyer = await listing(market), await market.buyer()
    sku_id = product["skus"][0]["sku_id"]
    answer = await buyer.client.post(
        "/api/checkout",
        json={
            "address_id": str(buyer.address_id),
            "lines": [{"sku_id": sku_id, "quantity": 1, "price_minor": 2990, "room_id": None}],
        },
        headers={"idempotency-key": uuid4().hex},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "sold_elsewhere")
    assert (await buyer.client.get("/api/me/orders")).json()["items"] == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"skus": [{"name": "默认", "price_minor": 1, "stock": 1}]}, "external_has_no_stock"),
        ({"skus": [{"name": name, "price_minor": 1, "stock": 0} for name in "ab"]}, "external_has_one_sku"),
    ],
)
async def test_it_has_one_price_and_no_stock(market: Market, more: dict[str, Any], reason: str) -> None:
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/products", json=LISTING | more)
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)


@pytest.mark.parametrize(
    "url", ["http://shop.example/", "javascript:alert(1)", "https://a b", "https://x\n", 'https://"x']
)
async def test_its_link_is_a_plain_https_address(market: Market, url: str) -> None:
    answer = await market.seller.post(
        f"/api/shops/{market.shop_id}/products", json=LISTING | {"external": LINK | {"url": url}}
    )
    assert answer.status_code == 400, answer.text


async def test_its_link_can_be_changed_and_it_stays_what_it_is(market: Market) -> None:
    product = await listing(market)
    path = f"/api/products/{product['product_id']}"
    changed = await market.seller.patch(path, json={"external": LINK | {"source_name": "新店"}})
    assert changed.json()["external"]["source_name"] == "新店"
    assert (await market.seller.patch(path, json={"title": "改名"})).json()["external"]["source_name"] == "新店"


async def test_nobody_can_give_it_a_stock(market: Market) -> None:
    product = await listing(market)
    [sku] = product["skus"]
    path = f"/api/skus/{sku['sku_id']}"
    answers = [
        await market.seller.put(f"{path}/stock", json={"available": 5}),
        await market.seller.post(
            f"{path}/stock-corrections",
            json={"delta": 5, "kind": "restock"},
            headers={"idempotency-key": uuid4().hex},
        ),
    ]
    told = [(answer.status_code, answer.json()["params"]["reason"]) for answer in answers]
    assert told == [(422, "external_has_no_stock")] * 2
    kept = (await market.seller.get(f"/api/products/{product['product_id']}")).json()
    assert kept["skus"][0]["available"] == 0
