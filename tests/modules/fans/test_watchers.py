"""Who watches or follows is a fan before the first purchase, and stays the same fan after it."""

import random
from typing import Any
from uuid import uuid4

from tests.modules.fans.counter import Counter
from tests.modules.insights.observer import late_and_twice
from tests.outbox import list_envelopes

from xiaodian.modules.fans import handlers


async def take(counter: Counter, durable: str, envelopes: Any) -> None:
    """Hand events to one of the consumers."""
    [consumer] = [each for each in handlers.consumers(counter.ctx) if each.durable == durable]
    await consumer.handle(envelopes)


async def test_a_report_that_comes_twice_counts_once_and_a_watcher_who_buys_becomes_new(counter: Counter) -> None:
    buyer = await counter.market.buyer()
    room = {"room_id": str(counter.stage.room_id)}
    items = [room | {"kind": "entered"}, room | {"kind": "watched", "watch_s": 12}]
    answer = await buyer.client.post("/api/behaviour", json={"viewer_id": str(uuid4()), "items": items})
    assert answer.status_code == 204, answer.text
    reports = await counter.reports()
    assert reports
    await take(counter, "fans-visits", reports)
    await take(counter, "fans-visits", reports)
    page = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    assert (page["fan"]["segment"], page["views"], page["watch_s"]) == ("watcher", 1, 12)
    assert [(seen["orders"], seen["watch_s"]) for seen in page["rooms"]] == [(0, 12)]
    await counter.order(buyer, counter.products[1])
    await counter.hear()
    page = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    assert (page["fan"]["segment"], page["views"], page["watch_s"]) == ("new", 1, 12)
    assert [(seen["orders"], seen["watch_s"]) for seen in page["rooms"]] == [(1, 12)]
    assert [move["to_segment"] for move in page["moves"]] == ["new", "watcher"]


async def test_a_follower_is_a_watcher_whichever_way_the_words_come(counter: Counter) -> None:
    buyer = await counter.market.buyer()
    path = f"/api/creators/{counter.stage.host_id}/follow"
    assert (await buyer.client.put(path)).is_success
    assert (await buyer.client.delete(path)).is_success
    assert (await buyer.client.put(path)).is_success
    async with counter.ctx.database.connection() as connection:
        told = await list_envelopes(connection, "CreatorFollowed", "CreatorUnfollowed")
    await take(counter, "fans-follows", late_and_twice(told, random.Random(1)))
    [fan] = (await counter.ask(counter.stage.host, "fans", segment="watcher"))["items"]
    assert fan["account_id"] == str(buyer.account_id)
    assert fan["followed_at_ms"] is not None
