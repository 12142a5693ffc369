"""Who presses a figure that counts orders finds as many at the desk, by whatever it counts them."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.conftest import SignUp
from tests.modules.fans.counter import Counter
from tests.modules.fans.test_counting import list_all, live_through
from tests.modules.insights.observer import Observer
from tests.modules.surfacing.screening import read_pages

from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import earliest_id
from xiaodian.modules.fans.definitions import WITHIN_DAYS
from xiaodian.modules.fans.prediction.features import READ, Sheet
from xiaodian.modules.orders.service.search_index import index_orders_again

pytestmark = pytest.mark.usefixtures("midday")

TABLES_OF_ORDERS = """
    SELECT table_schema || '.' || quote_ident(table_name) AS name FROM information_schema.columns
    WHERE column_name = 'order_id' AND table_schema IN ('orders', 'fans', 'insights')
"""


async def found(counter: Counter, **asked: Any) -> list[str]:
    """The orders that the desk lists, page by page."""
    ids: list[str] = []
    cursor = None
    while cursor is not None or not ids:
        query = {"limit": 7, **asked} | ({"cursor": cursor} if cursor else {})
        page = await counter.ask(counter.stage.host, "orders", **query)
        ids += [order["order_id"] for order in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(set(ids)) == len(ids)
    return ids


async def buy_in_other_ways(counter: Counter, rng: random.Random) -> UUID:
    """Orders from a video, and from a cart in which only one of two products is of the room; answers the video."""
    one, two = counter.products[0], counter.products[1]
    video_id = await counter.market.video(str(one.product_id), str(two.product_id))
    for product in (one, two, one):
        order = await counter.order_from_video(product, video_id, 1000)
        await counter.pay_at(order, utc_now() - timedelta(hours=rng.randint(0, 9_000)))
    buyer = await counter.market.buyer()
    skus = one.skus[0], two.skus[0]
    rooms = counter.stage.room_id, None
    wanted = [(sku.sku_id, 1, sku.price_minor, room) for sku, room in zip(skus, rooms, strict=True)]
    for order in await buyer.orders(wanted):
        await buyer.pay(order["order_id"])
    return video_id


async def place_when_paid(counter: Counter) -> None:
    """Orders whose payment a test put into the past were also placed then, as their ids say; and all can be found."""
    async with counter.ctx.database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        tables = [row["name"] for row in await connection.fetch(TABLES_OF_ORDERS)]
        rows = await connection.fetch("SELECT order_id, paid_at FROM orders.order WHERE paid_at IS NOT NULL")
        new = [(row[0], UUID(int=earliest_id(row[1]).int + row[0].int % 2**64)) for row in rows]
        for table in tables:
            await connection.executemany(f"UPDATE {table} SET order_id = $2 WHERE order_id = $1", new)
        await connection.execute("SET LOCAL session_replication_role = DEFAULT")
        await index_orders_again(connection, [each for _, each in new])


@pytest.fixture
async def video_id(counter: Counter) -> UUID:
    """A history of two years in a shop, counted by everybody who counts; the video in it."""
    rng = random.Random(7)
    video_id = await buy_in_other_ways(counter, rng)
    await live_through(counter, rng, 45)
    await Observer.hear(counter, await list_all(counter))
    await place_when_paid(counter)
    return video_id


async def test_figures_of_fans_open_to_the_orders_that_they_count(counter: Counter, video_id: UUID) -> None:
    host = counter.stage.host
    today = (utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date()
    span = {"from": f"{today - timedelta(days=1000)}", "to": f"{today}"}

    report = (await counter.ask(host, "repurchase", **span))["period"]
    firsts = await found(counter, first=True, paid_from=span["from"], paid_to=span["to"])
    assert len(firsts) == report["fans"] > 3
    year = {"from": f"{today - timedelta(days=365)}", "to": f"{today}"}
    fans_of_year = (await counter.ask(host, "repurchase", **year))["period"]["fans"]
    assert len(await found(counter, first=True, paid_from=year["from"], paid_to=year["to"])) == fans_of_year

    cohort_days = {"first_from": span["from"], "first_to": span["to"]}
    bought = await found(counter, purchase=True, **cohort_days)
    again = await found(counter, again=True, **cohort_days)
    assert (len(bought) - len(again), set(again) <= set(bought)) == (report["fans"], True)
    assert len(again) > 3
    of_year = {"first_from": year["from"], "first_to": year["to"]}
    assert len(await found(counter, first=True, **of_year)) == fans_of_year

    cells = 0
    for cohort in (await counter.ask(host, "cohorts"))["items"]:
        assert len(await found(counter, first=True, first_month=cohort["first_month"])) == cohort["fans"]
        for cell in cohort["cells"]:
            month = next_month(cohort["first_month"], cell["age"])
            asked = {"purchase": True, "first_month": cohort["first_month"]} | days_of(month)
            assert len(await found(counter, **asked)) == cell["orders"], (cohort["first_month"], cell)
            cells += cell["orders"] > 0
    assert cells > 5

    sources = 0
    for kind, name in (("product", "product_id"), ("room", "room_id"), ("video", "video_id"), ("source", "source")):
        for one in (await counter.ask(host, f"repurchase/by/{kind}", **span))["items"]:
            asked = {name: one["key"], "purchase": True}
            assert len(await found(counter, **asked)) == one["orders"], (kind, one)
            assert len(await found(counter, **asked, first=True)) == one["firsts"], (kind, one)
            sources += kind == "source"
    assert sources == 3

    async with counter.ctx.database.connection() as connection:
        fans = await connection.fetch(
            "SELECT account_id FROM fans.fan WHERE shop_id = $1 AND paid_orders > 0", counter.stage.shop_id
        )
    for fan in fans:
        figures = (await counter.ask(host, f"fans/{fan['account_id']}"))["fan"]["figures"]
        buyer = {"buyer_id": str(fan["account_id"])}
        assert len(await found(counter, **buyer, purchase=True)) == figures["orders"]
        assert len(await found(counter, **buyer, paid=True)) == figures["paid_orders"]


async def test_each_repurchase_rate_opens_to_the_order_with_which_each_of_them_came_back(
    counter: Counter, video_id: UUID
) -> None:
    host, shop = counter.stage.host, f"/api/shops/{counter.stage.shop_id}"
    today = (utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date()
    came = 0
    for first, last in (
        (today - timedelta(days=1000), today),
        (today - timedelta(days=500), today - timedelta(days=40)),
    ):
        span = {"from": f"{first}", "to": f"{last}"}
        again = await found(counter, again=True, first_from=span["from"], first_to=span["to"])
        for rate in (await counter.ask(host, "repurchase", **span))["period"]["rates"]:
            path = f"{shop}/repurchase/returns?from={first}&to={last}&within={rate['within_days']}&limit=2"
            orders, items = await read_pages(host, path)
            assert (orders, len(items)) == (rate["came_back"], rate["came_back"]), (span, rate)
            assert len({item["buyer_id"] for item in items}) == len(items), "of each fan one"
            assert {item["order_id"] for item in items} <= set(again)
            came += len(items)
    assert came > 5
    refused = await host.get(f"{shop}/repurchase/returns?from={today}&to={today}&within=31")
    assert (refused.status_code, refused.json()["field"]) == (422, "within")


async def test_figures_of_days_rooms_and_videos_open_to_the_orders_that_they_count(
    counter: Counter, video_id: UUID
) -> None:
    stage, shop = counter.stage, {"shop_id": str(counter.stage.shop_id)}
    today = f"{(utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date()}"
    home = await counter.ask(stage.host, "home")
    told = {figure["key"]: figure["today"] for figure in home["figures"]}
    assert len(await found(counter, paid_from=today, paid_to=today)) == told["orders_paid"] > 0

    room = f"/api/rooms/{stage.room_id}/metrics"
    metrics = (await stage.host.get(room, params=shop)).json()["metrics"]
    in_room = {"sold_in_room_id": str(stage.room_id)}
    assert len(await found(counter, **in_room, paid=True)) == metrics["sums"]["orders_paid"] > 3
    products = (await stage.host.get(f"{room}/products", params=shop)).json()["items"]
    for product in products:
        asked = {**in_room, "product_id": product["product_id"], "paid": True}
        assert len(await found(counter, **asked)) == product["orders_paid"], product

    film = (await stage.host.get(f"/api/me/videos/{video_id}/metrics")).json()
    assert len(await found(counter, sold_in_video_id=str(video_id), paid=True)) == film["sums"]["orders_paid"] == 3


async def test_figures_of_coupons_open_to_the_orders_on_which_they_were_used(counter: Counter) -> None:
    market, product, host = counter.market, counter.products[0], counter.stage.host
    await market.coupon(per_account=5, quota=50)
    buyer, sku = await market.buyer(), product.skus[0]
    placed = []
    for code in ("SAVE5", "SAVE5", "SAVE5", "SAVE5", None):
        [order] = await buyer.orders([(sku.sku_id, 1, sku.price_minor)], shops=market.said(code))
        placed.append(order["order_id"])
    for order_id in (*placed[:3], placed[4]):
        await buyer.pay(order_id)
    once = {"Idempotency-Key": uuid4().hex}
    assert (await buyer.client.post(f"/api/orders/{placed[2]}/cancel", json={}, headers=once)).is_success
    await counter.hear()

    [coupon] = (await counter.ask(host, "coupons"))["items"]
    asked = {"coupon_id": coupon["coupon_id"]}
    assert await found(counter, **asked, not_cancelled=True, sort="oldest") == [placed[0], placed[1], placed[3]]
    assert coupon["redeemed"] == 3
    [used] = (await counter.ask(host, f"fans/{buyer.account_id}"))["coupons"]
    mine = await found(counter, **asked, buyer_id=str(buyer.account_id), purchase=True, sort="oldest")
    assert (mine, used["orders"]) == (placed[:2], 2)


async def test_figures_of_categories_moments_and_refunds_open_to_the_orders_that_they_count(
    counter: Counter, video_id: UUID
) -> None:
    stage, shop = counter.stage, {"shop_id": str(counter.stage.shop_id)}
    async with counter.ctx.database.connection() as connection:
        fans = await connection.fetch(
            "SELECT account_id FROM fans.fan WHERE shop_id = $1 AND orders > 0", counter.stage.shop_id
        )
        refunded = await connection.fetch(
            "SELECT DISTINCT order_id FROM orders.line_refund WHERE shop_id = $1", counter.stage.shop_id
        )
        # As if the room had been on air for these two years.
        await connection.execute("UPDATE live.room SET started_at = now() - interval '750 days'")
    by_category: dict[str, int] = {}
    for fan in fans:
        for each in (await counter.ask(stage.host, f"fans/{fan['account_id']}"))["categories"]:
            asked = {"category": each["category"], "purchase": True}
            assert len(await found(counter, **asked, buyer_id=str(fan["account_id"]))) == each["orders"] > 0
            by_category[each["category"]] = by_category.get(each["category"], 0) + each["orders"]
    for category, orders in by_category.items():
        assert len(await found(counter, category=category, purchase=True)) == orders
    assert await found(counter, category="no-such") == []

    minutes = (await stage.host.get(f"/api/rooms/{stage.room_id}/metrics/minutes", params=shop)).json()
    sold = [minute for minute in minutes["items"] if minute["orders_paid"]]
    for minute in sold[:12]:
        span = {"paid_from_ms": minute["at_ms"], "paid_to_ms": minute["at_ms"] + minutes["step_s"] * 1000}
        in_room = {"sold_in_room_id": str(stage.room_id), "paid": True}
        assert len(await found(counter, **in_room, **span)) == minute["orders_paid"], minute
    film = (await stage.host.get(f"/api/me/videos/{video_id}/metrics")).json()
    moments = [each for each in film["moments"] if each["orders_paid"]]
    for each in moments:
        span = {"video_from_ms": each["at_ms"], "video_to_ms": each["at_ms"] + film["step_s"] * 1000}
        of_film = {"sold_in_video_id": str(video_id), "paid": True}
        assert len(await found(counter, **of_film, **span)) == each["orders_paid"], each
    today = f"{(utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date()}"
    went_back = await found(counter, refunded_from=today, refunded_to=today)
    assert set(went_back) == {str(row["order_id"]) for row in refunded}
    assert (len(sold) > 3, len(moments), len(went_back) > 1, bool(by_category)) == (True, 1, True, True)


async def test_what_a_forecast_was_judged_by_opens_to_exactly_those_orders(counter: Counter, video_id: UUID) -> None:
    today = (utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date()
    judged: list[int] = []
    async with counter.ctx.database.connection() as connection:
        for ago, every in ((ago, 1 + ago // WITHIN_DAYS % 3 // 2) for ago in range(WITHIN_DAYS, 690, WITHIN_DAYS)):
            start = today - timedelta(days=ago)
            span = UUID(int=0), UUID(int=2**128 - 1)
            rows = await connection.fetch(READ, counter.stage.shop_id, start, WITHIN_DAYS, every, *span)
            sheet = Sheet.of([tuple(row) for row in rows])
            came = {str(one) for one, has in zip(sheet.account_ids, sheet.came, strict=True) if has}
            asked = {
                "purchase": True,
                "paid_from": f"{start}",
                "paid_to": f"{start + timedelta(days=WITHIN_DAYS - 1)}",
                "bought_to": f"{start - timedelta(days=1)}",
                "one_in": every,
            }
            ids = [UUID(one) for one in await found(counter, **asked)]
            buyers = await connection.fetch(
                "SELECT DISTINCT buyer_id FROM orders.order WHERE order_id = ANY($1::uuid[])", ids
            )
            assert {str(row["buyer_id"]) for row in buyers} == came, (ago, every)
            judged.append(len(came))
    assert sum(judged) > 3


async def test_who_may_not_see_fans_cannot_ask_whose_orders_they_are(counter: Counter, sign_up: SignUp) -> None:
    client, account_id = await sign_up("仓库")
    async with counter.ctx.database.connection() as connection:
        columns = "shop_id, account_id, role"
        await connection.execute(
            f"INSERT INTO shops.staff ({columns}) VALUES ($1, $2, 'warehouse')", counter.stage.shop_id, account_id
        )
    path = f"/api/shops/{counter.stage.shop_id}/orders"
    assert (await client.get(path, params={"paid": True})).status_code == 200
    for asked in (
        {"buyer_id": str(account_id)},
        {"first": True},
        {"first_month": "2026-11"},
        {"again": True},
        {"bought_to": "2026-11-01"},
    ):
        for each in (path, f"{path}/counts"):
            assert (await client.get(each, params=asked)).status_code == 403, asked


def next_month(month: str, age: int) -> str:
    """`age` months on."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + age
    return f"{number // 12}-{number % 12 + 1:02}"


def days_of(month: str) -> dict[str, str]:
    """First and last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    leap = year % 4 == 0
    last = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][number - 1]
    return {"paid_from": f"{month}-01", "paid_to": f"{month}-{last}"}
