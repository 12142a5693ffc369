"""The board of a room on air, beside what pandas reckons from the orders, the follows and what pages told."""

import random
from typing import Any
from uuid import uuid4

import httpx
import pandas as pd
from tests.modules.insights.observer import Observer, late_and_twice
from tests.modules.insights.test_board import by_key
from tests.modules.insights.test_visits import deed, report, send

KINDS = ("entered", "card_shown", "card_clicked", "bag_opened", "product_viewed", "checkout_started", "watched")


async def live_through(observer: Observer, client: httpx.AsyncClient, rng: random.Random) -> None:
    """Accounts and guests come, look, watch, follow and buy, in part from another shop; not all of them pay."""
    await observer.stage.go_on_air()
    buyers = [await observer.market.buyer() for _ in range(6)]
    everybody = [(buyer.client, uuid4()) for buyer in buyers] + [(client, uuid4()) for _ in range(6)]
    for _ in range(40):
        who, viewer_id = rng.choice(everybody)
        items = [
            deed(observer, kind, **({"watch_s": rng.choice((5, 20, 29))} if kind == "watched" else {}))
            for kind in rng.choices(KINDS, k=rng.randint(1, 5))
        ]
        await send(who, report(*items, viewer_id=viewer_id))
    for buyer in rng.sample(buyers, 3):
        await buyer.client.put(f"/api/creators/{observer.stage.host_id}/follow")
    for _ in range(12):
        await observer.order(rng.choice(buyers[:4]), rng.choice(observer.products), is_paid=rng.random() < 0.8)
    await observer.take_reports(late_and_twice(await observer.reports(), rng))
    await observer.hear(late_and_twice(await observer.events(), rng))


async def read(observer: Observer) -> tuple[pd.DataFrame, pd.DataFrame, set[str]]:
    """Lines sold in the room, what pages told of it, and who follows the host."""
    room_id = observer.stage.room_id
    async with observer.ctx.database.connection() as connection:
        lines = await connection.fetch(
            """
            SELECT line.order_id::text, line.product_id::text, buyer_id::text, paid_at IS NOT NULL AS is_paid, quantity,
                line.amount_minor - line.off_minor AS gmv
            FROM orders.line JOIN orders.order USING (shop_id, order_id) WHERE line.room_id = $1
            """,
            room_id,
        )
        acts = await connection.fetch(
            """
            SELECT kind, viewer_id::text, account_id::text, product_id::text, watch_s FROM insights.behaviour
            WHERE room_id = $1
            """,
            room_id,
        )
        fans = await connection.fetch(
            "SELECT fan_id::text FROM content.follow WHERE creator_id = $1", observer.stage.host_id
        )
    sold, told = (pd.DataFrame([dict(row) for row in rows]) for rows in (lines, acts))
    return sold, told, {row[0] for row in fans}


def reckon(sold: pd.DataFrame, told: pd.DataFrame, fans: set[str]) -> dict[str, Any]:
    """The figures of the board by their definitions."""
    paid, entered = sold[sold.is_paid], told[told.kind == "entered"]
    gmv, viewers, buyers = int(paid.gmv.sum()), entered.viewer_id.nunique(), set(paid.buyer_id)
    came = set(told[told.kind != "seen"].account_id.dropna())
    return {
        "gmv": gmv,
        "orders_paid": paid.order_id.nunique(),
        "buyers": len(buyers),
        "views": len(entered),
        "viewers": viewers,
        "conversion": round(min(len(buyers & came), viewers) / viewers, 4),
        "gpm": gmv * 1000 // len(entered),
        "uv_value": gmv // viewers,
        "new_fans": len(fans),
        "watch_average": round(told.watch_s.sum() / viewers, 1),
        "fan_share_viewers": round(len(came & fans) / viewers, 4),
        "fan_share_buyers": round(len(buyers & fans) / len(buyers), 4),
    }


async def test_the_board_says_what_pandas_finds_in_the_same_facts(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await live_through(observer, client, random.Random(11))
    sold, told, fans = await read(observer)
    board = await observer.get(observer.stage.host, "/board")
    assert {key: figure["now"] for key, figure in by_key(board).items()} == reckon(sold, told, fans)

    people = told.groupby("kind").viewer_id.nunique()
    watched = told.groupby("viewer_id").watch_s.sum()
    assert {step["key"]: step["people"] for step in board["steps"]} == {
        "entered": people["entered"],
        "watched_minute": int((watched >= 60).sum()),
        "clicked": people["product_viewed"],
        "ordered": sold.buyer_id.nunique(),
        "paid": sold[sold.is_paid].buyer_id.nunique(),
    }
    for product in board["products"]:
        of, of_paid = told[told.product_id == product["product_id"]], sold[sold.is_paid]
        of_paid = of_paid[of_paid.product_id == product["product_id"]]
        assert product["gmv_minor"] == int(of_paid.gmv.sum())
        assert (product["orders_paid"], product["pieces"]) == (of_paid.order_id.nunique(), int(of_paid.quantity.sum()))
        kinds = of.kind.value_counts()
        told_of = product["impressions"], product["clicks"], product["product_views"], product["checkout_starts"]
        assert told_of == tuple(int(kinds.get(kind, 0)) for kind in KINDS[1:3] + KINDS[4:6])
    assert board["products_in_all"] == len(observer.products)
