"""What was remembered in order to learn is forgotten in time, what was learned of it stays, and a rebuild agrees."""

from datetime import date, timedelta

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.insights.test_sampling import Rush
from tests.modules.surfacing.screening import Screening

from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.service.keep_days import keep_days
from xiaodian.modules.surfacing.service.forget_old import BOUGHT_KEPT, forget_old
from xiaodian.modules.surfacing.service.rebuild import rebuild

pytestmark = pytest.mark.usefixtures("midday")

KEPT = timedelta(days=180)
SUMS = ("moment_count", "moment_order", "quiet_second")


async def watch_some(screening: Screening, client: httpx.AsyncClient) -> None:
    """Ten viewings that teach something."""
    for number in range(10):
        await screening.watch(client, 4_000 + number * 100, 12_000, is_clicked=number % 2 == 0)
    await screening.learn()


async def forget(screening: Screening, after: timedelta) -> None:
    """What the daily job does so long from now."""
    today = utc_now().date() + after
    await keep_days(screening.ctx.database, today, KEPT)
    await forget_old(screening.ctx.database, today, KEPT)


async def test_viewings_go_when_their_time_is_over_and_what_they_taught_stays(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    await watch_some(screening, client)
    learned = await screening.rows()
    assert len(learned["viewing"]) == 10
    await forget(screening, KEPT)
    assert await screening.rows() == learned
    await forget(screening, KEPT + timedelta(days=1))
    rows = await screening.rows()
    assert rows["viewing"] == []
    assert {table: rows[table] for table in SUMS} == {table: learned[table] for table in SUMS}


async def test_a_rebuild_keeps_what_is_known_of_viewings_that_nobody_can_read_again(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    await watch_some(screening, client)
    await screening.observer.order_from_video(screening.product, screening.video_id, 6_200)
    await screening.hear("surfacing-orders", [e for e in await screening.observer.events() if e.type == "OrderPaid"])
    await forget(screening, KEPT + timedelta(days=1))
    learned = await screening.rows()
    await rebuild(screening.ctx)
    rows = await screening.rows()
    assert {table: rows[table] for table in SUMS} == {table: learned[table] for table in SUMS}
    assert sum(row[4] for row in rows["moment_count"]) == 10


async def test_a_viewer_who_comes_back_keeps_the_viewing(screening: Screening, client: httpx.AsyncClient) -> None:
    await watch_some(screening, client)
    async with screening.ctx.database.connection() as connection:
        await connection.execute("UPDATE surfacing.viewing SET last_day = last_day - 300")
    viewer_id = (await screening.rows())["viewing"][0][1]
    await screening.tell(client, screening.deed("entered"), viewer_id=viewer_id)
    await screening.learn()
    await forget_old(screening.ctx.database, utc_now().date(), KEPT)
    assert [row[1] for row in (await screening.rows())["viewing"]].count(viewer_id) == 1


async def test_looks_and_purchases_are_forgotten_each_in_its_time(
    screening: Screening, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    member, _ = await sign_up("熟客")
    await screening.tell(member, screening.deed("product_viewed", 5_000))
    await screening.learn()
    await screening.observer.order_from_video(screening.product, screening.video_id, 6_200)
    await screening.hear("surfacing-orders", [e for e in await screening.observer.events() if e.type == "OrderPaid"])

    async def _known(today: date) -> list[tuple[bool, bool]]:
        await forget_old(screening.ctx.database, today, KEPT)
        return sorted((row[2] is not None, row[3] is not None) for row in (await screening.rows())["acquaintance"])

    today = utc_now().date()
    assert await _known(today + KEPT) == [(False, True), (True, False)]
    assert await _known(today + KEPT + timedelta(days=1)) == [(False, True)]
    assert await _known(today + BOUGHT_KEPT) == [(False, True)]
    assert await _known(today + BOUGHT_KEPT + timedelta(days=1)) == []


async def test_a_rebuild_changes_nothing_that_was_learned_of_a_film_of_which_a_sample_was_kept(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    await watch_some(screening, client)
    rush = Rush(screening.observer, screening.video_id, rows_per_s=1)
    await rush.come(30)
    await screening.learn()
    learned = await screening.rows()
    assert len(learned["viewing"]) == 40
    await rebuild(screening.ctx)
    assert await screening.rows() == learned
