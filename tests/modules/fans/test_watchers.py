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
    for _ in range(2):
        await counter.watch(reports)
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


async def test_a_host_hears_of_a_regular_who_has_just_come_in_and_of_nobody_else(counter: Counter) -> None:
    regular, watcher = await counter.market.buyer("老友"), await counter.market.buyer("路人")
    await counter.order(regular, counter.products[1])
    await counter.hear()
    items = [{"room_id": str(counter.stage.room_id), "kind": "entered"}]
    for who in (regular, watcher):
        answer = await who.client.post("/api/behaviour", json={"viewer_id": str(uuid4()), "items": items})
        assert answer.status_code == 204, answer.text
    await counter.watch(await counter.reports())
    told = await counter.ask(counter.stage.host, "fans/arrivals", room_id=str(counter.stage.room_id))
    assert [(each["name"], each["orders"]) for each in told["items"]] == [("老友", 1)]
    arrivals = f"/api/shops/{counter.stage.shop_id}/fans/arrivals"
    params = {"room_id": str(counter.stage.room_id)}
    for stranger in (counter.other, regular.client):
        assert (await stranger.get(arrivals, params=params)).status_code == 404
    async with counter.ctx.database.connection() as connection:
        await connection.execute("UPDATE fans.visit SET watched_first_at = now() - interval '3 minutes'")
    assert (await counter.ask(counter.stage.host, "fans/arrivals", **params)) == {"items": []}


async def test_a_fans_page_names_the_coupons_that_were_used(counter: Counter) -> None:
    buyer = await counter.market.buyer()
    terms = {"code": "HELLO5", "off_minor": 500, "quota": 5, "min_spend_minor": 0, "per_account": 1}
    terms["valid_until_ms"] = 4_000_000_000_000
    made = await counter.stage.host.post(f"/api/shops/{counter.stage.shop_id}/coupons", json=terms)
    assert made.status_code == 201, made.text
    sku = counter.products[1].skus[0]
    line = {"sku_id": str(sku.sku_id), "quantity": 1, "price_minor": sku.price_minor}
    said = [{"shop_id": str(counter.stage.shop_id), "coupon_code": "HELLO5", "note": ""}]
    placed = await buyer.checkout([], lines=[line], shops=said)
    assert placed.status_code == 201, placed.text
    await buyer.pay(placed.json()["orders"][0]["order_id"])
    await counter.hear()
    page = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}")
    assert [(each["off_minor"], each["orders"]) for each in page["coupons"]] == [(500, 1)]


async def test_who_first_came_by_a_link_handed_on_is_told_so_and_who_came_before_is_not(counter: Counter) -> None:
    invited, regular = await counter.market.buyer(), await counter.market.buyer()
    seen = {"room_id": str(counter.stage.room_id), "kind": "entered"}
    for who, item in ((invited, seen | {"is_shared": True}), (regular, seen | {"ago_ms": 60_000})):
        answer = await who.client.post("/api/behaviour", json={"viewer_id": str(uuid4()), "items": [item]})
        assert answer.status_code == 204, answer.text
    await counter.watch(await counter.reports())
    again = {"viewer_id": str(uuid4()), "items": [seen | {"is_shared": True}]}
    assert (await regular.client.post("/api/behaviour", json=again)).status_code == 204
    await counter.watch(await counter.reports())
    pages = [await counter.ask(counter.stage.host, f"fans/{who.account_id}") for who in (invited, regular)]
    assert [page["found_by"] for page in pages] == ["share", "room"]
