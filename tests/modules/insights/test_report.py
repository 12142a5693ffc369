"""The report of a room that is over says what its orders say, also after refunds, beside the host's rooms before."""

import random
from collections import defaultdict
from statistics import median
from typing import Any

import httpx
from tests.modules.insights.observer import Observer
from tests.modules.insights.test_board import add_past_room
from tests.modules.insights.test_sales import give_back, live_through
from tests.modules.insights.test_visits import deed, report, send
from tests.modules.promotion.sales import open_sale

from xiaodian.contracts.insights import FeaturedSpan
from xiaodian.modules.insights.log_rules import Minute
from xiaodian.modules.insights.queries import SaleSums
from xiaodian.modules.insights.report_rules import beside_whole, find_best_minute

LINES = """
    SELECT line.*, o.paid_at, o.buyer_id FROM orders.line JOIN orders.order AS o USING (shop_id, order_id)
    WHERE line.room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND o.paid_at IS NOT NULL
"""


async def end_room(observer: Observer) -> None:
    """The host presses the button."""
    assert (await observer.stage.host.post(f"{observer.stage.control}/end")).is_success
    await observer.read_on()


async def read(observer: Observer, who: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    """The room's report as somebody sees it."""
    answer = await who.get(f"/api/rooms/{observer.stage.room_id}/report", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def values(found: dict[str, Any], part: str = "value") -> dict[str, Any]:
    """The figures of a report by their keys."""
    return {figure["key"]: figure[part] for figure in found["figures"]}


async def reckon(observer: Observer, viewers: int, views: int, shop_id: Any = None) -> dict[str, Any]:
    """The same figures from the lines of the orders, in plain Python; none of the buyers was among the viewers."""
    async with observer.ctx.database.connection() as connection:
        lines = await connection.fetch(LINES, observer.stage.room_id, shop_id)
    gmv = sum(line["amount_minor"] - line["off_minor"] for line in lines)
    returned = sum(line["refunded_minor"] + line["refunded_platform_minor"] for line in lines)
    buyers = len({line["buyer_id"] for line in lines})
    return {
        "gmv": gmv,
        "returned": returned,
        "gmv_net": gmv - returned,
        "orders_paid": len({line["order_id"] for line in lines}),
        "pieces": sum(line["quantity"] for line in lines),
        "buyers": buyers,
        "aov": gmv // buyers if buyers else None,
        "conversion": 0.0 if viewers else None,
        "gpm": gmv * 1000 // views if views else None,
        "uv_value": gmv // viewers if viewers else None,
    }


async def test_a_report_says_what_the_orders_say_whatever_happened_and_after_every_refund(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await observer.stage.go_on_air()
    for _ in range(8):
        await send(client, report(deed(observer, "entered"), deed(observer, "watched", watch_s=30)))
    await observer.take_reports(await observer.reports())
    await live_through(observer, random.Random(3), deeds=40)
    buyer = await observer.market.buyer()
    order = await observer.order(buyer, observer.products[0])
    await observer.hear()
    await end_room(observer)
    found = await read(observer, observer.stage.host)
    assert values(found).items() >= (await reckon(observer, viewers=8, views=8)).items()
    assert (values(found)["viewers"], values(found)["watch_average"]) == (8, 30.0)
    async with observer.ctx.database.connection() as connection:
        lines = await connection.fetch(LINES, observer.stage.room_id, None)
    brought: dict[str, int] = defaultdict(int)
    for line in lines:
        brought[str(line["product_id"])] += line["amount_minor"] - line["off_minor"]
    assert {each["product_id"]: each["gmv_minor"] for each in found["products"] if each["orders_paid"]} == brought
    assert [each["gmv_minor"] for each in found["products"]] == sorted(
        (each["gmv_minor"] for each in found["products"]), reverse=True
    )
    assert sum(minute["gmv_minor"] for minute in found["minutes"]["items"]) == values(found)["gmv"]

    await give_back(observer, order, 700)
    await observer.hear()
    after = await read(observer, observer.stage.host)
    assert values(after).items() >= (await reckon(observer, viewers=8, views=8)).items()
    assert values(after)["gmv_net"] == values(found)["gmv_net"] - 700
    assert after["at_ms"] > found["at_ms"]


async def test_a_report_stands_beside_the_median_and_the_last_of_the_rooms_before(observer: Observer) -> None:
    await observer.stage.go_on_air()
    await end_room(observer)
    async with observer.ctx.database.transaction() as connection:
        for gmv_minor in (1_00, 3_00, 20_00):
            await add_past_room(connection, observer, gmv_minor)
    found = await read(observer, observer.stage.host)
    sold = [gmv_minor + 99_999_00 for gmv_minor in (1_00, 3_00, 20_00)]
    assert (found["past_rooms"], values(found, "median")["gmv"]) == (3, median(sold))
    # All were on air on the same day; the one made last has the latest id.
    assert (values(found, "last")["gmv"], values(found, "last")["orders_paid"]) == (sold[-1], 2)
    assert (values(found)["gmv"], values(found, "median")["new_fans"]) == (0, 0)


async def test_what_a_report_says_of_the_room_before_is_what_that_rooms_own_report_says(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await observer.stage.go_on_air()
    buyer = await observer.market.buyer()
    await buyer.client.put(f"/api/creators/{observer.stage.host_id}/follow")
    await send(client, report(deed(observer, "entered"), deed(observer, "watched", watch_s=50)))
    await observer.take_reports(await observer.reports())
    await give_back(observer, await observer.order(buyer, observer.products[0]), 100)
    await observer.order(buyer, observer.foreign)
    await observer.hear()
    await observer.stage.say("多少钱")
    await end_room(observer)
    own = await read(observer, observer.stage.host)
    answer = await observer.stage.host.post("/api/rooms", json={"title": "下一场", "cover_url": None})
    first, observer.stage.room_id = observer.stage.room_id, answer.json()["room_id"]
    await observer.stage.go_on_air()
    await end_room(observer)
    found = await read(observer, observer.stage.host)
    assert (own["room_id"], values(own)["new_fans"], values(own)["comments"]) == (str(first), 1, 1)
    alone = {"fan_share_viewers", "fan_share_buyers"}
    last = {key: value for key, value in values(found, "last").items() if key not in alone}
    assert last == {key: value for key, value in values(own).items() if key not in alone}


async def test_a_room_nobody_came_to_and_one_never_on_air_have_reports_of_nothing(observer: Observer) -> None:
    await end_room(observer)
    found = await read(observer, observer.stage.host)
    assert (found["started_at_ms"], found["best_minute"], found["minutes"]["items"]) == (None, None, [])
    assert (values(found)["gmv"], values(found)["viewers"], values(found)["conversion"]) == (0, 0, None)


async def test_one_order_is_the_best_minute_and_the_only_product_that_brought_anything(observer: Observer) -> None:
    await observer.stage.go_on_air()
    await observer.order(await observer.market.buyer(), observer.products[0])
    await observer.hear()
    await end_room(observer)
    found = await read(observer, observer.stage.host)
    price = observer.products[0].skus[0].price_minor
    assert (found["best_minute"]["orders_paid"], found["best_minute"]["gmv_minor"]) == (1, price)
    assert found["products"][0]["product_id"] == str(observer.products[0].product_id)
    assert {step["key"]: step["people"] for step in found["steps"]}["paid"] == 1


async def test_a_flash_sale_tells_what_was_sold_of_it_in_this_room(observer: Observer) -> None:
    await observer.stage.go_on_air()
    product, buyer = observer.products[1], await observer.market.buyer()
    sale_id = await open_sale(observer.market, product.skus[0].sku_id, price_minor=500, set_aside=5)
    await buyer.pay((await buyer.orders([(product.skus[0].sku_id, 2, 500, observer.stage.room_id)]))[0]["order_id"])
    await buyer.pay((await buyer.orders([(product.skus[0].sku_id, 1, 500, None)]))[0]["order_id"])
    await observer.hear()
    await end_room(observer)
    [sale] = (await read(observer, observer.stage.host))["flash_sales"]
    assert (sale["flash_sale_id"], sale["title"], sale["set_aside"]) == (str(sale_id), product.title, 5)
    assert (sale["orders_paid"], sale["pieces"], sale["gmv_minor"]) == (1, 2, 1000)


async def test_a_shop_finds_in_the_report_of_anothers_room_its_own_sales_alone(observer: Observer) -> None:
    await observer.stage.go_on_air()
    buyer = await observer.market.buyer()
    for product in (observer.products[0], observer.foreign):
        await observer.order(buyer, product)
    await observer.hear()
    path = f"/api/rooms/{observer.stage.room_id}/report"
    assert (await observer.stage.host.get(path)).json()["type"].endswith("room_not_over")
    await end_room(observer)
    found = await read(observer, observer.other, shop_id=str(observer.other_shop_id))
    assert [each["product_id"] for each in found["products"]] == [str(observer.foreign.product_id)]
    expected = await reckon(observer, 0, 0, observer.other_shop_id)
    assert {key: values(found)[key] for key in ("gmv", "orders_paid", "buyers")} == {
        key: expected[key] for key in ("gmv", "orders_paid", "buyers")
    }
    hidden = ("viewers", "views", "new_fans", "online_max", "comments", "likes", "watch_average", "gpm", "uv_value")
    assert [values(found)[key] for key in hidden] == [None] * len(hidden)
    assert all(minute["online_max"] is None for minute in found["minutes"]["items"])
    assert found["best_minute"]["online_max"] is None
    assert (await buyer.client.get(path)).status_code == 404


def test_the_best_minute_is_the_one_that_brought_most_while_on_air_and_names_what_was_held_up() -> None:
    sales = [
        (0, SaleSums(1, 1, 1, 900, 0)),
        (60_000, SaleSums(2, 2, 2, 500, 0)),
        (3_600_000, SaleSums(9, 9, 9, 9_000, 0)),
    ]
    spans = [
        FeaturedSpan(cue_id=observed, product_id=observed, title=title, picture_url=None, start_ms=start, end_ms=end)  # type: ignore[arg-type]
        for observed, title, start, end in ((1, "草莓", 0, 10_000), (2, "大米", 10_000, None))
    ]
    best = find_best_minute(sales, {0: Minute(online_max=7)}, spans, (5_000, 120_000), sees_money=True)
    assert best is not None
    assert (best.at_ms, best.gmv_minor, best.online_max, best.title) == (0, 900, 7, "大米")
    blind = find_best_minute(sales, {}, [], (5_000, 120_000), sees_money=False)
    assert blind is not None
    assert (blind.at_ms, blind.gmv_minor, blind.orders_paid, blind.title) == (60_000, None, 2, None)
    assert find_best_minute([], {}, spans, (0, 60_000), sees_money=True) is None


def test_a_figure_that_no_room_before_can_tell_stands_alone() -> None:
    [figure] = beside_whole({"gpm": 5.0}, [{"gpm": None}, {}])
    assert (figure.value, figure.median, figure.last) == (5.0, None, None)
