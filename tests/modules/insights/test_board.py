"""The board of a room on air says what its figures say, beside the host's rooms before at the same minute."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import httpx
from tests.modules.insights.observer import Observer
from tests.modules.insights.test_visits import deed, report, send

from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.board_rules import Reached, beside, figures_of
from xiaodian.modules.insights.service.board_desk import BoardDesk
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.service.fan_shares import AFRESH_AT_MOST_S, FanShares, FanWatch, get_fan_shares
from xiaodian.modules.insights.service.see_board import list_past, list_rooms_before


def by_key(board: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The figures of a board."""
    return {figure["key"]: figure for figure in board["figures"]}


async def add_past_room(connection: Connection, observer: Observer, gmv_minor: int) -> None:
    """An earlier room of the host that sold for so much in its first minute and for a fortune after half an hour."""
    room_id = await connection.fetchval(
        """
        INSERT INTO live.room SELECT (jsonb_populate_record(room, jsonb_build_object(
            'room_id', (uuidv7(interval '-1 day'))::text, 'stream_id', uuidv7()::text, 'state', 'ended',
            'started_at', now() - interval '1 day', 'ended_at', now() - interval '22 hours'
        ))).* FROM live.room WHERE room_id = $1 RETURNING room_id
        """,
        observer.stage.room_id,
    )
    for minutes, sold in ((0, gmv_minor), (30, 99_999_00)):
        await connection.execute(
            """
            INSERT INTO insights.room_sale_minute SELECT $1, $2, started_at + $3::interval, 1, 1, 1, $4, 0
            FROM live.room WHERE room_id = $1
            """,
            room_id,
            observer.stage.shop_id,
            timedelta(minutes=minutes),
            sold,
        )
    await connection.execute(
        """
        INSERT INTO insights.room_visit_minute SELECT $1, started_at, 10, 5, 0, 0, 0, 0, 0
        FROM live.room WHERE room_id = $1
        """,
        room_id,
    )


async def test_a_board_tells_the_figures_of_the_room_beside_rooms_before_at_the_same_minute(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await observer.stage.go_on_air()
    buyer = await observer.market.buyer()
    await buyer.client.put(f"/api/creators/{observer.stage.host_id}/follow")
    visit = [deed(observer, kind) for kind in ("entered", "product_viewed")]
    await send(buyer.client, report(*visit, deed(observer, "watched", watch_s=70)))
    await send(client, report(deed(observer, "entered"), deed(observer, "watched", watch_s=59)))
    await observer.take_reports(await observer.reports())
    await observer.order(buyer, observer.products[0])
    await observer.hear()
    async with observer.ctx.database.transaction() as connection:
        for gmv_minor in (1_00, 3_00, 20_00):
            await add_past_room(connection, observer, gmv_minor)
    board = await observer.get(observer.stage.host, "/board")
    metrics = (await observer.get(observer.stage.host))["metrics"]
    figures = by_key(board)
    for key in ("gpm", "uv_value"):
        assert figures[key]["now"] == metrics[f"{key}_minor"]
    assert figures["gmv"] == {"key": "gmv", "now": metrics["sums"]["gmv_minor"], "median": 3_00, "best": 20_00}
    assert (board["past_rooms"], figures["viewers"]["median"], figures["gpm"]["best"]) == (3, 5, 200_000)
    assert (figures["new_fans"]["now"], figures["new_fans"]["best"]) == (1, 0)
    assert (figures["fan_share_viewers"]["now"], figures["fan_share_buyers"]["now"]) == (0.5, 1.0)
    steps = {step["key"]: step["people"] for step in board["steps"]}
    assert steps == {"entered": 2, "watched_minute": 1, "clicked": 1, "ordered": 1, "paid": 1}
    assert board["products"][0]["product_id"] == str(observer.products[0].product_id)


async def test_a_shop_sees_on_the_board_of_anothers_room_its_own_sales_alone(observer: Observer) -> None:
    await observer.stage.go_on_air()
    buyer = await observer.market.buyer()
    await observer.order(buyer, observer.products[0])
    await observer.order(buyer, observer.foreign)
    await observer.hear()
    board = await observer.get(observer.other, "/board", shop_id=str(observer.other_shop_id))
    assert [product["product_id"] for product in board["products"]] == [str(observer.foreign.product_id)]
    assert (by_key(board)["gmv"]["now"], by_key(board)["orders_paid"]["now"]) == (
        observer.foreign.skus[0].price_minor,
        1,
    )
    hidden = ("viewers", "views", "new_fans", "gpm", "uv_value", "conversion", "fan_share_viewers", "fan_share_buyers")
    assert (board["online"], [by_key(board)[key]["now"] for key in hidden]) == (None, [None] * len(hidden))
    path = f"/api/rooms/{observer.stage.room_id}/metrics/board"
    assert (await buyer.client.get(path)).status_code == 404
    assert (await buyer.client.get(f"{path}/stream")).status_code == 404


async def test_many_who_look_at_a_room_cost_one_sum(observer: Observer) -> None:
    await observer.stage.go_on_air()
    desk = BoardDesk(observer.ctx)
    async with observer.ctx.database.connection() as connection:
        eyes = await open_eyes(connection, observer.stage.caller, observer.stage.room_id, None)

    async def _first() -> bytes:
        async with aclosing(desk.follow(eyes)) as told:  # type: ignore[type-var]  # An async generator it is.
            return await anext(told)

    boards = await asyncio.gather(*(_first() for _ in range(20)))
    assert len(set(boards)) == 1


async def test_the_stream_of_a_room_that_is_not_on_air_tells_once_and_ends(observer: Observer) -> None:
    answer = await observer.stage.host.get(f"/api/rooms/{observer.stage.room_id}/metrics/board/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    [line] = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    assert '"state":"planned"' in line


async def _look(observer: Observer, watch: FanWatch) -> FanShares:
    """What the next telling says, which is what a look at everybody says."""
    async with observer.ctx.database.connection() as connection:
        eyes = await open_eyes(connection, observer.stage.caller, observer.stage.room_id, None)
        found = await watch.look(connection, eyes, utc_now())
        assert found == await get_fan_shares(connection, eyes)
        return found


async def test_a_fan_more_or_less_is_on_the_board_at_the_next_look(observer: Observer) -> None:
    await observer.stage.go_on_air()
    watch, buyers = FanWatch(), [await observer.market.buyer() for _ in range(2)]
    assert await _look(observer, watch) == FanShares(None, None, 0)
    for buyer in buyers:
        await send(buyer.client, report(deed(observer, "entered")))
    await observer.take_reports(await observer.reports())
    await observer.order(buyers[0], observer.products[0])
    await observer.hear()
    follow = f"/api/creators/{observer.stage.host_id}/follow"
    assert await _look(observer, watch) == FanShares(0.0, 0.0, 1)
    await buyers[0].client.put(follow)
    assert await _look(observer, watch) == FanShares(0.5, 1.0, 1)
    await buyers[1].client.put(follow)
    assert await _look(observer, watch) == FanShares(1.0, 1.0, 1)
    await buyers[0].client.delete(follow)
    watch._afresh_at_s -= AFRESH_AT_MOST_S
    assert await _look(observer, watch) == FanShares(0.5, 0.0, 1)


async def test_watch_time_and_fans_stand_beside_what_a_room_before_had_at_the_same_minute(observer: Observer) -> None:
    await observer.stage.go_on_air()
    early, late = [await observer.market.buyer() for _ in range(2)]
    async with observer.ctx.database.transaction() as connection:
        await add_past_room(connection, observer, 1_00)
        eyes = await open_eyes(connection, observer.stage.caller, observer.stage.room_id, None)
        [before] = await list_rooms_before(connection, eyes)
        assert before.started_at is not None
        # Five viewers in the first minute; one that follows came then, another half an hour later.
        for buyer, minutes in ((early, 0), (late, 30)):
            at = before.started_at + timedelta(minutes=minutes)
            host_id = observer.stage.host_id
            await connection.execute("INSERT INTO content.follow VALUES ($1, $2, $3)", host_id, buyer.account_id, at)
            await connection.execute(
                "INSERT INTO insights.room_account VALUES ($1, $2, $3)", before.room_id, buyer.account_id, at
            )
        await connection.execute(
            "UPDATE insights.room_visit_minute SET watch_s = 150 WHERE room_id = $1", before.room_id
        )
    untold = by_key(await observer.get(observer.stage.host, "/board"))["watch_average"]["median"]
    assert untold is None, "watch time that was not kept by the minute is unknown, not nought"
    async with observer.ctx.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO insights.room_visit (
                room_id, views, viewers, watch_s, saw_card, clicked, opened_bag, viewed_product, started_checkout
            ) VALUES ($1, 10, 5, 150, 0, 0, 0, 0, 0)
            """,
            before.room_id,
        )
        [past] = await list_past(connection, eyes, {}, utc_now() + timedelta(minutes=1))
        [later] = await list_past(connection, eyes, {}, utc_now() + timedelta(minutes=40))
    assert (past["watch_average"], past["fan_share_viewers"], past["fan_share_buyers"]) == (30.0, 0.2, None)
    assert later["fan_share_viewers"] == 0.4


def test_a_figure_that_rooms_before_cannot_tell_is_compared_with_nothing() -> None:
    now = figures_of(Reached(100, 1, 1, 10, 5, 0))
    before = figures_of(Reached(300, 2, 1, 0, 0, None))
    found = {figure.key: figure for figure in beside(now, [before])}
    assert (found["gmv"].median, found["gpm"].median, found["new_fans"].best) == (300, None, None)
