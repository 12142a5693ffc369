"""Fans and the sums over them say what the orders say, whatever came late or twice, and whatever was refunded."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.modules.fans.counter import Counter
from tests.modules.insights.observer import late_and_twice
from tests.modules.insights.test_sales import give_back
from tests.outbox import list_envelopes

from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.service import move_by_time

pytestmark = pytest.mark.usefixtures("midday")


async def live_through(counter: Counter, rng: random.Random, deeds: int) -> None:
    """Buyers buy over two years, get all or some of it back or cancel; events are heard late, some twice."""
    buyers = [await counter.market.buyer(f"买家{number}") for number in range(5)]
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + 1000")
    paid: list[dict[str, Any]] = []
    for _ in range(deeds):
        match rng.choice(("pay", "pay", "pay", "outside", "refund", "all", "hear")):
            case "pay":
                order = await counter.order(rng.choice(buyers), rng.choice(counter.products))
                await counter.pay_at(order, utc_now() - timedelta(hours=rng.randint(0, 17_000)))
                paid.append(order)
            case "outside":
                buyer, sku = rng.choice(buyers), rng.choice(counter.products).skus[0]
                [order] = await buyer.orders([(sku.sku_id, 1, sku.price_minor)])
                await buyer.pay(order["order_id"])
                await counter.pay_at(order, utc_now() - timedelta(hours=rng.randint(0, 17_000)))
                paid.append(order)
            case "refund" if paid:
                await give_back(counter, paid.pop(rng.randrange(len(paid))), rng.randint(1, 900))
            case "all" if paid:
                order = paid.pop(rng.randrange(len(paid)))
                await give_back(counter, order, order["total_minor"], 1)
            case _:
                await counter.hear(late_and_twice(await counter.events(), rng))
    await counter.hear(late_and_twice(await counter.events(), rng))


@pytest.mark.parametrize("seed", [1, 2, 5])
async def test_after_a_random_history_fans_are_those_of_a_rebuild_to_the_row(counter: Counter, seed: int) -> None:
    await live_through(counter, random.Random(seed), 45)
    counted = await counter.all_rows()
    assert all(counted[table] for table in ("purchase", "fan", "cohort", "first_day", "bringer", "segment_size"))
    await counter.hear(await list_all(counter))
    assert await counter.all_rows() == counted
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE fans.purchase SET nth = nth + 1, gmv_minor = 7")
        await connection.execute("UPDATE fans.cohort SET orders = orders + 5")
        await connection.execute("DELETE FROM fans.pause")
    await counter.rebuild()
    assert await counter.all_rows() == counted


async def test_what_lies_beside_a_fan_for_conditions_is_never_older_than_the_purchases(counter: Counter) -> None:
    rng = random.Random(3)
    for _ in range(3):
        await live_through(counter, rng, 12)
        kept = await counter.histories()
        async with counter.ctx.database.connection() as connection:
            await connection.execute("DELETE FROM fans.history")
        await counter.write_histories()
        anew = await counter.histories()
        assert kept.items() <= anew.items()
    assert len(kept) < len(anew)


async def test_of_who_gave_everything_back_no_history_of_purchases_stays(counter: Counter) -> None:
    back, stays = [await counter.market.buyer(name) for name in ("小丹", "小海")]
    orders = [await counter.order(buyer, counter.products[0]) for buyer in (back, stays)]
    for order in orders:
        await counter.pay_at(order, utc_now() - timedelta(days=3))
    await counter.hear()
    await counter.write_histories()
    assert len(await counter.rows_of("history")) == 2
    await give_back(counter, orders[0], orders[0]["total_minor"], 1)
    await counter.hear()
    await counter.write_histories()
    assert [row["account_id"] for row in await counter.rows_of("history")] == [stays.account_id]


async def buy_in_turn(counter: Counter, rng: random.Random, deeds: int) -> None:
    """Each order is newer than all before it, as most are; some is given back. Much or little is heard at once."""
    buyers = [await counter.market.buyer(f"买家{number}") for number in range(3)]
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + 1000")
    paid: list[dict[str, Any]] = []
    at = utc_now() - timedelta(days=700)
    for _ in range(deeds):
        at += timedelta(hours=rng.choice((1, 30, 900)))
        match rng.choice(("show", "show", "outside", "outside", "refund", "hear")):
            case "show":
                paid.append(await counter.order(rng.choice(buyers), rng.choice(counter.products)))
                await counter.pay_at(paid[-1], at)
            case "outside":
                buyer, sku = rng.choice(buyers), rng.choice(counter.products).skus[0]
                [order] = await buyer.orders([(sku.sku_id, 1, sku.price_minor)])
                await buyer.pay(order["order_id"])
                await counter.pay_at(order, at)
                paid.append(order)
            case "refund" if paid:
                await give_back(counter, paid.pop(rng.randrange(len(paid))), rng.randint(1, 90))
            case _:
                await counter.hear(late_and_twice(await counter.events(), rng))
    await counter.hear(late_and_twice(await counter.events(), rng))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_orders_that_follow_each_other_give_the_figures_of_a_rebuild_to_the_row(
    counter: Counter, seed: int
) -> None:
    await buy_in_turn(counter, random.Random(seed), 40)
    counted = await counter.all_rows()
    assert all(counted[table] for table in ("purchase", "cohort", "first_day", "bringer", "pause"))
    assert any(row["back_ever"] for row in await counter.rows_of("bringer"))
    await counter.rebuild()
    assert await counter.all_rows() == counted


async def list_all(counter: Counter) -> Any:
    """Every event of orders so far."""
    async with counter.ctx.database.connection() as connection:
        return await list_envelopes(connection, "OrderPaid", "OrderRefunded", "OrderCancelled")


async def test_an_order_that_was_refunded_wholly_is_no_purchase_and_makes_nobody_come_back(counter: Counter) -> None:
    buyer = await counter.market.buyer()
    product = counter.products[1]
    first = await counter.order(buyer, product)
    await counter.pay_at(first, utc_now() - timedelta(days=40))
    sku = product.skus[0]
    [second] = await buyer.orders([(sku.sku_id, 1, sku.price_minor)])
    await buyer.pay(second["order_id"])
    await counter.pay_at(second, utc_now() - timedelta(days=20))
    await counter.hear()
    host = counter.stage.host
    days = {"from": f"{utc_now() - timedelta(days=50):%Y-%m-%d}", "to": f"{utc_now():%Y-%m-%d}"}
    rate = (await counter.ask(host, "repurchase", **days))["period"]["rates"][0]
    assert rate == {"within_days": 30, "of": 1, "came_back": 1, "rate": 1.0}
    await give_back(counter, second, second["total_minor"], 1)
    await counter.hear()
    report = await counter.ask(host, "repurchase", **days)
    assert report["period"]["rates"][0] == {"within_days": 30, "of": 1, "came_back": 0, "rate": 0.0}
    assert (report["period"]["once"], report["period"]["fans"]) == (1, 1)
    page = await counter.ask(host, f"fans/{buyer.account_id}")
    assert (page["fan"]["figures"]["orders"], page["fan"]["figures"]["paid_orders"]) == (1, 2)
    assert page["fan"]["figures"]["returned_share"] == 0.5
    assert [order["is_counted"] for order in page["orders"]] == [False, True]


async def test_two_orders_in_one_show_are_one_occasion(counter: Counter) -> None:
    buyer = await counter.market.buyer()
    for hours in (900, 899):
        await counter.pay_at(await counter.order(buyer, counter.products[1]), utc_now() - timedelta(hours=hours))
    await counter.hear()
    figures = (await counter.ask(counter.stage.host, f"fans/{buyer.account_id}"))["fan"]["figures"]
    assert (figures["orders"], figures["occasions"]) == (2, 1)
    days = {"from": f"{utc_now() - timedelta(days=50):%Y-%m-%d}", "to": f"{utc_now():%Y-%m-%d}"}
    assert (await counter.ask(counter.stage.host, "repurchase", **days))["period"]["once"] == 1


async def test_time_alone_moves_a_fan_from_new_to_slipping_to_lost_and_it_is_told_and_kept(counter: Counter) -> None:
    buyer = await counter.market.buyer()
    await counter.order(buyer, counter.products[1])
    await counter.hear()
    await counter.move_by_time(utc_now() + timedelta(days=31))
    await counter.move_by_time(utc_now() + timedelta(days=61))
    await counter.move_by_time(utc_now() + timedelta(days=181))
    page = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    assert [move["to_segment"] for move in page["moves"]] == ["lost", "slipping", "active", "new"]
    assert page["fan"]["segment"] == "lost"
    sizes = {one["segment"]: one["fans"] for one in (await counter.ask(counter.stage.host, "segments"))["items"]}
    assert {name: size for name, size in sizes.items() if size} == {"lost": 1}
    [listed] = (await counter.ask(counter.stage.host, "fans", segment="lost"))["items"]
    assert UUID(listed["account_id"]) == buyer.account_id
    async with counter.ctx.database.connection() as connection:
        assert len(await list_envelopes(connection, "FanMoved")) == 4


async def test_all_whose_day_has_come_move_however_many_they_are(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_by_time, "FOUND_AT_ONCE", 2)
    monkeypatch.setattr(move_by_time, "FANS_AT_ONCE", 1)
    for _ in range(5):
        await counter.order(await counter.market.buyer(), counter.products[1])
    await counter.hear()
    await counter.move_by_time(utc_now() + timedelta(days=61))
    sizes = {one["segment"]: one["fans"] for one in (await counter.ask(counter.stage.host, "segments"))["items"]}
    assert {name: size for name, size in sizes.items() if size} == {"slipping": 5}


async def test_the_last_days_are_those_of_the_books_and_not_of_any_other_clock(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At seven in the evening in UTC it is tomorrow in the books: who first bought within the hour belongs to today."""
    now = utc_now().replace(hour=19, minute=30, second=0, microsecond=0) - timedelta(days=1)
    monkeypatch.setattr("xiaodian.modules.fans.routes.utc_now", lambda: now)
    buyer = await counter.market.buyer()
    await counter.pay_at(await counter.order(buyer, counter.products[1]), now - timedelta(minutes=20))
    await counter.hear()
    report = await counter.ask(counter.stage.host, "repurchase", days=7)
    today = (now + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date()
    assert report["today"] == report["period"]["last"] == today.isoformat() != now.date().isoformat()
    assert (report["period"]["first"], report["period"]["fans"]) == ((today - timedelta(days=6)).isoformat(), 1)
    compared = report["compared"]
    assert (compared["first"], compared["last"], compared["fans"]) == (
        (today - timedelta(days=13)).isoformat(),
        (today - timedelta(days=7)).isoformat(),
        0,
    )
