"""A room's minutes say what its log says: who watched, who spoke, also while nothing was told."""

from datetime import timedelta
from uuid import uuid4

from tests.live.stage import comment_of
from tests.modules.insights.observer import Observer

from xiaodian.contracts.live import LikesMoment, RoomState, StateMoment, ViewersMoment
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.modules.imports.api import list_noted
from xiaodian.modules.insights import api as insights
from xiaodian.modules.insights.service.count_moments import count_moments

MINUTE_MS = 60_000


def viewers(at_ms: int, online: int) -> ViewersMoment:
    """So many watch from then on."""
    return ViewersMoment(at_ms=at_ms, online=online, delay_ms=None)


async def air(observer: Observer, from_ms: int, to_ms: int | None) -> None:
    """The room was on air between these moments."""
    async with observer.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE live.room SET started_at = $2, ended_at = $3, state = $4 WHERE room_id = $1",
            observer.stage.room_id,
            from_epoch_ms(from_ms),
            None if to_ms is None else from_epoch_ms(to_ms),
            "on_air" if to_ms is None else "ended",
        )


async def test_an_audience_that_stays_is_counted_in_every_minute_in_which_it_watched(observer: Observer) -> None:
    start = to_epoch_ms(utc_now()) // MINUTE_MS * MINUTE_MS - 5 * MINUTE_MS
    await air(observer, start, start + 3 * MINUTE_MS)
    await observer.moment(StateMoment(at_ms=start, state=RoomState.ON_AIR))
    await observer.moment(viewers(start, 10))
    await observer.moment(viewers(start + 90_000, 4))
    await observer.moment(comment_of("好"))
    await observer.moment(LikesMoment(at_ms=start + 61_000, count=7))
    await observer.moment(StateMoment(at_ms=start + 3 * MINUTE_MS - 1, state=RoomState.ENDED))
    await observer.read_on()
    items = (await observer.get(observer.stage.host, "/minutes"))["items"]
    shown = [(item["at_ms"] - start, item["online_max"], item["online_average"], item["likes"]) for item in items]
    assert shown == [(0, 10, 10.0, 0), (MINUTE_MS, 10, 7.0, 7), (2 * MINUTE_MS, 4, 4.0, 0)]
    traffic = (await observer.get(observer.stage.host))["metrics"]["traffic"]
    assert (traffic["online_max"], traffic["online_average"], traffic["comments"], traffic["likes"]) == (10, 7.0, 1, 7)


async def test_who_watches_now_is_counted_up_to_now_though_the_log_tells_only_of_changes(observer: Observer) -> None:
    start = to_epoch_ms(utc_now()) - 150_000
    await air(observer, start, None)
    await observer.moment(StateMoment(at_ms=start, state=RoomState.ON_AIR))
    await observer.moment(viewers(start, 3))
    await observer.read_on()
    items = (await observer.get(observer.stage.host, "/minutes"))["items"]
    assert len(items) >= 3
    assert {item["online_average"] for item in items} == {3.0}


async def test_an_audience_before_the_first_picture_and_after_the_last_does_not_count(observer: Observer) -> None:
    start = to_epoch_ms(utc_now()) - 300_000
    await observer.moment(viewers(start - 60_000, 50))
    await observer.moment(StateMoment(at_ms=start, state=RoomState.ON_AIR))
    await observer.moment(viewers(start + 1, 2))
    await observer.moment(StateMoment(at_ms=start + 60_000, state=RoomState.ENDED))
    await observer.moment(viewers(start + 120_000, 99))
    await observer.read_on()
    rows = (await observer.rows())["room_minute"]
    assert sum(row[3] for row in rows) == 2 * 59_999 + 50
    assert max(row[2] for row in rows) == 50


async def test_reading_the_logs_anew_gives_the_same_minutes(observer: Observer) -> None:
    start = to_epoch_ms(utc_now()) - 240_000
    await observer.moment(StateMoment(at_ms=start, state=RoomState.ON_AIR))
    for number in range(40):
        await observer.moment(viewers(start + number * 5000, number * 7 % 11))
        await observer.moment(LikesMoment(at_ms=start + number * 4900, count=number))
        if number % 9 == 0:
            await observer.read_on()
    await observer.read_on()
    counted = await observer.rows()
    assert counted["room_minute"]
    assert await count_moments(observer.ctx) == 0
    await insights.rebuild(observer.ctx, list_noted)
    assert (await observer.rows())["room_minute"] == []
    await observer.read_on()
    assert await observer.rows() == counted


async def test_a_long_room_comes_in_no_more_stretches_than_a_chart_can_show(observer: Observer) -> None:
    start = utc_now().replace(second=0, microsecond=0) - timedelta(hours=40)
    await air(observer, to_epoch_ms(start), to_epoch_ms(start + timedelta(hours=39)))
    async with observer.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO insights.room_minute
            SELECT $1, $2::timestamptz + make_interval(mins => number), 5, 300000, 60000, 1, 2
            FROM generate_series(0, 39 * 60 - 1) AS number
            """,
            observer.stage.room_id,
            start,
        )
    answer = await observer.get(observer.stage.host, "/minutes")
    assert answer["step_s"] == 300
    assert len(answer["items"]) == 39 * 12
    assert {(item["comments"], item["online_average"]) for item in answer["items"]} == {(5, 5.0)}


async def test_a_room_that_never_was_on_air_has_an_empty_time_line(observer: Observer) -> None:
    assert (await observer.get(observer.stage.host, "/minutes"))["items"] == []
    assert (await observer.stage.host.get(f"/api/rooms/{uuid4()}/metrics")).status_code == 404
