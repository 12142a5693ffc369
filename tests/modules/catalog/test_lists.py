"""A shop's list: found, filtered, sorted, counted, and changed many at once."""

from typing import Any
from uuid import uuid4

import pytest
from tests.modules.catalog.goods import make_goods
from tests.modules.catalog.test_products import create
from tests.modules.orders.market import Market
from tests.outbox import list_envelopes

from xiaodian.contracts.catalog import ProductState
from xiaodian.infra.database import Database
from xiaodian.modules.catalog import list_queries
from xiaodian.modules.catalog.handlers import consumers
from xiaodian.modules.catalog.list_queries import Place, ProductFilter, ProductSort


async def make(market: Market, title: str, stocks: list[int], **more: Any) -> str:
    """A product with a SKU for each stock."""
    skus = [{"name": f"第{n}种", "price_minor": 100 * (n + 1), "stock": stock} for n, stock in enumerate(stocks)]
    return str((await create(market, title=title, **{"skus": skus, **more}))["product_id"])


async def listed(market: Market, **params: Any) -> list[str]:
    """Titles of all pages of two."""
    found: list[str] = []
    path, cursor = f"/api/shops/{market.shop_id}/product-rows", None
    while True:
        query = {**params, "limit": 2, **({"cursor": cursor} if cursor else {})}
        answer = await market.seller.get(path, params=query)
        assert answer.status_code == 200, answer.text
        found += [row["title"] for row in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


async def test_products_are_found_sorted_and_counted(market: Market) -> None:
    await make(market, "草莓", [50, 60], category="fresh")
    coded = [{"name": "a", "price_minor": 1, "stock": 3, "code": "TEE-红_1", "barcode": "6901234567892"}]
    tee = await make(market, "红色短袖", [], skus=coded)
    await make(market, "草莓酱", [0, 0])
    await make(market, "样品", [5], state="draft")
    assert await listed(market) == ["样品", "草莓酱", "红色短袖", "草莓"]
    assert await listed(market, sort="name") == sorted(["样品", "草莓酱", "红色短袖", "草莓"])
    assert await listed(market, sort="stock") == ["草莓酱", "红色短袖", "样品", "草莓"]
    assert await listed(market, q="草莓") == ["草莓酱", "草莓"]
    assert await listed(market, q="酱") == ["草莓酱"]
    for text in ("tee-红_", "6901234567892", tee):
        assert await listed(market, q=text) == ["红色短袖"], text
    for text in ("TEE%", "TEE-红x", "莓草", str(uuid4())):
        assert await listed(market, q=text) == [], text
    assert await listed(market, category="fresh", state="on_sale") == ["草莓"]
    assert await listed(market, is_out=True) == ["草莓酱"]
    assert await listed(market, is_low=True, state="on_sale") == ["草莓酱", "红色短袖"]
    counts = (await market.seller.get(f"/api/shops/{market.shop_id}/product-counts")).json()
    assert counts == {
        "draft": 1,
        "in_review": 0,
        "rejected": 0,
        "on_sale": 3,
        "off": 0,
        "external": 0,
        "low_stock": 2,
        "out_of_stock": 1,
    }


async def test_what_every_creator_may_sell_is_found(market: Market) -> None:
    await make(market, "草莓", [1])
    shared = await make(market, "果酱", [1])
    await market.seller.put(f"/api/products/{shared}/commission", json={"rate_bp": 1500})
    assert await listed(market, has_commission=True) == ["果酱"]
    await market.seller.delete(f"/api/products/{shared}/commission")
    assert await listed(market, has_commission=True) == []
    path = f"/api/shops/{market.shop_id}/product-commissions"
    many = {"product_ids": [shared, str(uuid4())], "rate_bp": 800}
    answer = await market.seller.post(path, json=many)
    assert [item["is_done"] for item in answer.json()["items"]] == [True, False]
    assert await listed(market, has_commission=True) == ["果酱"]
    await market.seller.post(path, json={**many, "rate_bp": None})
    assert await listed(market, has_commission=True) == []


async def test_what_is_sold_elsewhere_is_found_and_never_runs_out(market: Market) -> None:
    link = {"url": "https://shop.example/p/1", "source_name": "别处"}
    await make(market, "果酱", [0])
    elsewhere = await make(market, "陶杯", [0], external=link)
    assert await listed(market, is_external=True) == ["陶杯"]
    assert await listed(market, is_out=True) == await listed(market, is_low=True) == ["果酱"]
    counts = (await market.seller.get(f"/api/shops/{market.shop_id}/product-counts")).json()
    assert (counts["external"], counts["low_stock"], counts["out_of_stock"]) == (1, 1, 1)
    row = (await market.seller.get(f"/api/shops/{market.shop_id}/product-rows")).json()["items"][0]
    assert (row["product_id"], row["source_name"]) == (elsewhere, "别处")
    await market.seller.patch(f"/api/products/{elsewhere}", json={"external": None})
    assert await listed(market, is_out=True) == ["陶杯", "果酱"]


async def test_sales_move_the_figures_once_their_events_arrive(market: Market) -> None:
    slow, hot = await make(market, "慢", [9]), await make(market, "热", [9])
    buyer = await market.buyer()
    sku = (await market.seller.get(f"/api/products/{hot}")).json()["skus"][0]
    order = await buyer.orders([(sku["sku_id"], 4, 100)])
    await buyer.pay(order[0]["order_id"])
    async with market.ctx.database.connection() as connection:
        envelopes = await list_envelopes(connection)
    (count,) = (one for one in consumers(market.ctx) if one.durable == "catalog-figures")
    await count.handle([envelope for envelope in envelopes if envelope.type in count.event_types])
    assert await listed(market, sort="sold") == ["热", "慢"]
    row = (await market.seller.get(f"/api/shops/{market.shop_id}/product-rows")).json()["items"][0]
    assert (row["product_id"], row["available"], row["sold"]) == (hot, 5, 4)
    assert slow != hot


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WyJuYW1lIiwxLDJd", "bnVsbA"])
async def test_a_forged_cursor_is_refused(market: Market, cursor: str) -> None:
    path = f"/api/shops/{market.shop_id}/product-rows"
    for sort in ProductSort:
        answer = await market.seller.get(path, params={"cursor": cursor, "sort": sort})
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


async def test_a_deed_over_many_is_done_to_each_that_allows_it(market: Market) -> None:
    one, two = await make(market, "一", [1]), await make(market, "二", [1], state="draft")
    path = f"/api/shops/{market.shop_id}/product-deeds"
    gone = str(uuid4())
    off = (await market.seller.post(path, json={"deed": "take_off", "product_ids": [one, two, gone]})).json()["items"]
    assert [(item["is_done"], item["state"], item["code"]) for item in off] == [
        (True, "off", None),
        (True, "off", None),
        (False, None, "not_found"),
    ]
    price = {"percent_bp": -5000, "amount_minor": -40}
    cut = await market.seller.post(path, json={"deed": "change_price", "product_ids": [one], "price": price})
    assert cut.json()["items"][0]["is_done"]
    too_low = await market.seller.post(path, json={"deed": "change_price", "product_ids": [one, two], "price": price})
    assert [item["is_done"] for item in too_low.json()["items"]] == [False, True]
    prices = [
        (await market.seller.get(f"/api/products/{product}")).json()["skus"][0]["price_minor"] for product in (one, two)
    ]
    assert prices == [10, 10]
    assert (await market.seller.post(path, json={"deed": "set_category", "product_ids": [one]})).status_code == 422
    unknown = {"deed": "set_category", "product_ids": [one], "category": "weapons"}
    assert (await market.seller.post(path, json=unknown)).json()["items"][0]["field"] == "category"
    many = {"deed": "take_off", "product_ids": [str(uuid4()) for _ in range(501)]}
    assert (await market.seller.post(path, json=many)).status_code == 400


async def test_only_drafts_that_nobody_ordered_are_deleted(market: Market) -> None:
    draft, shown = await make(market, "草稿", [3], state="draft"), await make(market, "在售", [3])
    path = f"/api/shops/{market.shop_id}/product-deeds"
    body = {"deed": "delete_drafts", "product_ids": [draft, shown]}
    items = (await market.seller.post(path, json=body)).json()["items"]
    assert [(item["is_done"], item["code"]) for item in items] == [(True, None), (False, "illegal_product_move")]
    assert await listed(market) == ["在售"]
    assert await market.count("catalog.sku") == 1
    assert (await market.seller.get(f"/api/products/{draft}/own")).status_code == 404


async def test_a_page_of_a_large_shop_reads_no_whole_table(database: Database) -> None:
    goods = await make_goods(database, [5])
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO catalog.product (product_id, shop_id, title, description, picture_urls, state, currency,
                                         created_at, changed_at)
            SELECT uuidv7(), CASE WHEN n % 4 = 0 THEN $1 ELSE gen_random_uuid() END, '商品 ' || n || ' 号', '', '{}',
                   'on_sale', 'CNY', now(), now()
            FROM generate_series(1, 8000) AS n
            """,
            goods.shop_id,
        )
        await connection.execute(
            """
            INSERT INTO catalog.product_figures
            SELECT product_id, shop_id, row_number() OVER (), 3, 0, 1, 1, 1 FROM catalog.product
            ON CONFLICT DO NOTHING
            """
        )
    async with database.connection() as connection:
        await connection.execute("ANALYZE catalog.product; ANALYZE catalog.product_figures")
        place = Place(None, goods.product_id)
        for sort in ProductSort:
            after = {ProductSort.NEWEST: place, ProductSort.NAME: Place("商品 5", goods.product_id)}.get(
                sort, Place(50, goods.product_id)
            )
            for which in (
                ProductFilter(),
                ProductFilter(text="77 号"),
                ProductFilter(state=ProductState.DRAFT),
            ):
                statement, values = await list_queries.compose(connection, goods.shop_id, which, sort, after, 20)
                plan = await connection.fetch("EXPLAIN " + statement, *values)
                text = "\n".join(row[0] for row in plan)
                assert "Seq Scan" not in text, (sort, which, text)
