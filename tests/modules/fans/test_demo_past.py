"""The demo's shop has a past, and it is one that the platform's own rules would have made."""

from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SignUp

from xiaodian.cli.show.catalogue import YUE
from xiaodian.cli.show.client import Member
from xiaodian.cli.show.past import Player, Stage, make_up_all, play_on, play_past
from xiaodian.cli.show.past_memory import Memory
from xiaodian.cli.show.past_plan import plan_past
from xiaodian.cli.show.seed import set_up_shop
from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.fans import api as fans
from xiaodian.modules.orders.api import has_orders_before
from xiaodian.modules.settlement.service.reconcile import reconcile
from xiaodian.modules.shops import api as shops


def test_the_demos_past_is_the_same_each_time_and_over_before_today() -> None:
    now = utc_now()
    past = plan_past(now, [2, 1, 3], shows=6, fans=60)
    assert past == plan_past(now, [2, 1, 3], shows=6, fans=60)
    assert past.shows[-1].ends_at < now
    assert all(earlier.begins_at < later.begins_at for earlier, later in pairwise(past.shows))
    assert all(purchase.at < now for purchase in past.purchases)
    assert all(
        purchase.show is None or past.shows[purchase.show].begins_at <= purchase.at < past.shows[purchase.show].ends_at
        for purchase in past.purchases
    )
    assert len(set(past.names)) == 60


async def test_who_opens_the_demo_finds_fans_of_months_and_books_that_balance(ctx: Context, sign_up: SignUp) -> None:
    now = utc_now()
    stage = await open_stage(ctx, sign_up)
    past = plan_past(now, [len(product.skus) for product in stage.products], shows=6, fans=25)
    people = await make_up_all(ctx, past)
    await play_past(ctx, stage, past, now, people)
    assert utc_now() - now < timedelta(minutes=5), "the process lives in the present again"
    await fans.rebuild(ctx, now)
    await fans.rebuild_moves(ctx, stage.shop.shop_id, [each.caller.account_id for each in people], now)

    async with ctx.database.connection() as connection:
        orders = await connection.fetch("SELECT placed_at, paid_at, state FROM orders.order ORDER BY order_id")
        began = [
            await has_orders_before(connection, stage.shop.shop_id, before)
            for before in (orders[0]["placed_at"], now - timedelta(days=30))
        ]
        segments = await connection.fetch(
            "SELECT segment FROM fans.segment_size WHERE fans > 0 AND segment <> 'watcher'"
        )
        histories = await connection.fetch(
            """
            SELECT first_day, min(moved_on) AS known_on, max(moved_on) AS moved_on, segment_since, count(*) AS moves
            FROM fans.fan JOIN fans.move USING (shop_id, account_id)
            WHERE orders > 0 AND account_id = ANY($1::uuid[]) GROUP BY first_day, segment_since, account_id
            """,
            [each.caller.account_id for each in people],
        )
    assert len(orders) == len(past.purchases)
    assert [row["placed_at"] for row in orders] == sorted(row["placed_at"] for row in orders), "ids are by time"
    assert began == [False, True], "who starts the demo again does not play it twice"
    assert {row["state"] for row in orders} >= {"completed"}
    assert len(segments) > 3
    assert all(row["known_on"] <= row["first_day"] and row["moved_on"] == row["segment_since"] for row in histories)
    assert any(row["moves"] > 1 and row["segment_since"] < (now - timedelta(days=10)).date() for row in histories)
    for purchase in past.purchases[::5]:
        assert await reconcile(ctx, purchase.at.date(), whole_ledger=True) == []


async def test_a_past_that_was_broken_off_goes_on_where_it_stopped_and_nothing_is_bought_twice(
    ctx: Context, sign_up: SignUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now()
    stage = await open_stage(ctx, sign_up)
    plan = partial(plan_past, shows=5, fans=20)
    monkeypatch.setattr("xiaodian.cli.show.past.plan_past", plan)
    past = plan(now, [len(product.skus) for product in stage.products])
    memory = Memory(tmp_path)

    class KilledError(Exception):
        """As if the machine had been switched off there."""

    for deed, after in (("_ship", 2), ("_place", 4), ("_watch", 3)):
        done, left = getattr(Player, deed), [after]

        async def _until_it_stops(self: Player, *told: Any, done: Any = done, left: list[int] = left) -> Any:
            answer = await done(self, *told)
            left[0] -= 1
            if left[0] == 0:
                raise KilledError
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(Player, deed, _until_it_stops)
            with pytest.raises(KilledError):
                await play_on(ctx, stage, memory, now)
        assert utc_now() - now < timedelta(minutes=5), "the process lives in the present again"
    await play_on(ctx, stage, memory, utc_now())

    async with ctx.database.connection() as connection:
        orders = await connection.fetch("SELECT buyer_id, placed_at, state FROM orders.order")
        rooms = await connection.fetch("SELECT state FROM live.room WHERE planned_at IS NOT NULL")
        people = await connection.fetchval(
            "SELECT count(*) FROM accounts.account WHERE display_name = ANY($1::text[])", past.names
        )
    assert len(orders) == len({(row["buyer_id"], row["placed_at"]) for row in orders}) == len(past.purchases) > 5
    assert ([row["state"] for row in rooms], people) == (["ended"] * 5, 20)
    assert {row["state"] for row in orders if row["placed_at"] < now - timedelta(days=10)} <= {
        "completed",
        "paid",
        "cancelled",
    }
    memory.end()
    assert (kept := memory.recall()) is not None
    assert kept.is_over


async def open_stage(ctx: Context, sign_up: SignUp) -> Stage:
    """The demo's first host with the shop and its goods."""
    member = Member("http://test")
    await member.http.aclose()
    member.http, _ = await sign_up(YUE.name)
    member.me = await member.call("GET", "/api/me")
    listed = await set_up_shop(YUE, member)
    host = Caller(
        account_id=AccountId(UUID(member.me["account_id"])),
        display_name=YUE.name,
        is_operator=False,
        scopes=frozenset({Scope.EVERYTHING}),
    )
    async with ctx.database.connection() as connection:
        shop = await shops.get_shop(connection, ShopId(UUID(listed[0]["shop_id"])))
        products = await catalog.get_products(connection, [ProductId(UUID(each["product_id"])) for each in listed])
    return Stage(host, shop, products)
