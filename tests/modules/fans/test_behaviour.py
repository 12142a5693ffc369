"""What fans watched, said, liked and follow is what the platform knows of it, whatever came late, twice or no more."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.conftest import SignUp
from tests.modules.fans.audience import Audience
from tests.modules.fans.counter import Counter

from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import api as fans
from xiaodian.modules.fans.service.count_comments import count_comments
from xiaodian.modules.insights.service.keep_days import keep_days

# Whose a video was that is gone nobody knows any more: of what was watched of it the sums are the record.
_IS_KEPT = """
    day >= (SELECT first_day FROM insights.behaviour_kept)
    AND (is_room OR place_id IN (SELECT video_id FROM content.video))
"""
_WRECK = (
    "UPDATE fans.visit SET views = views + 3, watch_s = 1, watched_first_at = now(), watched_at = now()",
    "UPDATE fans.visit SET comments = 9, likes = 9, spoke_at = now(), spoke_first_at = '2020-01-01'",
    f"UPDATE fans.visit_day SET watch_s = 7 WHERE {_IS_KEPT}",
    f"DELETE FROM fans.visit_day WHERE views > 1 AND {_IS_KEPT}",
    "DELETE FROM fans.visit WHERE place_id::text < '5'",
    "UPDATE fans.fan SET watch_s = 5, comments = 5, likes = 5, views = 5, seen_at = NULL",
    "UPDATE fans.fan SET followed_at = CASE WHEN followed_at IS NULL THEN now() END WHERE orders > 0",
    "DELETE FROM fans.fan WHERE paid_orders = 0 AND (seen_at IS NOT NULL OR followed_at IS NOT NULL)",
)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_after_a_random_history_of_behaviour_fans_are_those_of_a_rebuild_to_the_row(
    counter: Counter, sign_up: SignUp, seed: int
) -> None:
    audience = await Audience.gather(counter, sign_up, random.Random(seed))
    await audience.live(90)
    counted = await audience.figures()
    assert counted["visit"]
    assert counted["visit_day"]
    await audience.again()
    await audience.hear()
    assert await audience.figures() == counted, "what is told again changes nothing"
    await counter.rebuild()
    assert await audience.figures() == counted
    async with counter.ctx.database.connection() as connection:
        for statement in _WRECK:
            await connection.execute(statement)
    await counter.rebuild()
    assert await audience.figures() == counted
    for account_id in audience.erased:
        assert str(account_id) not in str(counted)


async def test_a_rebuild_leaves_rows_alone_that_are_as_they_should_be(counter: Counter, sign_up: SignUp) -> None:
    audience = await Audience.gather(counter, sign_up, random.Random(7))
    await audience.live(40)

    async def versions() -> dict[str, list[str]]:
        async with counter.ctx.database.connection() as connection:
            return {
                table: sorted(str(row[0]) for row in await connection.fetch(f"SELECT xmin FROM fans.{table}"))
                for table in ("visit", "visit_day")
            }

    before = await versions()
    await counter.rebuild()
    assert await versions() == before


async def test_what_was_watched_stays_known_when_the_raw_rows_of_its_days_are_gone(
    counter: Counter, sign_up: SignUp
) -> None:
    audience = await Audience.gather(counter, sign_up, random.Random(1))
    for _ in range(12):
        await audience.watch_room()
    await audience.hear()
    counted = await audience.figures()
    await keep_days(counter.ctx.database, utc_now().date() + timedelta(days=30), timedelta(days=1))
    async with counter.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM insights.behaviour") == 0
    await counter.rebuild()
    await audience.again()
    assert await audience.figures() == counted


async def test_who_watched_and_follows_a_creator_is_a_fan_of_the_shop_that_the_creator_opens(
    counter: Counter, sign_up: SignUp
) -> None:
    audience = await Audience.gather(counter, sign_up, random.Random(1))
    creator, viewer, follower = audience.hosts[1], audience.people[0], audience.people[1]
    video_id = next(video_id for host, video_id in audience.videos if host == creator)
    await viewer.client.put(f"/api/videos/{video_id}/like")
    await follower.client.put(f"/api/creators/{creator.account_id}/follow")
    await audience.hear()
    assert await counter.rows_of("fan") == []
    await audience.open_shop()
    await audience.hear()
    rows = {row["account_id"]: row for row in await counter.rows_of("fan")}
    assert set(rows) == {viewer.account_id, follower.account_id}
    assert rows[viewer.account_id]["likes"] == 1
    assert rows[follower.account_id]["followed_at"] is not None


async def test_what_was_told_before_a_rebuild_and_is_heard_after_it_counts_once(
    counter: Counter, sign_up: SignUp
) -> None:
    """Insights have kept it, the rooms' logs hold it, and fans have not come to it yet."""
    audience = await Audience.gather(counter, sign_up, random.Random(1))
    await audience.watch_room()
    await audience.hear()
    fan, room_id = audience.people[0], str(counter.stage.room_id)
    items = [{"room_id": room_id, "kind": "entered"}, {"room_id": room_id, "kind": "watched", "watch_s": 12}]
    answer = await fan.client.post("/api/behaviour", json={"viewer_id": str(uuid4()), "items": items})
    assert answer.status_code == 204, answer.text
    reports = await counter.reports()
    await counter.take_reports(reports)
    assert (await fan.client.post(f"/api/rooms/{room_id}/comments", json={"text": "来啦"})).is_success
    before = await audience.figures()
    await fans.rebuild(counter.ctx, utc_now())
    assert await audience.figures() == before
    for _ in range(2):
        await counter.watch(reports)
        await count_comments(counter.ctx, utc_now())
    page = await counter.ask(counter.stage.host, f"fans/{fan.account_id}")
    watched = sum(row["watch_s"] for row in await counter.rows_of("visit_day") if row["account_id"] == fan.account_id)
    assert (page["comments"], page["watch_s"]) == (1, watched)
    counted = await audience.figures()
    await counter.rebuild()
    assert await audience.figures() == counted
