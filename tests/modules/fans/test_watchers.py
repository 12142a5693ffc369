"""Who watches or follows is a fan before the first purchase, and stays the same fan after it."""

import random
from typing import Any
from uuid import uuid4

from tests.conftest import SignUp
from tests.modules.fans.counter import Counter
from tests.modules.feed.cinema import Cinema, Person
from tests.modules.insights.observer import late_and_twice
from tests.outbox import list_envelopes

from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import handlers
from xiaodian.modules.fans.service.count_comments import count_comments


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


async def test_what_somebody_says_and_likes_counts_once_and_a_like_taken_back_not_at_all(
    counter: Counter, sign_up: SignUp
) -> None:
    buyer, host = await counter.market.buyer(), Person(counter.stage.host, counter.stage.host_id)
    kept, dropped = [await Cinema(counter.ctx, sign_up).publish(host) for _ in range(2)]
    for video_id in (kept, dropped):
        assert (await buyer.client.put(f"/api/videos/{video_id}/like")).is_success
    assert (await buyer.client.delete(f"/api/videos/{dropped}/like")).is_success
    said = {"text": "多少钱"}
    assert (await buyer.client.post(f"/api/videos/{kept}/comments", json=said)).is_success
    for who in (buyer.client, counter.stage.host):
        assert (await who.post(f"/api/rooms/{counter.stage.room_id}/comments", json=said)).is_success
    async with counter.ctx.database.connection() as connection:
        told = await list_envelopes(connection, "VideoLiked", "VideoCommented")
    await take(counter, "fans-reactions", late_and_twice(told, random.Random(1)))
    for _ in range(2):
        await count_comments(counter.ctx, utc_now())
    page = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    assert (page["comments"], page["likes"], page["found_by"]) == (2, 1, "video")
    assert [(seen["comments"], seen["views"]) for seen in page["rooms"]] == [(1, 0)]
    [fan] = (await counter.ask(counter.stage.host, "fans", segment="watcher"))["items"]
    assert fan["account_id"] == str(buyer.account_id)
