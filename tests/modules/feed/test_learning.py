"""The feed learns from what viewers do, from each thing once, and tells nobody what others did."""

import random
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.modules.feed.cinema import Cinema, video_ids

from xiaodian.contracts.base import Envelope
from xiaodian.infra.work import Consumer
from xiaodian.modules.feed import handlers
from xiaodian.modules.feed.service.learn import learn
from xiaodian.modules.feed.service.rebuild import rebuild


async def test_who_watches_a_topic_to_the_end_gets_more_of_it_and_is_told_why(cinema: Cinema) -> None:
    viewer, creator, other = await cinema.join("观众"), await cinema.join("莓农"), await cinema.join("别人")
    for _ in range(3):
        await cinema.watch(viewer.client, await cinema.publish(creator, topics=["草莓"]))
    wanted = await cinema.publish(other, topics=["草莓"], age=timedelta(days=3))
    for number in range(3):
        await cinema.publish(other, topics=[f"别的{number}"], age=timedelta(days=2))
    await cinema.react()
    first = (await cinema.open(viewer.client))["items"][0]
    assert first["video"]["video_id"] == str(wanted)
    assert first["why"] == {"code": "topic", "params": {"topic": "草莓"}, "text": "你常看 #草莓"}


async def test_what_was_seen_does_not_come_again_while_there_is_something_new(cinema: Cinema) -> None:
    viewer, creators = await cinema.join("观众"), [await cinema.join(f"达人{number}") for number in range(4)]
    published = [await cinema.publish(creators[number % 4], f"片{number}") for number in range(8)]
    for video_id in published[:4]:
        await cinema.watch(viewer.client, video_id)
    await cinema.react()
    shown = video_ids(await cinema.walk(viewer.client, "limit=4"))
    assert set(shown[:4]) == {str(video_id) for video_id in published[4:]}
    assert set(shown[4:]) == {str(video_id) for video_id in published[:4]}


async def test_a_film_that_people_watch_to_the_end_and_like_rises_above_one_that_they_swipe_away(
    cinema: Cinema, client: httpx.AsyncClient
) -> None:
    creators = [await cinema.join(f"达人{number}") for number in range(2)]
    dull, good = [await cinema.publish(creator) for creator in creators]
    for _ in range(12):
        await cinema.watch(client, dull, 1_000)
        await cinema.watch(client, good)
    await cinema.react()
    assert video_ids((await cinema.open(client))["items"]) == [str(good), str(dull)]


async def test_an_impression_counts_only_when_it_was_seen(cinema: Cinema, client: httpx.AsyncClient) -> None:
    video_id = await cinema.publish(await cinema.join("达人"))
    for _ in range(5):
        await cinema.open(client)
    await cinema.react()
    assert await cinema.rows("video", "seen") == [(0,)]
    await cinema.tell(client, {"kind": "seen", "video_id": str(video_id)})
    await cinema.react()
    assert await cinema.rows("video", "seen") == [(1,)]


async def test_who_reports_a_video_never_sees_it_again(cinema: Cinema) -> None:
    viewer, creator = await cinema.join("观众"), await cinema.join("达人")
    video_id = await cinema.publish(creator)
    answer = await viewer.client.post(f"/api/videos/{video_id}/reports", json={"reason": "fraud", "note": ""})
    assert answer.is_success, answer.text
    await cinema.react()
    assert await cinema.walk(viewer.client) == []


async def test_reasons_and_order_of_a_feed_tell_nothing_of_what_another_account_did(cinema: Cinema) -> None:
    spied, spy = await cinema.join("被看的人"), await cinema.join("好奇的人")
    creator, other = await cinema.join("莓农"), await cinema.join("别人")
    liked = await cinema.publish(creator, topics=["草莓"])
    await cinema.publish(other, topics=["茶"])
    await spied.client.put(f"/api/creators/{creator.account_id}/follow")
    await cinema.watch(spied.client, liked)
    await cinema.react()
    of_spied = [item["why"]["code"] for item in await cinema.walk(spied.client)]
    of_spy = await cinema.walk(spy.client)
    assert "followed" in of_spied
    assert {item["why"]["code"] for item in of_spy} <= {"popular", "new_creator", "new_video"}
    assert str(spied.account_id) not in str(of_spy)


async def test_nobody_else_can_dismiss_for_me(cinema: Cinema, client: httpx.AsyncClient) -> None:
    viewer, other, creator = await cinema.join("观众"), await cinema.join("别人"), await cinema.join("达人")
    video_id = await cinema.publish(creator)
    assert (await client.put(f"/api/videos/{video_id}/dismissal")).status_code == 401
    await other.client.put(f"/api/videos/{video_id}/dismissal")
    assert video_ids(await cinema.walk(viewer.client)) == [str(video_id)]


async def test_what_is_told_twice_and_late_teaches_once_and_a_rebuild_teaches_the_same(cinema: Cinema) -> None:
    rng = random.Random(3)
    viewers = [await cinema.join(f"观众{number}") for number in range(3)]
    creators = [await cinema.join(f"达人{number}") for number in range(2)]
    published = [await cinema.publish(creators[number % 2], topics=[f"题{number % 3}"]) for number in range(6)]
    for _ in range(30):
        await cinema.watch(rng.choice(viewers).client, rng.choice(published), rng.randrange(20_000))
    for viewer in viewers:
        assert (await viewer.client.put(f"/api/videos/{rng.choice(published)}/like")).is_success
    await cinema.react()
    once = await _all(cinema)
    reports = await cinema.again("feed-behaviour")
    rng.shuffle(reports)
    [hear] = [each for each in handlers.consumers(cinema.ctx) if each.durable == "feed-behaviour"]
    await _hear(hear, reports)
    assert await _all(cinema) == _about(once)
    await rebuild(cinema.ctx)
    assert await _all(cinema) == _about(once)


async def _hear(consumer: Consumer, envelopes: list[Envelope]) -> None:
    for start in range(0, len(envelopes), 7):
        await consumer.handle(envelopes[start : start + 7])


async def _all(cinema: Cinema) -> dict[str, list[tuple[Any, ...]]]:
    columns = "video_id, is_shown, is_exploring, seen, views, likes, score"
    return {
        "video": await cinema.rows("video", columns),
        "subject_video": await cinema.rows("subject_video", "video_id, subject, score"),
        "encounter": await cinema.rows("encounter", "account_id, place_id, through_percent, deeds"),
        "taste": await cinema.rows("taste", "account_id, subject, weight"),
    }


def _about(tables: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Sums of fractions come out a trifle different in another order; likes are noted a moment before they are told,
    and what a moment weighs grows with the years.
    """
    return {
        name: [tuple(pytest.approx(value) if isinstance(value, float) else value for value in row) for row in rows]
        for name, rows in tables.items()
    }


async def test_a_creator_is_not_taught_by_looking_at_the_own_films(cinema: Cinema) -> None:
    creator = await cinema.join("达人")
    await cinema.watch(creator.client, await cinema.publish(creator))
    await cinema.react()
    async with cinema.ctx.database.transaction() as connection:
        await learn(connection, [])
    assert await cinema.rows("taste") == []
