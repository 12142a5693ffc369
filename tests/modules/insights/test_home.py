"""The home page says what waits, oldest first, and how the day goes beside other days."""

import random
from datetime import timedelta
from uuid import UUID, uuid4

import pandas as pd
import pytest
from tests.modules.insights.observer import Observer, late_and_twice, most_rows_read
from tests.modules.insights.test_visits import deed, report, send
from tests.modules.surfacing.screening import read_pages

from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.catalog import queries as catalog_queries
from xiaodian.modules.insights import queries

pytestmark = pytest.mark.usefixtures("midday")


async def test_home_names_what_waits_the_longest_waiting_first_and_what_is_late(observer: Observer) -> None:
    buyer = await observer.market.buyer()
    late = await observer.order(buyer, observer.products[0])
    await observer.order(buyer, observer.products[1], is_paid=False)
    fresh = await observer.order(buyer, observer.products[1], 2)
    async with observer.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE orders.order SET paid_at = now() - interval '3 days' WHERE order_id = $1", UUID(late["order_id"])
        )
    home = (await observer.stage.host.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    assert (home["to_ship"]["count"], home["to_ship"]["late"]) == (2, 1)
    assert [(item["order_id"], item["is_late"]) for item in home["to_ship"]["items"]] == [
        (late["order_id"], True),
        (fresh["order_id"], False),
    ]


async def test_who_does_not_want_to_be_told_is_not_and_others_are(observer: Observer) -> None:
    await observer.order(await observer.market.buyer(), observer.products[0])
    shop = f"/api/shops/{observer.stage.shop_id}"
    chosen = await observer.stage.host.put(f"{shop}/notice-settings/wanted", json={"wanted": ["after_sale"]})
    assert chosen.status_code == 204, chosen.text
    home = (await observer.stage.host.get(f"{shop}/home")).json()
    assert [home[kind] for kind in ("to_ship", "low_stock", "notices")] == [None, None, None]
    assert home["after_sales"]["count"] == 0
    await observer.stage.host.put(f"{shop}/notice-settings/wanted", json={"wanted": ["to_ship"]})
    home = (await observer.stage.host.get(f"{shop}/home")).json()
    assert (home["to_ship"]["count"], home["after_sales"]) == (1, None)


async def test_an_order_with_an_open_after_sale_waits_as_that_and_not_to_be_shipped(observer: Observer) -> None:
    buyer = await observer.market.buyer()
    order = await observer.order(buyer, observer.products[0])
    wish = {"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "not_wanted", "description": "不要了"}
    answer = await buyer.client.post(
        f"/api/orders/{order['order_id']}/after-sales", json=wish, headers={"Idempotency-Key": uuid4().hex}
    )
    assert answer.status_code == 201, answer.text
    home = (await observer.stage.host.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    assert home["to_ship"]["count"] == 0
    assert [item["after_sale_id"] for item in home["after_sales"]["items"]] == [answer.json()["after_sale_id"]]
    assert home["after_sales"]["items"][0]["deadline_at_ms"]


async def test_home_says_what_is_running_out_and_nothing_of_what_is_not_on_sale(observer: Observer) -> None:
    await observer.stage.host.put(f"/api/skus/{observer.products[0].skus[0].sku_id}/stock", json={"available": 3})
    await observer.stage.host.put(f"/api/skus/{observer.products[1].skus[0].sku_id}/stock", json={"available": 500})
    await observer.hear_stock()
    home = (await observer.stage.host.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    assert [(item["title"], item["available"]) for item in home["low_stock"]["items"]] == [("丹东草莓", 3)]
    assert home["low_stock"]["count"] == 1
    await observer.stage.host.patch(f"/api/products/{observer.products[0].product_id}", json={"state": "off"})
    home = (await observer.stage.host.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    assert home["low_stock"]["items"] == []


async def test_home_of_a_shop_with_very_many_products_reads_only_what_is_running_out(observer: Observer) -> None:
    shop_id = observer.stage.shop_id
    async with observer.ctx.database.transaction() as connection:
        # Drafts and what is off are as empty as can be; of what is on sale all but seven have plenty.
        await connection.execute(
            """
            INSERT INTO catalog.product (product_id, shop_id, title, description, picture_urls, state, currency,
                                         created_at, changed_at)
            SELECT uuidv7(), $1, '商品 ' || n, '', '{}', CASE n % 2 WHEN 0 THEN 'draft' ELSE 'on_sale' END, 'CNY',
                   now(), now() FROM generate_series(1, 12000) AS n
            """,
            shop_id,
        )
        await connection.execute(
            """
            INSERT INTO catalog.product_figures
            SELECT product_id, shop_id, 3, CASE WHEN state = 'draft' OR nth < 7 THEN 0 ELSE 300 END, 0, 1, 1, 1, NULL,
                   state = 'on_sale'
            FROM (SELECT *, row_number() OVER (PARTITION BY state ORDER BY product_id DESC) AS nth
                  FROM catalog.product WHERE title LIKE '商品 %') AS made
            """
        )
    async with observer.ctx.database.connection() as connection:
        await connection.execute("ANALYZE catalog.product; ANALYZE catalog.product_figures")
        assert await catalog.count_low_stock(connection, shop_id, 9, 1000) == 6
        for statement, values in (
            (catalog_queries.LOW_STOCK, (shop_id, 9, 5)),
            (catalog_queries.COUNT_LOW, (shop_id, 9, 1000)),
            (catalog_queries.COUNT_IN_STATE, (shop_id, "rejected", 1000)),
        ):
            assert await most_rows_read(connection, statement, *values) < 50, statement


async def test_buyers_of_a_room_are_counted_along_its_index_and_no_other_room_is_read(observer: Observer) -> None:
    await observer.order(await observer.market.buyer(), observer.products[0])
    await observer.hear()
    async with observer.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO insights.sale
            SELECT (jsonb_populate_record(sale, jsonb_build_object(
                'order_id', gen_random_uuid(), 'room_id', gen_random_uuid(), 'buyer_id', gen_random_uuid()))).*
            FROM insights.sale, generate_series(1, 5000)
            """
        )
        await connection.execute(
            """
            INSERT INTO insights.room_account SELECT room_id, buyer_id, now() FROM insights.sale, generate_series(1, 20)
            ON CONFLICT DO NOTHING
            """
        )
        await connection.execute("VACUUM ANALYZE insights.sale, insights.room_account")
        for statement in (queries.COUNT_BUYERS, queries.COUNT_SEEN_BUYERS, queries.COUNT_PRODUCT_BUYERS):
            assert await most_rows_read(connection, statement, observer.stage.room_id, None) < 50, statement


async def test_today_stands_beside_yesterday_and_last_week_up_to_the_same_time(observer: Observer) -> None:
    buyer, now = await observer.market.buyer(), utc_now()
    for days, price in ((0, 1), (1, 2), (7, 3), (2, 4)):
        order = await observer.order(buyer, observer.products[0], price)
        async with observer.ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE orders.order SET paid_at = $2, placed_at = $2 WHERE order_id = $1",
                UUID(order["order_id"]),
                # An hour that is over, lest the part of it that has passed decide; the first of a day has none.
                (now - timedelta(days=days)).replace(minute=0, second=0, microsecond=0),
            )
    await observer.hear()
    home = (await observer.stage.host.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    gmv = next(figure for figure in home["figures"] if figure["key"] == "gmv")
    assert gmv["today"] == 2990
    passed = (now.minute * 60 + now.second) / 3600
    assert abs(gmv["yesterday"] - 2 * 2990 * passed) < 60
    assert abs(gmv["last_week"] - 3 * 2990 * passed) < 80
    assert sum(gmv["hours"]) == 2990


async def test_home_that_has_not_changed_is_not_sent_again(observer: Observer) -> None:
    path = f"/api/shops/{observer.stage.shop_id}/home"
    first = await observer.stage.host.get(path)
    again = await observer.stage.host.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    buyer = await observer.market.buyer()
    await observer.order(buyer, observer.products[0])
    after = await observer.stage.host.get(path, headers={"if-none-match": first.headers["etag"]})
    assert after.status_code == 200


async def test_days_that_cannot_be_are_refused_with_the_field(observer: Observer) -> None:
    path = f"/api/shops/{observer.stage.shop_id}/days"
    for query, field in (
        ({"from": "gestern", "to": "2026-01-01"}, "from"),
        ({"from": "2026-01-01", "to": "2026-13-01"}, "to"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "to"),
        ({"from": "2020-01-02", "to": "2026-01-01"}, "to"),
        ({"from": "0001-01-01", "to": "0001-01-01"}, "from"),
    ):
        answer = await observer.stage.host.get(path, params=query)
        assert (answer.status_code, answer.json().get("field")) == (422, field), query


async def test_home_says_which_part_of_the_visitors_bought_and_never_more_than_all(observer: Observer) -> None:
    await observer.stage.go_on_air()
    buyers = [await observer.market.buyer() for _ in range(7)]
    # Two come and buy, one of them in two browsers; one comes only; four buy what they never came for.
    for buyer in (buyers[0], buyers[0], buyers[1], buyers[2]):
        await send(buyer.client, report(deed(observer, "entered"), viewer_id=uuid4()))
    for buyer in (*buyers[:2], *buyers[3:]):
        await observer.order(buyer, observer.products[0])
    await observer.take_reports(late_and_twice(await observer.reports(), random.Random(3)))
    await observer.hear()
    home = (await observer.stage.host.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    figures = {figure["key"]: figure["today"] for figure in home["figures"]}
    async with observer.ctx.database.connection() as connection:
        acts = pd.DataFrame(
            [dict(row) for row in await connection.fetch("SELECT viewer_id, account_id FROM insights.behaviour")]
        )
        paid = pd.DataFrame([dict(row) for row in await connection.fetch("SELECT buyer_id FROM orders.order")])
    came = acts[acts["account_id"].isin(paid["buyer_id"])]
    share = came["account_id"].nunique() / acts["viewer_id"].nunique()
    assert figures["visitor_conversion"] == round(share, 4) == 0.5
    assert (figures["buyers"], figures["viewers"]) == (6, 4), "more bought than came"
    day = f"/api/shops/{observer.stage.shop_id}/days/{home['today']}/visitor-orders"
    orders, items = await read_pages(observer.stage.host, f"{day}?limit=1")
    assert (orders, {item["buyer_id"] for item in items}) == (2, {str(buyer.account_id) for buyer in buyers[:2]})
    told = (await observer.stage.host.get(day)).json()
    assert (told["viewers"], told["buyers"], told["buyers"] / told["viewers"]) == (4, 2, figures["visitor_conversion"])
    before = to_epoch_ms(utc_now() - timedelta(hours=11))
    assert (await read_pages(observer.stage.host, f"{day}?limit=1&until_ms={before}")) == (0, [])
    other_day = day.replace(home["today"], "2020-02-30")
    assert (await observer.stage.host.get(other_day)).json()["field"] == "from"
