"""Viewers like, watch and pass on videos; what is counted is counted once and is always true."""

import asyncio
import random
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.live.stage import envelope_of
from tests.modules.content.studio import Studio, video
from tests.outbox import list_envelopes

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import LearnedMoment, VideoId
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.content.api import set_moments
from xiaodian.modules.content.service.count import KEPT, LATE_AT_MOST, forget_views
from xiaodian.modules.content.video_rules import LIKES_PER_MINUTE, SHARES_PER_MINUTE

HOUR_MS = 3_600_000


def report(
    video_id: VideoId, viewer_id: UUID, *, ago_ms: int = 0, kind: BehaviourKind = BehaviourKind.ENTERED
) -> Envelope:
    item = Behaviour(kind=kind, video_id=video_id, at_ms=to_epoch_ms(utc_now()) - ago_ms)
    return envelope_of(BehaviourReported(viewer_id=viewer_id, account_id=None, items=[item]))


async def _views(studio: Studio, video_id: str) -> int:
    views: int = (await studio.see(video_id))["views"]
    return views


async def test_likes_count_once_however_often_and_however_many_press_at_once(studio: Studio) -> None:
    video_id = await studio.publish()
    fans = [(await studio.sign_up(f"粉{number}"))[0] for number in range(8)]
    path = f"/api/videos/{video_id}/like"
    answers = await asyncio.gather(*(fan.put(path) for fan in fans for _ in range(3)))
    assert {answer.status_code for answer in answers} == {204}
    await asyncio.gather(*(fan.delete(path) for fan in fans[:3] for _ in range(2)))
    told = await _told_likes(studio)
    assert len(told) == 11
    for _ in range(2):
        await studio.repeat("content-likes", told)
    assert (await studio.see(video_id))["likes"] == 5
    assert (await studio.see(video_id, fans[0]))["is_liked"] is False
    assert (await studio.see(video_id, fans[7]))["is_liked"] is True
    assert await studio.rows("video_like", video_id) == 5


async def test_ones_own_like_is_true_at_once_and_all_others_see_it_when_it_is_counted(studio: Studio) -> None:
    video_id = await studio.publish()
    (mine, _), (other, _) = await studio.sign_up("我"), await studio.sign_up("别人")
    path = f"/api/videos/{video_id}/like"

    async def _seen(viewer: httpx.AsyncClient) -> tuple[int, bool]:
        view = await studio.see(video_id, viewer)
        return view["likes"], view["is_liked"]

    assert (await mine.put(path)).status_code == 204
    assert [await _seen(mine), await _seen(other)] == [(1, True), (0, False)]
    await studio.repeat("content-likes", await _told_likes(studio))
    assert [await _seen(mine), await _seen(other)] == [(1, True), (1, False)]
    assert (await mine.delete(path)).status_code == 204
    assert [await _seen(mine), await _seen(other)] == [(0, False), (1, False)]
    await studio.repeat("content-likes", await _told_likes(studio))
    assert [await _seen(mine), await _seen(other)] == [(0, False), (0, False)]


async def test_likes_come_out_the_same_whatever_is_told_late_twice_or_in_another_order(studio: Studio) -> None:
    chance = random.Random(7)
    videos = [await studio.publish() for _ in range(3)]
    fans = [(await studio.sign_up(f"粉{number}"))[0] for number in range(5)]
    likes: set[tuple[str, int]] = set()
    for _ in range(80):
        video_id, number = chance.choice(videos), chance.randrange(len(fans))
        wanted = chance.random() < 0.6
        await (fans[number].put if wanted else fans[number].delete)(f"/api/videos/{video_id}/like")
        (likes.add if wanted else likes.discard)((video_id, number))
        if chance.random() < 0.3:
            told = await _told_likes(studio)
            await studio.repeat("content-likes", chance.choices(told, k=len(told)))
    told = await _told_likes(studio)
    chance.shuffle(told)
    await studio.repeat("content-likes", told)
    for video_id in videos:
        assert (await studio.see(video_id))["likes"] == sum(liked == video_id for liked, _ in likes)
        assert await studio.rows("video_like", video_id) == sum(liked == video_id for liked, _ in likes)


async def test_a_batch_of_likes_changes_one_row_of_the_film_and_says_so_once(studio: Studio) -> None:
    video_id = await studio.publish()
    fans = [(await studio.sign_up(f"粉{number}"))[0] for number in range(6)]
    await asyncio.gather(*(fan.put(f"/api/videos/{video_id}/like") for fan in fans))
    await studio.repeat("content-likes", await _told_likes(studio))
    async with studio.ctx.database.connection() as connection:
        counters = await connection.fetch("SELECT likes FROM content.video_count WHERE likes <> 0")
        counted = await list_envelopes(connection, "VideoLikesCounted")
    assert [row["likes"] for row in counters] == [6]
    assert len(counted) == 1


async def test_a_like_of_a_film_that_nobody_may_see_is_refused_while_others_of_its_batch_stand(studio: Studio) -> None:
    shown, draft = await studio.publish(), await studio.draft()
    (first, _), (second, _) = await studio.sign_up("甲"), await studio.sign_up("乙")
    wanted = [first.put(f"/api/videos/{each}/like") for each in (draft, shown, uuid4())]
    answers = await asyncio.gather(*wanted, second.put(f"/api/videos/{shown}/like"))
    assert [answer.status_code for answer in answers] == [404, 204, 404, 204]
    assert await studio.rows("video_like", draft) == 0
    assert await studio.rows("video_like", shown) == 2


async def _told_likes(studio: Studio) -> list[Envelope]:
    async with studio.ctx.database.connection() as connection:
        return list(await list_envelopes(connection, "VideoLiked"))


async def test_liking_and_passing_on_in_bulk_is_slowed_down(studio: Studio) -> None:
    video_id = await studio.publish()
    fan, _ = await studio.sign_up("粉")
    shared = [await fan.post(f"/api/videos/{video_id}/shares") for _ in range(SHARES_PER_MINUTE.burst + 3)]
    assert 429 in [answer.status_code for answer in shared]
    assert (await studio.see(video_id))["shares"] == [answer.status_code for answer in shared].count(204)
    liked = await asyncio.gather(*(fan.put(f"/api/videos/{video_id}/like") for _ in range(LIKES_PER_MINUTE.burst + 30)))
    assert 429 in [answer.status_code for answer in liked]


async def test_a_view_counts_once_an_hour_for_each_viewer_whatever_comes_late_or_twice(studio: Studio) -> None:
    first, second = await studio.publish(), await studio.publish()
    mine, other = uuid4(), uuid4()
    envelopes = [
        report(video(first), mine),
        report(video(first), mine),
        report(video(first), other),
        report(video(second), mine),
        report(video(first), mine, kind=BehaviourKind.SEEN),
        report(video(first), mine, kind=BehaviourKind.WATCHED),
        report(VideoId(uuid4()), mine),
    ]
    for _ in range(3):
        await studio.repeat("content-views", envelopes)
    assert (await _views(studio, first), await _views(studio, second)) == (2, 1)
    await studio.repeat("content-views", [report(video(first), mine, ago_ms=2 * HOUR_MS)])
    assert await _views(studio, first) == 3
    late_ms = int(LATE_AT_MOST.total_seconds() * 1000) + HOUR_MS
    await studio.repeat("content-views", [report(video(first), mine, ago_ms=late_ms)])
    await studio.repeat("content-views", [report(video(first), mine, ago_ms=-2 * HOUR_MS)])
    assert await _views(studio, first) == 3


async def test_many_batches_at_once_lose_no_view_and_wait_for_none(studio: Studio) -> None:
    video_id = await studio.publish()
    viewers = [uuid4() for _ in range(300)]
    batches = [
        [report(video(video_id), viewer) for viewer in viewers[start:] + viewers[:start]] for start in range(0, 240, 40)
    ]
    await asyncio.gather(*(studio.repeat("content-views", batch) for batch in batches))
    assert await _views(studio, video_id) == 300


async def test_who_watched_is_forgotten_and_the_count_stays(studio: Studio) -> None:
    video_id = await studio.publish()
    await studio.repeat("content-views", [report(video(video_id), uuid4())])
    async with studio.ctx.database.connection() as connection:
        await connection.execute("UPDATE content.video_view SET hour = hour - $1::interval", KEPT * 2)
    await forget_views(studio.ctx.database)
    assert (await studio.rows("video_view", video_id), await _views(studio, video_id)) == (0, 1)


async def test_nobody_counts_on_a_video_that_is_not_shown(studio: Studio) -> None:
    video_id = await studio.draft()
    fan, _ = await studio.sign_up("粉")
    await studio.repeat("content-views", [report(video(video_id), uuid4())])
    for method, path in (("PUT", "like"), ("POST", "shares"), ("POST", "comments"), ("POST", "reports")):
        body: Any = {"comments": {"text": "好"}, "reports": {"reason": "spam"}}.get(path)
        answer = await fan.request(method, f"/api/videos/{video_id}/{path}", json=body)
        assert answer.status_code == 404, path
    assert await studio.rows("video_count", video_id) == 0


async def test_prices_and_stock_in_a_videos_bag_are_those_of_the_moment(studio: Studio) -> None:
    video_id = await studio.publish(products=[studio.product(0, at_ms=3_000, show_ms=4_000), studio.product(1)])
    sku_id = studio.stage.sku().sku_id
    view = await studio.see(video_id)
    assert [(item["number"], item["title"]) for item in view["bag"]] == [(1, "丹东草莓"), (2, "五常大米")]
    assert (view["bag"][0]["skus"][0]["price_minor"], view["bag"][0]["skus"][0]["available"]) == (2990, 10)
    assert [(cue["at_ms"], cue["show_ms"], cue["reason"]) for cue in view["cues"]] == [
        (3_000, 4_000, "creator"),
        (14_500, 8_000, "spread"),
    ]
    # A price of a room is that room's alone.
    await studio.stage.fill_bag()
    priced = await studio.creator.put(f"{studio.stage.control}/skus/{sku_id}/price", json={"price_minor": 1990})
    assert priced.is_success, priced.text
    assert (await studio.creator.put(f"/api/skus/{sku_id}/stock", json={"available": 0})).is_success
    sku = (await studio.see(video_id))["bag"][0]["skus"][0]
    assert (sku["price_minor"], sku["available"]) == (2990, 0)
    off = await studio.creator.patch(f"/api/products/{studio.stage.products[0].product_id}", json={"state": "off"})
    assert off.is_success, off.text
    view = await studio.see(video_id)
    assert [item["number"] for item in view["bag"]] == [2]
    assert [cue["product_id"] for cue in view["cues"]] == [str(studio.stage.products[1].product_id)]


async def test_learned_moments_are_shown_where_the_creator_left_them_open(studio: Studio) -> None:
    video_id = await studio.publish(products=[studio.product(0, at_ms=1_000), studio.product(1)])
    mine, open_one = (product.product_id for product in studio.stage.products)
    learned = [
        LearnedMoment(product_id=product_id, at_ms=21_000, show_ms=6_000, weight=1, reason="orders")
        for product_id in (mine, open_one)
    ]
    learned.append(
        LearnedMoment(product_id=ProductId(uuid4()), at_ms=1, show_ms=1, weight=1, reason="of another video")
    )
    async with studio.ctx.database.transaction() as connection:
        await set_moments(connection, video(video_id), learned)
    view = await studio.see(video_id)
    assert [(cue["at_ms"], cue["reason"]) for cue in view["cues"]] == [(1_000, "creator"), (21_000, "orders")]
    await studio.edit(video_id, products=[studio.product(0)])
    assert await studio.rows("video_moment", video_id) == 1
