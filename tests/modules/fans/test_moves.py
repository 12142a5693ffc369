"""The history of a fan's segments has the days on which they moved, also where these were counted long after."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.modules.fans.counter import Counter
from tests.modules.insights.test_sales import give_back

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.orders import OrderId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.content import api as content
from xiaodian.modules.fans import api as fans
from xiaodian.modules.fans.service.count_purchases import count_purchases
from xiaodian.modules.fans.service.count_reactions import count_follows

DAYS = 420
Bought = tuple[datetime, OrderId]


async def buy(counter: Counter, rng: random.Random, buyers: list[Any], deeds: int) -> list[Bought]:
    """Orders over more than a year, at most one a day of each buyer; some were given back."""
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + 1000")
    goods = [product for product in counter.products if product.shop_id == counter.stage.shop_id]
    bought: list[Bought] = []
    for number, day in enumerate(rng.sample(range(2, DAYS), deeds)):
        order = await counter.order(buyers[number % len(buyers)], rng.choice(goods))
        at = utc_now() - timedelta(days=day)
        await counter.pay_at(order, at)
        bought.append((at, OrderId(UUID(order["order_id"]))))
        if rng.random() < 0.2:
            await give_back(counter, order, rng.choice((100, order["total_minor"])), 1)
    return sorted(bought)


async def live_day_by_day(counter: Counter, bought: list[Bought]) -> None:
    """Every evening the orders of the day are counted, and who moves by time alone does."""
    utc_offset_h = counter.ctx.settings.books_utc_offset_h
    for ago in range(DAYS, -1, -1):
        evening = utc_now() - timedelta(days=ago)
        todays = [order_id for at, order_id in bought if evening - timedelta(days=1) < at <= evening]
        async with counter.ctx.database.transaction() as connection:
            await count_purchases(connection, todays, utc_offset_h, evening)
        await counter.move_by_time(evening)


async def moves_of(counter: Counter) -> list[tuple[Any, ...]]:
    """Who moved when, from where to where, and since when everybody is where they are."""
    async with counter.ctx.database.connection() as connection:
        moves = await connection.fetch(
            "SELECT account_id, moved_on, from_segment, to_segment FROM fans.move ORDER BY account_id, move_id"
        )
        since = await connection.fetch("SELECT account_id, segment, segment_since FROM fans.fan ORDER BY account_id")
    return [*map(tuple, moves), *map(tuple, since)]


@pytest.mark.parametrize("seed", [1, 2])
async def test_counted_all_at_once_and_rebuilt_fans_moved_on_the_days_on_which_they_would_have(
    counter: Counter, seed: int
) -> None:
    rng = random.Random(seed)
    buyers = [await counter.market.buyer(f"买家{number}") for number in range(4)]
    people = [AccountId(each.account_id) for each in buyers]
    bought = await buy(counter, rng, buyers, 24)
    await live_day_by_day(counter, bought)
    lived, rows = await moves_of(counter), await counter.all_rows()
    assert len({row[1] for row in lived}) > 8
    async with counter.ctx.database.connection() as connection:
        for table in ("fan", "purchase", "move", "segment_size", "cohort", "first_day", "bringer", "pause"):
            await connection.execute(f"DELETE FROM fans.{table}")
    await counter.hear()
    assert await moves_of(counter) != lived, "all is of today"

    for _ in range(2):
        assert await fans.rebuild_moves(counter.ctx, counter.stage.shop_id, people, utc_now()) == len(people)
        assert (await moves_of(counter), await counter.all_rows()) == (lived, rows)
    await counter.rebuild()
    assert (await moves_of(counter), await counter.all_rows()) == (lived, rows)


async def test_whoever_is_not_asked_about_keeps_the_history_and_who_followed_first_was_a_fan_from_then_on(
    counter: Counter,
) -> None:
    one, other = [await counter.market.buyer(name) for name in ("先关注", "另一位")]
    now = utc_now()
    for buyer in (one, other):
        await counter.pay_at(await counter.order(buyer, counter.products[1]), now - timedelta(days=20))
    host_id, who = counter.stage.host_id, AccountId(one.account_id)
    await content.follow_creator(counter.ctx, who, host_id)
    async with counter.ctx.database.transaction() as connection:
        await connection.execute("UPDATE content.follow SET since = $1", now - timedelta(days=50))
        await count_follows(connection, host_id, [who], counter.ctx.settings.books_utc_offset_h, now)
    await counter.hear()
    stranger = AccountId(UUID(int=7))
    assert await fans.rebuild_moves(counter.ctx, counter.stage.shop_id, [who, stranger], now) == 1
    later = now + timedelta(days=40)
    assert await fans.rebuild_moves(counter.ctx, counter.stage.shop_id, [who], later) == 0, "who is to be moved is left"

    def _day(ago: int) -> str:
        moment = now - timedelta(days=ago) + timedelta(hours=counter.ctx.settings.books_utc_offset_h)
        return moment.date().isoformat()

    page = await counter.ask(counter.stage.host, f"fans/{who}")
    assert [(move["moved_on"], move["to_segment"]) for move in page["moves"]] == [
        (_day(20), SegmentCode.NEW),
        (_day(50), SegmentCode.WATCHER),
    ]
    assert page["fan"]["segment_since"] == _day(20)
    page = await counter.ask(counter.stage.host, f"fans/{other.account_id}")
    assert [move["moved_on"] for move in page["moves"]] == [_day(0)]
