"""Slipping, birthdays, goods that are back and prices that fell: each reaches whom it is about, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.modules.orders.market import PRICE_MINOR, Buyer
from tests.modules.outreach.sender import NOON, Sender, inbox
from tests.modules.outreach.test_flows import run, set_flow
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope, Event
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.outreach import handlers
from xiaodian.modules.outreach.service.run_flows import run_flows
from xiaodian.modules.outreach.service.watch_goods import forget_goods

DAY = timedelta(days=1)


async def tell(sender: Sender, durable: str, envelopes: Sequence[Envelope]) -> None:
    """Hand events to one of outreach's consumers, twice: doubled ones change nothing."""
    [consumer] = [each for each in handlers.consumers(sender.ctx) if each.durable == durable]
    for _ in range(2):
        await consumer.handle(envelopes)


def envelope(event: Event, at: datetime) -> Envelope:
    """As if it had happened then."""
    return Envelope(
        event_id=uuid4(),
        type=type(event).__name__,
        occurred_at_ms=to_epoch_ms(at),
        key="",
        data=msgspec.Raw(msgspec.json.encode(event)),
    )


async def look(sender: Sender, who: AccountId | None, product_id: ProductId, at: datetime) -> None:
    """Somebody opens a product; None: not signed in."""
    item = Behaviour(
        kind=BehaviourKind.PRODUCT_VIEWED, room_id=RoomId(uuid4()), product_id=product_id, at_ms=to_epoch_ms(at)
    )
    report = BehaviourReported(viewer_id=uuid4(), account_id=who, items=[item])
    await tell(sender, "outreach-watching", [envelope(report, at)])


async def sell_out_and_restock(sender: Sender, sku_id: SkuId, out_at: datetime, back_at: datetime) -> None:
    """Nothing is left, and then there is again."""
    for available, at in ((0, out_at), (5, back_at)):
        async with sender.ctx.database.transaction() as connection:
            await catalog.set_available(connection, sku_id, available, sender.market.seller_id)
            [*_, last] = await list_envelopes(connection, "StockChanged")
        await tell(sender, "outreach-goods", [msgspec.structs.replace(last, occurred_at_ms=to_epoch_ms(at))])


async def reached(sender: Sender) -> set[AccountId]:
    """Whom any message was meant for."""
    async with sender.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT account_id FROM outreach.recipient WHERE skipped IS NULL")
    return {row["account_id"] for row in rows}


async def watcher(sender: Sender, product_id: ProductId, name: str, days_ago: float) -> Buyer:
    """Somebody who looked at a product so many days before noon."""
    buyer = await sender.market.buyer(name)
    await look(sender, buyer.account_id, product_id, NOON - days_ago * DAY)
    return buyer


async def test_who_looked_at_what_was_sold_out_hears_once_that_it_is_back(sender: Sender) -> None:
    sku_id = await sender.market.sku(stock=3)
    product_id = ProductId(UUID(await sender.market.product_id(sku_id)))
    mine = await watcher(sender, product_id, "小丹", 9)
    too_long_ago = await watcher(sender, product_id, "小海", 33)
    has_bought = await watcher(sender, product_id, "小山", 9)
    await look(sender, None, product_id, NOON - 9 * DAY)
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outreach.bought VALUES ($1, $2, $3, $4, $5)",
            sender.market.shop_id,
            product_id,
            has_bought.account_id,
            NOON - 3 * DAY,
            uuid4(),
        )
    await set_flow(sender, "back_in_stock", text="您看过的【商品】到货了")
    # Away for an hour, as when an order is cancelled: nobody is told.
    await sell_out_and_restock(sender, sku_id, NOON - 2 * DAY, NOON - 2 * DAY + timedelta(hours=1))
    assert await run(sender, NOON - DAY) == 0
    await sell_out_and_restock(sender, sku_id, NOON - DAY, NOON)
    assert await run(sender, NOON) == 1
    [notice] = await inbox(mine.client)
    assert notice["text"].endswith("您看过的丹东草莓到货了")
    assert await inbox(too_long_ago.client) == await inbox(has_bought.client) == []
    await sell_out_and_restock(sender, sku_id, NOON + DAY, NOON + 2 * DAY)
    assert [await run(sender, NOON + days * DAY) for days in (0, 1, 2)] == [0, 0, 0]
    await forget_goods(sender.ctx.database, NOON + 70 * DAY)
    async with sender.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM outreach.watched") == 0


async def test_a_price_counts_as_fallen_only_below_the_lowest_of_thirty_days(sender: Sender) -> None:
    sku_id = await sender.market.sku()
    product_id = ProductId(UUID(await sender.market.product_id(sku_id)))
    await watcher(sender, product_id, "小丹", 2)
    await set_flow(sender, "price_drop")
    begun = NOON - 40 * DAY

    async def _price(minor: int, at: datetime) -> int:
        async with sender.ctx.database.transaction() as connection:
            await connection.execute("UPDATE catalog.sku SET price_minor = $2 WHERE sku_id = $1", sku_id, minor)
            await connection.execute("INSERT INTO catalog.price_change VALUES ($1, $2, $3)", sku_id, at, minor)
            [*_, last] = await list_envelopes(connection, "ProductChanged")
        await tell(sender, "outreach-goods", [msgspec.structs.replace(last, occurred_at_ms=to_epoch_ms(at))])
        return await run(sender, at)

    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE catalog.price_change SET changed_at = $1", begun)
    assert await _price(PRICE_MINOR * 2, NOON - 3 * DAY) == 0
    assert await _price(PRICE_MINOR, NOON - DAY) == 0, "raised first, then lowered to what it was"
    assert await _price(PRICE_MINOR - 30, NOON - timedelta(hours=2)) == 0, "a hundredth"
    assert await _price(PRICE_MINOR - 500, NOON) == 1
    assert await _price(PRICE_MINOR - 900, NOON + timedelta(hours=3)) == 0, "again within a week"


@pytest.mark.parametrize(
    ("by_morning", "arrive"),
    [(PRICE_MINOR, 0), (PRICE_MINOR + 100, 0), (PRICE_MINOR - 900, 1), (PRICE_MINOR - 300, 1)],
    ids=["what it was", "more than it was", "fallen further", "risen part of the way"],
)
async def test_a_price_is_praised_in_the_morning_only_while_it_is_below_what_it_was(
    sender: Sender, by_morning: int, arrive: int
) -> None:
    sku_id = await sender.market.sku()
    product_id = ProductId(UUID(await sender.market.product_id(sku_id)))
    await watcher(sender, product_id, "小丹", 2)
    await set_flow(sender, "price_drop")
    night = NOON + timedelta(hours=11)

    async def _price(minor: int, at: datetime) -> None:
        async with sender.ctx.database.transaction() as connection:
            await connection.execute("UPDATE catalog.sku SET price_minor = $2 WHERE sku_id = $1", sku_id, minor)
            await connection.execute("INSERT INTO catalog.price_change VALUES ($1, $2, $3)", sku_id, at, minor)
            [*_, last] = await list_envelopes(connection, "ProductChanged")
        await tell(sender, "outreach-goods", [msgspec.structs.replace(last, occurred_at_ms=to_epoch_ms(at))])

    await _price(PRICE_MINOR - 500, night)
    assert await run_flows(sender.ctx, night) == 1
    await _price(by_morning, night + timedelta(hours=1))
    assert await run(sender, NOON + timedelta(hours=20)) == arrive


async def test_who_comes_into_slipping_is_written_to_once_and_again_only_another_time(sender: Sender) -> None:
    slips, long_ago, active = await sender.people(3)
    today = NOON.date()
    await sender.fan_of(slips, segment="slipping", since=today)
    await sender.fan_of(long_ago, segment="slipping", since=today - 9 * DAY)
    await sender.fan_of(active)
    await set_flow(sender, "slipping")
    assert [await run(sender, NOON + hours * timedelta(hours=1)) for hours in (0, 1, 24)] == [1, 0, 0]
    assert await reached(sender) == {slips}
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE fans.fan SET segment_since = $2 WHERE account_id = $1", slips, today + 100 * DAY
        )
    assert await run(sender, NOON + 100 * DAY) == 1


async def test_a_birthday_is_kept_once_a_year_for_who_gave_it_and_bought_here(sender: Sender) -> None:
    fan, stranger = await sender.market.buyer("小丹"), await sender.market.buyer("路人")
    secret = await sender.market.buyer("小海")
    day = f"{NOON:%m-%d}"
    for who in (fan, stranger):
        answer = await who.client.patch("/api/me", json={"birthday": day})
        assert (answer.status_code, answer.json()["birthday"]) == (200, day)
    for who in (fan, secret):
        await sender.note_sale(who.account_id, NOON - 40 * DAY)
    await set_flow(sender, "birthday", text="生日快乐")
    moments = (NOON - DAY, NOON, NOON + timedelta(hours=2), NOON + DAY, NOON + 365 * DAY)
    counts = [await run(sender, moment) for moment in moments]
    # In a year without leap day the same date comes after 365 days.
    assert counts[:4] == [0, 1, 0, 0]
    assert await reached(sender) == {fan.account_id}
    refused = await fan.client.patch("/api/me", json={"birthday": "02-30"})
    assert (refused.status_code, refused.json()["field"]) == (422, "birthday")
    assert (await fan.client.patch("/api/me", json={"birthday": None})).json()["birthday"] is None


async def test_a_birthday_message_does_not_come_the_day_after(sender: Sender) -> None:
    fan = await sender.market.buyer()
    await fan.client.patch("/api/me", json={"birthday": f"{NOON:%m-%d}"})
    await set_flow(sender, "birthday")
    # Bought here for the first time when it is quiet already.
    await sender.note_sale(fan.account_id, NOON + timedelta(hours=10, minutes=10))
    assert [await run(sender, NOON + timedelta(hours=hours)) for hours in (10.5, 20, 24)] == [0, 0, 0]
    assert await reached(sender) == set()


async def test_a_flow_that_holds_out_more_now_leaves_everybody_in_the_group_they_are_in(sender: Sender) -> None:
    people = await sender.people(200)
    await sender.fan_of(*people, segment="slipping", since=NOON.date())
    held_out = "SELECT account_id FROM outreach.recipient WHERE is_held_out AND counts_from BETWEEN $1 AND $2"

    async def _again(days: int, **more: Any) -> tuple[dict[str, Any], set[AccountId]]:
        flow = await set_flow(sender, "slipping", **more)
        day = NOON + days * DAY
        async with sender.ctx.database.connection() as connection:
            await connection.execute("UPDATE fans.fan SET segment_since = $1", day.date())
        assert await run_flows(sender.ctx, day) > 0
        async with sender.ctx.database.connection() as connection:
            return flow, {row["account_id"] for row in await connection.fetch(held_out, day, day + DAY)}

    _, first = await _again(0, hold_out_bp=1000, is_without_hold_out=False)
    flow, more = await _again(30, hold_out_bp=5000, is_without_hold_out=False)
    assert first == more
    _, nobody = await _again(60)
    assert nobody == set()
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.recipient SET counts_from = counts_from - interval '100 days'")
    effect = (await sender.report(flow))["effect"]
    assert [effect[group]["fans"] for group in ("treated", "held_out")] == [200 - len(first), len(first)]


async def test_flows_hold_out_and_keep_to_caps_and_quiet_hours_whatever_the_occasion(sender: Sender) -> None:
    people = await sender.people(400)
    await sender.fan_of(*people, segment="slipping", since=NOON.date())
    [capped, *_] = people
    for _ in range(3):
        await sender.send(segment="loyal")
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO outreach.recipient (campaign_id, account_id, occasion, shop_id, is_held_out, counts_from)
            SELECT campaign_id, $1, '', shop_id, false, $2 FROM outreach.campaign
            """,
            capped,
            NOON - DAY,
        )
    flow = await set_flow(sender, "slipping", hold_out_bp=2000, is_without_hold_out=False)
    night = NOON + timedelta(hours=11)
    assert 280 <= await run_flows(sender.ctx, night) < 360
    async with sender.ctx.database.connection() as connection:
        rows: Sequence[Any] = await connection.fetch(
            "SELECT * FROM outreach.recipient WHERE campaign_id = $1", UUID(flow["campaign_id"])
        )
    assert len(rows) == 400
    assert [row["account_id"] for row in rows if row["skipped"] == "capped"] == [capped]
    assert {row["counts_from"] for row in rows} == {NOON + timedelta(hours=20)}
