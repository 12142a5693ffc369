"""Figures of sales say what the orders say, whatever came late or twice; nobody sees another shop's."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.modules.insights.observer import Observer, late_and_twice
from tests.modules.orders.market import Buyer

from xiaodian.contracts.orders import LineRefund, OrderId, OrderRefund
from xiaodian.kit.clock import utc_now
from xiaodian.modules.imports.api import list_noted
from xiaodian.modules.insights import api as insights
from xiaodian.modules.orders import api as orders

pytestmark = pytest.mark.usefixtures("midday")

# The same figures by another way: straight from the orders' own tables.
INDEPENDENT = """
    SELECT count(DISTINCT order_id) AS orders_placed,
        count(DISTINCT order_id) FILTER (WHERE paid_at IS NOT NULL) AS orders_paid,
        coalesce(sum(quantity) FILTER (WHERE paid_at IS NOT NULL), 0)::bigint AS pieces,
        coalesce(sum(amount_minor - line.off_minor) FILTER (WHERE paid_at IS NOT NULL), 0)::bigint AS gmv_minor,
        coalesce(sum(refunded_minor + refunded_platform_minor), 0)::bigint AS returned_minor,
        count(DISTINCT buyer_id) FILTER (WHERE paid_at IS NOT NULL) AS buyers
    FROM orders.line JOIN orders.order USING (shop_id, order_id)
    WHERE line.room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND ($3::uuid IS NULL OR product_id = $3)
"""


async def independent(observer: Observer, shop_id: Any = None, product_id: Any = None) -> dict[str, int]:
    """What the orders say themselves."""
    async with observer.ctx.database.connection() as connection:
        row = await connection.fetchrow(INDEPENDENT, observer.stage.room_id, shop_id, product_id)
    assert row is not None
    return dict(row)


async def give_back(observer: Observer, order: dict[str, Any], minor: int, quantity: int = 0) -> None:
    """What an after-sale does once it is agreed."""
    async with observer.ctx.database.transaction() as connection:
        locked = await orders.lock_orders(connection, [UUID(order["order_id"])])
        refund = OrderRefund(
            refund_id=uuid4(),
            lines=[LineRefund(line_no=0, quantity=quantity, refund_minor=minor, platform_minor=0)],
            freight_minor=0,
            reason="after_sale",
        )
        await orders.refund_lines(connection, locked[OrderId(UUID(order["order_id"]))], refund, utc_now())


async def live_through(observer: Observer, rng: random.Random, deeds: int) -> None:
    """Buyers order, pay, give up, get money back, at random; every event is heard late, some twice."""
    buyers = [await observer.market.buyer(f"买家{number}") for number in range(4)]
    await observer.market.coupon()
    paid: list[dict[str, Any]] = []
    waiting: list[tuple[Buyer, dict[str, Any]]] = []
    for _ in range(deeds):
        buyer, product = rng.choice(buyers), rng.choice(observer.products)
        match rng.choice(("pay", "pay", "place", "cancel", "refund", "hear")):
            case "pay" if rng.random() < 0.4 and waiting:
                payer, order = waiting.pop()
                await payer.pay(order["order_id"])
                paid.append(order)
            case "pay":
                paid.append(await observer.order(buyer, product))
            case "place":
                waiting.append((buyer, await observer.order(buyer, product, is_paid=False)))
            case "cancel" if waiting:
                payer, order = waiting.pop(0)
                answer = await payer.client.post(
                    f"/api/orders/{order['order_id']}/cancel", json={}, headers={"Idempotency-Key": uuid4().hex}
                )
                assert answer.status_code == 200, answer.text
            case "refund" if paid:
                await give_back(observer, paid.pop(rng.randrange(len(paid))), rng.randint(1, 900))
            case _:
                await observer.hear(late_and_twice(await observer.events(), rng))
    await observer.hear(late_and_twice(await observer.events(), rng))


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_a_random_history_the_figures_are_those_of_the_orders_and_of_a_rebuild(
    observer: Observer, seed: int
) -> None:
    await live_through(observer, random.Random(seed), 40)
    for who, shop_id, query in (
        (observer.stage.host, None, {}),
        (observer.stage.host, observer.stage.shop_id, {"shop_id": str(observer.stage.shop_id)}),
        (observer.other, observer.other_shop_id, {"shop_id": str(observer.other_shop_id)}),
    ):
        truth = await independent(observer, shop_id)
        metrics = (await observer.get(who, **query))["metrics"]
        assert metrics["sums"] | {"buyers": metrics["buyers_paid"]} == truth
        for product in (await observer.get(who, "/products", **query))["items"]:
            truth = await independent(observer, shop_id, UUID(product["product_id"]))
            assert {key: product[key] for key in truth} == truth
    counted = await observer.rows()
    assert counted["sale"]
    assert counted["refund"]
    await insights.rebuild(observer.ctx, list_noted)
    assert await observer.rows() == counted


async def test_refunds_take_back_what_was_sold_and_stand_in_the_hour_in_which_they_were_made(
    observer: Observer,
) -> None:
    buyer = await observer.market.buyer()
    order = await observer.order(buyer, observer.products[0], 2)
    await give_back(observer, order, 1000)
    await observer.hear()
    metrics = (await observer.get(observer.stage.host))["metrics"]
    assert (metrics["sums"]["gmv_minor"], metrics["sums"]["returned_minor"]) == (5980, 1000)
    assert metrics["gmv_net_minor"] == 4980
    today = utc_now() + timedelta(hours=8)
    days = await observer.stage.host.get(
        f"/api/shops/{observer.stage.shop_id}/days", params={"from": f"{today:%Y-%m-%d}", "to": f"{today:%Y-%m-%d}"}
    )
    [day] = days.json()["items"]
    assert (day["gmv_minor"], day["refunds"], day["refunded_minor"], day["buyers"]) == (5980, 1, 1000, 1)


async def test_a_buyer_counts_once_a_day_in_the_hour_of_the_first_payment_even_if_word_of_it_comes_last(
    observer: Observer,
) -> None:
    buyer = await observer.market.buyer()
    first = await observer.order(buyer, observer.products[0])
    second = await observer.order(buyer, observer.products[0])
    async with observer.ctx.database.connection() as connection:
        # A payment an hour before, on the same day of the books wherever the test runs.
        await connection.execute("UPDATE orders.order SET paid_at = '2026-05-05 04:10+00'")
        await connection.execute(
            "UPDATE orders.order SET paid_at = '2026-05-05 03:50+00' WHERE order_id = $1", UUID(first["order_id"])
        )
    events = await observer.events()
    await observer.hear([event for event in events if event.key == second["order_id"]])
    assert await buyers_by_hour(observer) == {4: 1}
    await observer.hear([event for event in events if event.key == first["order_id"]])
    assert await buyers_by_hour(observer) == {3: 1}


async def buyers_by_hour(observer: Observer) -> dict[int, int]:
    """Hours (UTC) with buyers."""
    async with observer.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT hour, buyers FROM insights.shop_hour WHERE buyers <> 0")
    return {row["hour"].hour: row["buyers"] for row in rows}


async def test_a_shop_sees_its_own_sales_in_anothers_room_and_nothing_else(observer: Observer) -> None:
    buyer = await observer.market.buyer()
    await observer.order(buyer, observer.products[0])
    await observer.order(buyer, observer.foreign)
    await observer.hear()
    seen = await observer.get(observer.other, shop_id=str(observer.other_shop_id))
    assert seen["metrics"]["sums"]["orders_paid"] == 1
    assert seen["metrics"]["traffic"] is None
    assert not seen["metrics"]["is_whole"]
    products = (await observer.get(observer.other, "/products", shop_id=str(observer.other_shop_id)))["items"]
    assert [product["title"] for product in products] == ["别家的蓝莓"]
    for minute in (await observer.get(observer.other, "/minutes", shop_id=str(observer.other_shop_id)))["items"]:
        assert minute["online_max"] is None
    whole = (await observer.get(observer.stage.host))["metrics"]
    assert whole["sums"]["orders_paid"] == 2
    rooms = (await observer.other.get(f"/api/shops/{observer.other_shop_id}/rooms")).json()["items"]
    assert [(room["is_own"], room["orders_paid"]) for room in rooms] == [(False, 1)]


async def test_who_sold_nothing_in_a_room_is_told_that_there_is_no_such_room(observer: Observer) -> None:
    path = f"/api/rooms/{observer.stage.room_id}/metrics"
    for part in ("", "/minutes", "/products"):
        assert (await observer.other.get(path + part)).status_code == 404
        mine = {"shop_id": str(observer.other_shop_id)}
        assert (await observer.other.get(path + part, params=mine)).status_code == 404
        anothers = {"shop_id": str(observer.stage.shop_id)}
        assert (await observer.other.get(path + part, params=anothers)).status_code == 404


async def test_staff_who_may_not_see_money_see_the_figures_without_it(observer: Observer, sign_up: Any) -> None:
    buyer = await observer.market.buyer()
    await observer.order(buyer, observer.products[0])
    await observer.hear()
    staff, staff_id = await sign_up("主播")
    async with observer.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'host')",
            observer.stage.shop_id,
            staff_id,
        )
    metrics = (await observer.get(staff, shop_id=str(observer.stage.shop_id)))["metrics"]
    assert metrics["sums"]["orders_paid"] == 1
    assert metrics["sums"]["gmv_minor"] is None
    assert metrics["gpm_minor"] is None
    days = await staff.get(
        f"/api/shops/{observer.stage.shop_id}/days", params={"from": "2026-01-01", "to": "2026-01-02"}
    )
    assert days.status_code == 403
    home = (await staff.get(f"/api/shops/{observer.stage.shop_id}/home")).json()
    assert home["money"] is None
    assert home["to_ship"] is None
    assert "gmv" not in [figure["key"] for figure in home["figures"]]
