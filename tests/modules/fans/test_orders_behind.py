"""Who presses a figure that counts orders finds as many at the desk, by whatever it counts them."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SignUp
from tests.modules.fans.counter import Counter
from tests.modules.fans.test_counting import list_all, live_through
from tests.modules.insights.observer import Observer

from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import earliest_id
from xiaodian.modules.orders.service.search_index import index_orders_again

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


async def test_who_may_not_see_fans_cannot_ask_whose_orders_they_are(counter: Counter, sign_up: SignUp) -> None:
    client, account_id = await sign_up("仓库")
    async with counter.ctx.database.connection() as connection:
        columns = "shop_id, account_id, role"
        await connection.execute(
            f"INSERT INTO shops.staff ({columns}) VALUES ($1, $2, 'warehouse')", counter.stage.shop_id, account_id
        )
    path = f"/api/shops/{counter.stage.shop_id}/orders"
    assert (await client.get(path, params={"paid": True})).status_code == 200
    for asked in ({"buyer_id": str(account_id)}, {"first": True}, {"first_month": "2026-11"}, {"again": True}):
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
