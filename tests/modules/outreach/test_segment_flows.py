"""Flows and segments: who comes into one is written to, and a flow may be for the members of one alone."""

from datetime import datetime, timedelta
from typing import Any

from tests.modules.outreach.sender import NOON, Sender
from tests.modules.outreach.test_flows import run, set_flow

from xiaodian.contracts.accounts import AccountId
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.run_flows import run_joins

DAY = timedelta(days=1)
SOON = timedelta(minutes=1)


async def save_segment(sender: Sender, cel: str, name: str = "聊得多") -> str:
    """A segment of the shop's own; answers its id."""
    segments = f"/api/shops/{sender.market.shop_id}/segments"
    answer = await sender.market.seller.post(segments, json={"name": name, "cel": cel})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["segment_id"])


async def set_comments(sender: Sender, comments: int, *fans: AccountId) -> None:
    """So much they have said."""
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE fans.fan SET comments = $2 WHERE account_id = ANY($1::uuid[])", fans, comments)


async def look(sender: Sender, now: datetime) -> int:
    """What the worker does then; answers how many messages arrived."""
    await run_joins(sender.ctx, now)
    return await deliver_in_app(sender.ctx, now)


async def talkers(sender: Sender, count: int) -> tuple[list[AccountId], str]:
    """Fans of whom the first talks, and the segment of those who do."""
    fans = await sender.people(count)
    await sender.fan_of(*fans)
    await set_comments(sender, 9, fans[0])
    return fans, await save_segment(sender, "comments >= 5")


async def test_who_comes_into_a_segment_is_written_to_and_who_was_in_it_before_is_not(sender: Sender) -> None:
    fans, segment = await talkers(sender, 3)
    await set_flow(sender, "segment_joined", segment=segment)
    assert await look(sender, NOON) == 0
    await set_comments(sender, 9, *fans[:2])
    assert await look(sender, NOON + SOON) == 1
    assert await look(sender, NOON + 2 * SOON) == 0
    async with sender.ctx.database.connection() as connection:
        assert [fans[1]] == [
            row["account_id"] for row in await connection.fetch("SELECT account_id FROM outreach.recipient")
        ]


async def test_who_leaves_and_comes_back_is_written_to_again_only_after_the_set_time(sender: Sender) -> None:
    fans, segment = await talkers(sender, 2)
    await set_flow(sender, "segment_joined", segment=segment, again_days=10)
    arrived = []
    for days, comments in ((0, 0), (1, 9), (2, 0), (3, 9), (12, 0), (13, 9)):
        await set_comments(sender, comments, fans[1])
        arrived.append(await look(sender, NOON + days * DAY))
    assert arrived == [0, 1, 0, 0, 0, 1]


async def test_who_left_before_the_delay_was_over_gets_nothing(sender: Sender) -> None:
    fans, segment = await talkers(sender, 3)
    await set_flow(sender, "segment_joined", segment=segment, delay_days=3)
    await look(sender, NOON)
    await set_comments(sender, 9, *fans)
    assert await look(sender, NOON + DAY) == 0
    await set_comments(sender, 0, fans[2])
    assert await look(sender, NOON + 4 * DAY) == 1


async def test_another_condition_or_turning_it_on_again_makes_nobody_somebody_who_came_in(sender: Sender) -> None:
    fans, segment = await talkers(sender, 3)
    await set_flow(sender, "segment_joined", segment=segment)
    await look(sender, NOON)
    one = f"/api/shops/{sender.market.shop_id}/segments/{segment}"
    wider = await sender.market.seller.put(one, json={"name": "聊得多", "cel": "comments >= 0"})
    assert wider.status_code == 200, wider.text
    assert await look(sender, NOON + SOON) == 0
    await set_flow(sender, "segment_joined", segment=segment, is_on=False)
    [late] = await sender.people(1)
    await sender.fan_of(late)
    await set_flow(sender, "segment_joined", segment=segment)
    assert [await look(sender, NOON + minutes * SOON) for minutes in (2, 3)] == [0, 0]
    await sender.fan_of(*await sender.people(1))
    assert await look(sender, NOON + 4 * SOON) == 1
    await sender.market.seller.delete(one)
    await sender.fan_of(*await sender.people(1))
    assert await look(sender, NOON + 5 * SOON) == 0
    assert len(fans) == 3


async def test_coming_into_a_ready_segment_is_an_occasion_and_some_are_held_out(sender: Sender) -> None:
    fans = await sender.people(60)
    await set_flow(
        sender, "segment_joined", segment="loyal", hold_out_bp=5000, is_without_hold_out=False, again_days=365
    )
    await sender.fan_of(*fans, segment="loyal", since=(NOON + timedelta(hours=8)).date())
    arrived = await look(sender, NOON)
    async with sender.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT is_held_out FROM outreach.recipient WHERE skipped IS NULL")
    assert (len(rows), [row["is_held_out"] for row in rows].count(False)) == (60, arrived)
    assert 0 < arrived < 60
    assert await look(sender, NOON + SOON) == 0


async def test_a_flow_may_be_for_the_members_of_a_segment_alone(sender: Sender) -> None:
    fans, segment = await talkers(sender, 2)
    for fan in fans:
        await sender.note_sale(fan, NOON - timedelta(hours=1))
    await set_flow(sender, "first_purchase", segment=segment, delay_days=1)
    assert await run(sender, NOON + DAY) == 1
    await set_comments(sender, 9, fans[1])
    assert await run(sender, NOON + DAY + SOON) == 1
    [late] = await sender.people(1)
    await sender.note_sale(late, NOON)
    await set_flow(sender, "first_purchase", segment="loyal", delay_days=1)
    assert await run(sender, NOON + DAY + SOON) == 0
    await set_flow(sender, "first_purchase", segment="buyers", delay_days=1)
    assert await run(sender, NOON + DAY + SOON) == 1


async def test_a_shop_has_a_flow_for_each_segment_and_none_for_what_is_no_segment_of_its_own(sender: Sender) -> None:
    _, segment = await talkers(sender, 1)
    flows = f"/api/shops/{sender.market.shop_id}/flows"
    first = await set_flow(sender, "segment_joined", segment=segment)
    await set_flow(sender, "segment_joined", segment="loyal")
    changed = await set_flow(sender, "segment_joined", segment=segment, text="欢迎")
    assert changed["campaign_id"] == first["campaign_id"]
    items: list[dict[str, Any]] = (await sender.market.seller.get(flows)).json()["items"]
    joined = [each["campaign"] for each in items if each["trigger"] == "segment_joined"]
    assert [each and (each["segment"], each["text"]) for each in joined] == [
        (segment, "欢迎"),
        ("loyal", "草莓吃完了吗"),
        None,
    ]
    body = {"name": "回访", "text": "好", "is_on": True}
    for wrong in (None, "buyers", "nothing", str(first["campaign_id"])):
        told = await sender.market.seller.put(f"{flows}/segment_joined", json={**body, "segment": wrong})
        assert (told.status_code, told.json()["field"]) == (422, "segment")
    told = await sender.market.seller.put(f"{flows}/birthday", json={**body, "segment": "nothing"})
    assert told.status_code == 422


async def test_who_comes_in_the_moment_after_it_was_turned_on_has_come_in(sender: Sender) -> None:
    fans, segment = await talkers(sender, 2)
    await set_flow(sender, "segment_joined", segment=segment)
    await set_comments(sender, 9, *fans)
    assert await look(sender, NOON) == 1
