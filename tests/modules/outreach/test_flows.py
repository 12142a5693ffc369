"""A flow reaches each fan on their own occasion, once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.modules.outreach.sender import NOBODY_HELD_OUT, NOON, Sender

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.outreach import FLOWS, Trigger
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.run_flows import learn_rhythms, run_flows

DAY = timedelta(days=1)


async def set_flow(sender: Sender, trigger: str, *, is_on: bool = True, **more: Any) -> dict[str, Any]:
    """Say what a flow sends. It counts as turned on long ago."""
    body = {"name": "回访", "text": "草莓吃完了吗", "is_on": is_on, **NOBODY_HELD_OUT, **more}
    answer = await sender.market.seller.put(f"/api/shops/{sender.market.shop_id}/flows/{trigger}", json=body)
    assert answer.status_code == 200, answer.text
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.campaign SET send_at = $1", NOON - timedelta(days=300))
    flow: dict[str, Any] = answer.json()
    return flow


async def run(sender: Sender, now: Any) -> int:
    """What the worker does then; answers how many messages arrived."""
    await run_flows(sender.ctx, now)
    return await deliver_in_app(sender.ctx, now)


async def test_a_week_after_the_first_purchase_a_fan_is_written_to_once_and_never_of_a_later_one(
    sender: Sender,
) -> None:
    fan, old = await sender.people(2)
    await sender.note_sale(old, NOON - 40 * DAY)
    for who in (fan, old):
        await sender.note_sale(who, NOON - timedelta(hours=1))
    await set_flow(sender, "first_purchase", delay_days=7)
    assert await run(sender, NOON + 6 * DAY) == 0
    assert await run(sender, NOON + 7 * DAY) == 1
    await sender.note_sale(fan, NOON + DAY)
    assert [await run(sender, NOON + days * DAY) for days in (7, 8, 9)] == [0, 0, 0]


async def test_occasions_from_before_a_flow_was_turned_on_or_long_past_are_let_pass(sender: Sender) -> None:
    late, too_late = await sender.people(2)
    await sender.note_sale(late, NOON - 7 * DAY - timedelta(minutes=1))
    await sender.note_sale(too_late, NOON - 9 * DAY - timedelta(minutes=1))
    await set_flow(sender, "first_purchase", delay_days=7)
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.campaign SET send_at = $1", NOON)
    assert await run(sender, NOON) == 0
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.campaign SET send_at = $1", NOON - 30 * DAY)
    assert await run(sender, NOON) == 1


async def test_a_flow_that_is_off_writes_to_nobody_and_drops_what_waited(sender: Sender) -> None:
    [fan] = await sender.people(1)
    await sender.note_sale(fan, NOON - 7 * DAY)
    await set_flow(sender, "first_purchase", delay_days=7, is_on=False)
    assert await run(sender, NOON) == 0
    await set_flow(sender, "first_purchase", delay_days=7)
    assert await run_flows(sender.ctx, NOON) == 1
    flow = await set_flow(sender, "first_purchase", delay_days=7, is_on=False)
    assert await deliver_in_app(sender.ctx, NOON) == 0
    assert flow["state"] == "off"
    flows = (await sender.market.seller.get(f"/api/shops/{sender.market.shop_id}/flows")).json()["items"]
    assert {flow["trigger"]: flow["campaign"] is not None for flow in flows} == {
        each.value: each is Trigger.FIRST_PURCHASE for each in FLOWS
    }


async def note_bought(sender: Sender, product_id: ProductId, fan: AccountId, days_ago: float) -> None:
    """Somebody bought a product so many days before noon."""
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO outreach.bought (shop_id, product_id, buyer_id, paid_at, order_id)
            VALUES ($1, $2, $3, $4, $5)
            """,
            sender.market.shop_id,
            product_id,
            fan,
            NOON - days_ago * DAY,
            uuid4(),
        )


async def test_what_is_used_up_in_a_month_is_written_about_before_the_month_is_over(sender: Sender) -> None:
    milk, kettle = ProductId(uuid4()), ProductId(uuid4())
    for number in range(25):
        regular = AccountId(uuid4())
        for days_ago in (200, 170 + number % 3):
            await note_bought(sender, milk, regular, days_ago)
        for days_ago in (290, 250 - 9 * number):
            await note_bought(sender, kettle, regular, days_ago)
    mine, early, again = await sender.people(3)
    for product_id in (milk, kettle):
        await note_bought(sender, product_id, mine, 27)
    await note_bought(sender, milk, early, 20)
    await note_bought(sender, milk, again, 27)
    await note_bought(sender, milk, again, 3)
    flow = await set_flow(sender, "running_out")
    await learn_rhythms(sender.ctx, NOON)
    async with sender.ctx.database.connection() as connection:
        learnt = await connection.fetch("SELECT product_id, gap, gaps FROM outreach.rhythm")
    assert [(row["product_id"], row["gap"], row["gaps"]) for row in learnt] == [(milk, 29 * DAY, 26)]
    assert await run(sender, NOON) == 1
    assert await run(sender, NOON + timedelta(hours=1)) == 0
    async with sender.ctx.database.connection() as connection:
        [reached] = await connection.fetch("SELECT account_id, campaign_id FROM outreach.recipient")
    assert (reached["account_id"], reached["campaign_id"]) == (mine, UUID(flow["campaign_id"]))


async def test_of_few_repeats_nothing_is_learnt(sender: Sender) -> None:
    for _ in range(19):
        fan = AccountId(uuid4())
        await note_bought(sender, ProductId(UUID(int=7)), fan, 60)
        await note_bought(sender, ProductId(UUID(int=7)), fan, 30)
    await set_flow(sender, "running_out")
    await learn_rhythms(sender.ctx, NOON)
    async with sender.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM outreach.rhythm") == 0


async def test_a_flow_that_two_set_at_once_is_one_flow_and_neither_is_told_that_there_is_none(sender: Sender) -> None:
    body = {"name": "生日", "text": "生日快乐", "is_on": True, **NOBODY_HELD_OUT}
    path = f"/api/shops/{sender.market.shop_id}/flows/birthday"
    answers = await asyncio.gather(*(sender.market.seller.put(path, json=body) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.json()["campaign_id"] for answer in answers}) == 1
