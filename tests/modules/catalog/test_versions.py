"""Options, versions and lost updates, over HTTP."""

from typing import Any

from tests.modules.catalog.test_products import create
from tests.modules.orders.market import PRICE_MINOR, Market

OPTIONS = [{"name": "颜色", "values": ["红", "白"]}, {"name": "尺码", "values": ["S", "M"]}]
STAGE = {"kind": "picked", "place": "东港大棚", "day": "2026-11-20", "note": "凌晨采摘"}


def matrix(**more: Any) -> dict[str, Any]:
    """A product of two colours and two sizes."""
    skus = [
        {"option_values": [colour, size], "price_minor": PRICE_MINOR, "stock": 5, "code": f"A-{colour}-{size}"}
        for colour in ("红", "白")
        for size in ("S", "M")
    ]
    return {"options": OPTIONS, "skus": skus, **more}


async def own(market: Market, product: dict[str, Any]) -> dict[str, Any]:
    """The product as its shop's staff sees it."""
    answer = await market.seller.get(f"/api/products/{product['product_id']}/own")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_matrix_is_kept_with_its_codes_which_buyers_do_not_see(market: Market) -> None:
    product = await create(market, **matrix(provenance=[STAGE], attributes=[{"name": "品牌", "value": "海棠"}]))
    assert [sku["name"] for sku in product["skus"]] == ["红 S", "红 M", "白 S", "白 M"]
    assert product["options"] == OPTIONS
    assert await own(market, product) == product
    buyer = await market.buyer()
    seen = (await buyer.client.get(f"/api/products/{product['product_id']}")).json()
    assert {sku["code"] for sku in seen["skus"]} == {None}
    assert seen["provenance"][0]["place"] == "东港大棚"
    order = await buyer.order(product["skus"][1]["sku_id"])
    assert order["lines"][0]["sku_name"] == "红 M"


async def test_a_code_is_one_skus_in_the_shop_and_may_change_hands(market: Market) -> None:
    product = await create(market, **matrix())
    taken = await market.seller.post(
        f"/api/shops/{market.shop_id}/products",
        json={
            "title": "x",
            "description": "",
            "picture_urls": [],
            "state": "draft",
            "skus": [{"name": "a", "price_minor": 1, "stock": 0, "code": "A-红-S"}],
        },
    )
    assert (taken.status_code, taken.json()["field"]) == (422, "skus.0.code")
    skus = [{"sku_id": sku["sku_id"], "price_minor": PRICE_MINOR, "code": sku["code"]} for sku in product["skus"]]
    skus[0]["code"], skus[1]["code"] = skus[1]["code"], skus[0]["code"]
    swapped = await market.seller.patch(f"/api/products/{product['product_id']}", json={"skus": skus})
    assert [sku["code"] for sku in swapped.json()["skus"]] == ["A-红-M", "A-红-S", "A-白-S", "A-白-M"]


async def test_whoever_saves_over_anothers_change_is_told_who_it_was(market: Market) -> None:
    product = await create(market)
    path = f"/api/products/{product['product_id']}"
    first = await market.seller.patch(path, json={"title": "东港草莓"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.json()["version"]) == (200, 2)
    late = await market.seller.patch(path, json={"title": "别的"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "version_conflict")
    assert late.json()["params"] == {"version": 2, "changed_by": "卖家"}
    assert (await own(market, product))["title"] == "东港草莓"
    assert (await market.seller.patch(path, json={}, headers={"If-Match": "x"})).status_code == 422


async def test_stock_makes_no_version(market: Market) -> None:
    product = await create(market)
    sku = product["skus"][0]
    await market.seller.put(f"/api/skus/{sku['sku_id']}/stock", json={"available": 3})
    edit = {"skus": [{"sku_id": sku["sku_id"], "price_minor": sku["price_minor"], "stock": 8}]}
    edited = (await market.seller.patch(f"/api/products/{product['product_id']}", json=edit)).json()
    assert (edited["version"], edited["skus"][0]["available"]) == (1, 8)


async def test_every_version_can_be_looked_at_and_brought_back_while_orders_stay(market: Market) -> None:
    product = await create(market, **matrix(provenance=[STAGE]))
    path = f"/api/products/{product['product_id']}"
    buyer = await market.buyer()
    order = await buyer.order(product["skus"][3]["sku_id"])
    skus = [{"sku_id": sku["sku_id"], "price_minor": 990} for sku in product["skus"][:2]]
    options = [{"name": "颜色", "values": ["红"]}, OPTIONS[1]]
    edit = {"title": "新名", "skus": skus, "options": options, "provenance": []}
    assert (await market.seller.patch(path, json=edit)).json()["version"] == 2

    versions = (await market.seller.get(f"{path}/versions")).json()["items"]
    assert [(one["version"], one["changed_by"]) for one in versions] == [(2, "卖家"), (1, "卖家")]
    first = (await market.seller.get(f"{path}/versions/1")).json()["snapshot"]
    assert (first["title"], len(first["skus"]), first["provenance"][0]["day"]) == ("丹东草莓", 4, "2026-11-20")

    restored = await market.seller.post(f"{path}/versions/1/restoration", headers={"If-Match": '"2"'})
    assert restored.status_code == 200, restored.text
    now = restored.json()
    assert (now["version"], now["title"], [sku["sku_id"] for sku in now["skus"]]) == (
        3,
        "丹东草莓",
        [sku["sku_id"] for sku in product["skus"]],
    )
    # Pieces were sold meanwhile, or lay there: bringing a version back makes none.
    assert [sku["available"] for sku in now["skus"]] == [5, 5, 5, 4]
    line = (await buyer.see(order["order_id"]))["lines"][0]
    assert (line["title"], line["price_minor"]) == (order["lines"][0]["title"], PRICE_MINOR)
    assert (await market.seller.get(f"{path}/versions/9")).status_code == 404


async def test_what_was_there_before_versions_is_kept_at_its_first_change(market: Market) -> None:
    product = await create(market)
    async with market.ctx.database.connection() as connection:
        await connection.execute("DELETE FROM catalog.product_version")
    path = f"/api/products/{product['product_id']}"
    await market.seller.patch(path, json={"title": "新名"})
    versions = (await market.seller.get(f"{path}/versions")).json()["items"]
    assert [(one["version"], one["changed_by"]) for one in versions] == [(2, "卖家"), (1, None)]
    assert (await market.seller.get(f"{path}/versions/1")).json()["snapshot"]["title"] == product["title"]
