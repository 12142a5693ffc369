"""Products over HTTP."""

from typing import Any

import pytest
from tests.modules.orders.market import PRICE_MINOR, Market

PRODUCT: dict[str, Any] = {
    "title": "丹东草莓",
    "description": "当天采摘\n顺丰冷链",
    "picture_urls": ["/media/pictures/a.webp"],
    "state": "on_sale",
    "skus": [{"name": "3斤装", "price_minor": PRICE_MINOR, "stock": 10}],
}


async def create(market: Market, **more: Any) -> dict[str, Any]:
    """A product that must be taken."""
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/products", json={**PRODUCT, **more})
    assert answer.status_code == 201, answer.text
    product: dict[str, Any] = answer.json()
    return product


async def test_a_product_is_shown_as_it_was_written_and_told_of_once(market: Market) -> None:
    product = await create(market)
    assert {name: product[name] for name in ("title", "description", "picture_urls", "state")} == {
        name: PRODUCT[name] for name in ("title", "description", "picture_urls", "state")
    }
    assert [(sku["name"], sku["price_minor"], sku["available"]) for sku in product["skus"]] == [
        ("3斤装", PRICE_MINOR, 10)
    ]
    assert product["currency"] == "CNY"
    assert await market.events() == ["AccountCreated", "ShopOpened", "ProductChanged"]
    stranger = (await market.buyer()).client
    assert (await stranger.get(f"/api/products/{product['product_id']}")).json() == product


@pytest.mark.parametrize(
    "broken",
    [
        {"title": ""},
        {"title": "x" * 121},
        {"title": "两\n行"},
        {"skus": []},
        {"skus": [{"name": str(n), "price_minor": 1, "stock": 0} for n in range(501)]},
        {"skus": [{"name": "a", "price_minor": 0, "stock": 0}]},
        {"skus": [{"name": "a", "price_minor": 100_000_001, "stock": 0}]},
        {"skus": [{"name": "a", "price_minor": 1, "stock": -1}]},
        {"picture_urls": ["/media/pictures/a.webp"] * 10},
        {"picture_urls": ["https://evil.example/spy.gif"]},
        {"picture_urls": ["/media/pictures/../secret"]},
        {"state": "gone"},
        {"price": 1},
    ],
)
async def test_a_product_that_makes_no_sense_is_refused(market: Market, broken: dict[str, Any]) -> None:
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/products", json={**PRODUCT, **broken})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert await market.count("catalog.product") == 0


async def test_two_options_of_one_name_are_refused(market: Market) -> None:
    answer = await market.seller.post(
        f"/api/shops/{market.shop_id}/products", json={**PRODUCT, "skus": PRODUCT["skus"] * 2}
    )
    assert (answer.status_code, answer.json()["params"]) == (422, {"reason": "name_twice"})


async def test_an_edit_changes_what_it_names_and_nothing_else(market: Market) -> None:
    product = await create(market)
    path = f"/api/products/{product['product_id']}"
    assert (await market.seller.patch(path, json={"title": "东港草莓"})).json() == {
        **product,
        "title": "东港草莓",
        "version": 2,
    }
    before = await market.events()
    assert (await market.seller.patch(path, json={"title": "东港草莓"})).status_code == 200
    assert await market.events() == before


async def test_options_can_be_renamed_priced_added_reordered_and_removed(market: Market) -> None:
    skus = [{"name": name, "price_minor": 100, "stock": 5} for name in ("小", "中", "大")]
    product = await create(market, skus=skus)
    small, _, large = product["skus"]
    edit = {
        "skus": [
            {"sku_id": large["sku_id"], "name": "特大", "price_minor": 300},
            {"name": "礼盒", "price_minor": 500, "stock": 2},
            {"sku_id": small["sku_id"], "name": "小", "price_minor": 100, "stock": 7},
        ]
    }
    changed = (await market.seller.patch(f"/api/products/{product['product_id']}", json=edit)).json()
    assert [(sku["name"], sku["price_minor"], sku["available"]) for sku in changed["skus"]] == [
        ("特大", 300, 5),
        ("礼盒", 500, 2),
        ("小", 100, 7),
    ]
    buyer = await market.buyer()
    removed = await buyer.checkout([(product["skus"][1]["sku_id"], 1, 100)])
    assert removed.json()["code"] == "not_on_sale"


async def test_an_option_of_another_product_cannot_be_taken_over(market: Market) -> None:
    mine, other = await create(market), await create(market)
    edit = {"skus": [{"sku_id": other["skus"][0]["sku_id"], "name": "a", "price_minor": 1}]}
    answer = await market.seller.patch(f"/api/products/{mine['product_id']}", json=edit)
    assert (answer.status_code, answer.json()["params"]) == (422, {"reason": "unknown_sku"})
    assert (await market.seller.get(f"/api/products/{other['product_id']}")).json() == other


async def test_drafts_and_lists_and_changes_are_for_the_shops_own_staff(market: Market) -> None:
    product = await create(market, state="draft")
    stranger = (await market.buyer()).client
    path, sku_id = f"/api/products/{product['product_id']}", product["skus"][0]["sku_id"]
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.patch(path, json={"title": "x"})).status_code == 404
    assert (await stranger.put(f"/api/skus/{sku_id}/stock", json={"available": 1})).status_code == 404
    assert (await stranger.get(f"/api/shops/{market.shop_id}/products")).status_code == 404
    assert (await stranger.post(f"/api/shops/{market.shop_id}/products", json=PRODUCT)).status_code == 404
    stranger.cookies.clear()
    assert (await stranger.get(path)).status_code == 404
    assert (await market.seller.get(path)).json() == product


async def test_a_list_pages_the_newest_first_by_state_and_part_of_the_title(market: Market) -> None:
    ids = [
        (await create(market, title=f"草莓 {n} 号", state="draft" if n == 2 else "on_sale"))["product_id"]
        for n in range(5)
    ]
    path = f"/api/shops/{market.shop_id}/products"
    first = (await market.seller.get(path, params={"limit": 3})).json()
    rest = (await market.seller.get(path, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [item["product_id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    drafts = (await market.seller.get(path, params={"state": "draft"})).json()["items"]
    assert [item["product_id"] for item in drafts] == [ids[2]]
    found = (await market.seller.get(path, params={"q": "3 号"})).json()["items"]
    assert [item["product_id"] for item in found] == [ids[3]]
    assert (await market.seller.get(path, params={"q": "%"})).json()["items"] == []


async def test_stock_is_set_beyond_what_is_reserved_told_once_and_stands_in_the_journal(market: Market) -> None:
    sku_id, buyer = await market.sku(stock=10), await market.buyer()
    await buyer.order(sku_id, 4)
    events = len(await market.events())
    for _ in range(2):
        answer = await market.seller.put(f"/api/skus/{sku_id}/stock", json={"available": 3})
        assert (answer.status_code, answer.json()["available"]) == (200, 3)
    assert await market.stock(sku_id) == (7, 4, 0)
    assert (await market.events())[events:] == ["StockChanged"]
    async with market.ctx.database.connection() as connection:
        journal = await connection.fetch(
            "SELECT changed_by, available_from, available_to FROM catalog.stock_journal ORDER BY journal_id"
        )
    assert [tuple(row) for row in journal] == [(market.seller_id, None, 10), (market.seller_id, 6, 3)]
    assert (await market.seller.put(f"/api/skus/{sku_id}/stock", json={"available": -1})).status_code == 400
