"""Each moment at which a card comes up leads to all the orders that came of it, for who may see orders of the shop."""

import random
import runpy
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.insights.observer import late_and_twice
from tests.modules.surfacing.screening import Screening, read_pages
from tests.modules.surfacing.test_replays import open_show

from xiaodian.edge.context import Context
from xiaodian.modules.surfacing.learning.candidates import Candidate, Why
from xiaodian.modules.surfacing.learning.moments import place_of, seconds_of
from xiaodian.modules.surfacing.service.rebuild import rebuild

MIGRATION = Path(__file__).parents[3] / "migrations/versions/0540_orders_of_moments.py"


async def open_moments(screening: Screening) -> tuple[int, int]:
    """Two moments that are tried."""
    await screening.learn()
    await screening.hear_of_it()
    await screening.weigh()
    first, second = (each["at_ms"] for each in (await screening.moments())[1:3])
    return first, second


async def join_the_shop(screening: Screening, role: str) -> None:
    """The film's creator is on the shop's staff."""
    async with screening.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)
            ON CONFLICT (shop_id, account_id) DO UPDATE SET role = excluded.role
            """,
            screening.observer.stage.shop_id,
            screening.creator.account_id,
            role,
        )


async def sell(screening: Screening, first: int, second: int, client: httpx.AsyncClient) -> dict[int, list[str]]:
    """Orders of all kinds are paid and learned of; answers by moment which came of it, the newest first."""
    observer, video_id = screening.observer, screening.video_id
    early, both, guest, timeless, other = [await observer.market.buyer() for _ in range(5)]
    await screening.tell(early.client, screening.deed("card_shown", first), screening.deed("card_clicked", 15_000))
    await screening.tell(both.client, screening.deed("card_shown", first), screening.deed("card_shown", second))
    await screening.tell(client, screening.deed("card_shown", second))
    await screening.tell(timeless.client, screening.deed("card_shown", second))
    of_early = [await observer.order_from_video(screening.product, video_id, at, early) for at in (15_000, 16_000)]
    of_second = [
        await observer.order_from_video(screening.product, video_id, second + 900, both),
        await observer.order_from_video(screening.product, video_id, second + 400, guest),
        await observer.order_from_video(screening.product, video_id, None, timeless),
    ]
    await observer.order_from_video(screening.other, video_id, second, other)
    return {
        at_ms: sorted((order["order_id"] for order in came), reverse=True)
        for at_ms, came in ((first, of_early), (second, of_second))
    }


async def learn_orders(screening: Screening) -> list[Any]:
    """Whatever was paid since is learned of."""
    paid = [each for each in await screening.observer.events() if each.type == "OrderPaid"]
    await screening.hear("surfacing-orders", paid)
    return paid


async def test_each_moment_leads_to_all_the_orders_that_came_of_it_page_by_page(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    first, second = await open_moments(screening)
    expected = await sell(screening, first, second, client)
    await learn_orders(screening)
    await screening.learn()
    await screening.weigh()
    await join_the_shop(screening, "owner")
    told = {each["at_ms"]: each["orders"] for each in await screening.moments() if each["orders"]}
    assert told == {at_ms: len(ids) for at_ms, ids in expected.items()}
    for at_ms, ids in expected.items():
        for limit in (1, 2, 50):
            orders, items = await screening.orders_of(screening.creator.client, at_ms, limit)
            assert (orders, [item["order_id"] for item in items]) == (len(ids), ids)
    _, [item, *_] = await screening.orders_of(screening.creator.client, second)
    assert set(item) == {
        *("order_id", "number", "state", "paid_at_ms", "buyer_name", "buyer_id"),
        *("title", "lines", "pieces", "amount_minor"),
    }, "no contact data"
    assert "*" in item["buyer_name"]
    assert (item["pieces"], item["amount_minor"]) == (1, screening.product.skus[0].price_minor)


async def test_more_orders_than_anybody_looks_through_are_all_counted_and_listed(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    first, _ = await open_moments(screening)
    buyer = await screening.observer.market.buyer()
    await screening.tell(buyer.client, screening.deed("card_shown", first))
    placed = await screening.observer.order_from_video(screening.product, screening.video_id, first + 500, buyer)
    await learn_orders(screening)
    await screening.learn()
    await screening.weigh()
    async with screening.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO surfacing.moment_order (film_id, product_id, order_id, bought_second, person_id, second)
            SELECT film_id, product_id, uuidv7(), bought_second, person_id, second
            FROM surfacing.moment_order, generate_series(1, 2500)
            """
        )
    await join_the_shop(screening, "owner")
    [told] = [each["orders"] for each in await screening.moments() if each["at_ms"] == first]
    assert told == 2501
    # Those that were made up are no orders at all: what is listed is looked up.
    orders, items = await screening.orders_of(screening.creator.client, first, 100)
    assert (orders, [item["order_id"] for item in items]) == (2501, [placed["order_id"]])


async def test_who_may_not_see_orders_of_the_shop_sees_the_number_alone(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    first, second = await open_moments(screening)
    await sell(screening, first, second, client)
    await learn_orders(screening)
    await screening.learn()
    await screening.weigh()
    assert {each["at_ms"]: each["orders"] for each in await screening.moments()}[second] == 3
    path = f"/api/me/videos/{screening.video_id}/moments/{screening.product.product_id}/{second}/orders"
    assert (await screening.creator.client.get(path)).status_code == 404
    await join_the_shop(screening, "host")
    assert (await screening.creator.client.get(path)).status_code == 403
    await join_the_shop(screening, "warehouse")
    _, items = await screening.orders_of(screening.creator.client, second)
    assert {item["buyer_id"] for item in items} == {None}, "who may not see fans is not told who they are"
    assert (await screening.observer.stage.host.get(path)).status_code == 404, "the film is the creator's"


async def test_an_order_goes_to_the_card_that_was_seen_whatever_is_heard_of_first(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    first, second = await open_moments(screening)
    buyer = await screening.observer.market.buyer()
    order = await screening.observer.order_from_video(screening.product, screening.video_id, second + 400, buyer)
    paid = await learn_orders(screening)
    # The order is known before it is known which card the buyer saw: so far its own second is all there is.
    assert [row[5] for row in (await screening.rows())["moment_order"]] == [(second + 400) // 1000]
    await screening.tell(buyer.client, screening.deed("card_shown", first))
    await screening.learn()
    [row] = (await screening.rows())["moment_order"]
    assert (row[2], row[5]) == (UUID(order["order_id"]), first // 1000)
    learned = await screening.rows()
    for envelope in late_and_twice(paid, random.Random(3)):
        await screening.hear("surfacing-orders", [envelope])
    assert await screening.rows() == learned
    await rebuild(screening.ctx)
    assert (await screening.rows())["moment_order"] == learned["moment_order"]


async def test_orders_from_before_are_put_down_as_those_since(screening: Screening, client: httpx.AsyncClient) -> None:
    first, second = await open_moments(screening)
    await sell(screening, first, second, client)
    paid = [each for each in await screening.observer.events() if each.type == "OrderPaid"]
    await screening.observer.hear(paid)
    await screening.hear("surfacing-orders", paid)
    await screening.learn()
    learned = (await screening.rows())["moment_order"]
    assert len(learned) == 6
    before = runpy.run_path(str(MIGRATION))["BEFORE"]
    async with screening.ctx.database.connection() as connection:
        await connection.execute("DELETE FROM surfacing.moment_order")
        await connection.execute(before)
    assert (await screening.rows())["moment_order"] == learned


async def test_each_moment_of_the_replay_opens_to_the_orders_that_came_of_it_and_to_none_from_on_air(
    ctx: Context, sign_up: SignUp
) -> None:
    show = await open_show(ctx, sign_up)
    await show.cue(300, 345, source="auto")
    await show.cue(400, 445, source="auto")
    live_buyer, replay_buyer = [await show.observer.market.buyer() for _ in range(2)]
    for buyer in (live_buyer, replay_buyer):
        await show.tell(buyer.client, show.deed("card_shown", 300), show.deed("card_shown", 400))
        await show.tell(buyer.client, show.deed("card_clicked", 302))
    await show.observer.order(live_buyer, show.product)
    before_end = show.ended_at - timedelta(minutes=1)
    async with show.ctx.database.transaction() as connection:
        await connection.execute("UPDATE orders.order SET placed_at = $1, paid_at = $1", before_end)
    order = await show.observer.order(replay_buyer, show.product)
    await show.learn()
    await show.weigh()
    [product] = (await show.moments())["products"]
    told = {each["at_ms"]: (each["orders"], each["ordered"]) for each in product["moments"]}
    assert told == {300_000: (1, 1), 400_000: (0, 0)}
    of_moment = f"/api/rooms/{show.room_id}/surfacing/moments/{show.product.product_id}"
    host, other = show.observer.stage.host, show.observer.other
    orders, [item] = await read_pages(host, f"{of_moment}/300000/orders?limit=1")
    assert (orders, item["order_id"], item["pieces"]) == (1, order["order_id"], 1)
    assert await read_pages(host, f"{of_moment}/400000/orders?limit=1") == (0, [])
    assert (await host.get(f"{of_moment}/350000/orders")).status_code == 404
    assert (await other.get(f"{of_moment}/300000/orders")).status_code == 403


@pytest.mark.parametrize("seed", range(20))
def test_the_seconds_of_a_moment_are_those_that_count_for_it(seed: int) -> None:
    rng = random.Random(seed)
    candidates = [
        Candidate(at_ms, rng.choice((500, 4_000, 9_500)), Why.TRIED)
        for at_ms in sorted(rng.sample(range(0, 60_000, 250), 8))
    ]
    for place in range(len(candidates)):
        first, last = seconds_of(candidates, place)
        counting = [second for second in range(75) if place_of(candidates, second) == place]
        assert counting == list(range(first, last + 1))
