"""ClickHouse says of a shop what PostgreSQL says, to the figure, whatever came late or twice."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.modules.fans.counter import Counter
from tests.modules.fans.test_counting import list_all, live_through
from tests.modules.fans.test_watchers import take
from tests.modules.insights.observer import late_and_twice
from tests.outbox import list_envelopes

from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.handlers import OfOrder
from xiaodian.modules.fans.outgrown.feed import feed_all, feed_orders
from xiaodian.modules.fans.outgrown.questions import InClickHouse
from xiaodian.modules.fans.outgrown.warehouse import Embedded, Server, Warehouse
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.service.questions import InPostgres

pytest.importorskip("chdb", reason="chdb could not be installed here")
decode_of_order = msgspec.json.Decoder(OfOrder).decode


@pytest.fixture(params=["embedded", "server"])
async def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Warehouse]:
    """The embedded engine, by itself and behind what speaks to a server."""
    engine = Embedded(f"chdb:{tmp_path}/ch")

    def _answer(asked: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=engine.run(asked.content.decode()))

    yield engine if request.param == "embedded" else Server("http://clickhouse", httpx.MockTransport(_answer))
    engine.close()


async def test_after_a_random_history_both_give_the_same_answers(counter: Counter, warehouse: Warehouse) -> None:
    rng, ctx = random.Random(7), counter.ctx
    watcher = await counter.market.buyer("看客")
    assert (await watcher.client.put(f"/api/creators/{counter.stage.host_id}/follow")).is_success
    async with ctx.database.connection() as connection:
        followed = await list_envelopes(connection, "CreatorFollowed")
    await take(counter, "fans-follows", followed)
    await live_through(counter, rng, 30)
    offset, now = ctx.settings.books_utc_offset_h, utc_now()
    await feed_all(ctx.database, warehouse, offset)
    await live_through(counter, rng, 30)
    told = late_and_twice(await list_all(counter), rng)
    for start in range(0, len(told), 10):
        ids = [decode_of_order(envelope.data).order_id for envelope in told[start : start + 10]]
        await feed_orders(ctx.database, warehouse, ids, offset)
    await feed_all(ctx.database, warehouse, offset)
    await counter.move_by_time(now)
    today = day_of_books(now, offset)
    async with ctx.database.connection() as connection:
        here, there = InPostgres(connection), InClickHouse(warehouse, connection)
        shop_id = counter.stage.shop_id
        for days in (1000, 200, 0):
            period = (today - timedelta(days=days), today)
            expected = await here.see_repurchase(shop_id, period, today)
            assert await there.see_repurchase(shop_id, period, today) == expected
        cohorts = await here.list_cohorts(shop_id, today)
        assert cohorts
        assert await there.list_cohorts(shop_id, today) == cohorts
        segments = await here.count_segments(shop_id, today)
        assert {each.segment for each in segments if each.fans} >= {"watcher", "lost"}
        assert await there.count_segments(shop_id, today) == segments
    await warehouse.forget(watcher.account_id)
    assert not await warehouse.ask(f"SELECT * FROM fan_known WHERE account_id = '{watcher.account_id}'")
    assert await warehouse.ask("SELECT * FROM fan_purchase LIMIT 1")
