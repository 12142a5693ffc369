"""A flow reminds a segment of each room that the shop plans: once, in time, and not of what is off."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.modules.outreach.sender import NOBODY_HELD_OUT, NOON, Sender, inbox

from xiaodian.contracts.accounts import AccountId
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.run_room_flows import run_room_flows

WORDS = {"name": "开播提醒", "text": "【直播】 【时间】 开始", **NOBODY_HELD_OUT, "segment": "active"}


class Planner:
    """A shop with a flow that speaks of its rooms."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.path = f"/api/shops/{sender.market.shop_id}/flows/room_planned"

    async def turn_on(self, **more: Any) -> dict[str, Any]:
        """At these moments; as if it had been on since yesterday."""
        answer = await self.sender.market.seller.put(self.path, json={**WORDS, "is_on": True, **more})
        assert answer.status_code == 200, answer.text
        await self.execute("UPDATE outreach.campaign SET send_at = now() - interval '1 day'")
        flow: dict[str, Any] = answer.json()
        return flow

    async def plan(self, at: datetime, title: str = "草莓夜场") -> str:
        """A room of the shop; answers its id."""
        body = {"title": title, "planned_at_ms": to_epoch_ms(at)}
        answer = await self.sender.market.seller.post("/api/rooms", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["room_id"])

    async def fan(self, name: str = "小丹") -> Any:
        """A fan of the segment, who can look into the inbox."""
        buyer = await self.sender.market.buyer(name)
        await self.sender.fan_of(buyer.account_id)
        return buyer

    async def work(self, now: datetime) -> int:
        """What the worker does at this moment; answers how many messages arrived."""
        await run_room_flows(self.sender.ctx, now)
        return await deliver_in_app(self.sender.ctx, now)

    async def move(self, room_id: str, state: str) -> None:
        """The room is so by now."""
        times = {"ended": "ended_at = now()", "on_air": "started_at = now()"}[state]
        await self.execute(f"UPDATE live.room SET state = $2, {times} WHERE room_id = $1", UUID(room_id), state)

    async def execute(self, statement: str, *values: Any) -> None:
        """Bring something about."""
        async with self.sender.ctx.database.connection() as connection:
            await connection.execute(statement, *values)

    async def count(self, where: str = "true") -> int:
        """How many were reached, passed over or held out."""
        async with self.sender.ctx.database.connection() as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM outreach.recipient WHERE {where}"))


@pytest.fixture
async def planner(sender: Sender) -> Planner:
    """The flow is not on yet."""
    return Planner(sender)


async def test_members_are_told_of_each_room_once_when_it_is_announced_with_its_name_and_time(planner: Planner) -> None:
    fan, stranger = await planner.fan(), await planner.sender.market.buyer("路人")
    await planner.turn_on(at_announcement=True)
    begins = NOON + timedelta(hours=6)
    room_id = await planner.plan(begins)
    assert await planner.work(NOON) == 1
    assert await planner.work(NOON + timedelta(minutes=1)) == 0
    [notice] = await inbox(fan.client)
    local = begins + timedelta(hours=planner.sender.ctx.settings.books_utc_offset_h)
    assert notice["params"]["text"] == f"草莓夜场 {local:%m-%d %H:%M} 开始"
    assert notice["link"] == f"/rooms/{room_id}"
    assert await inbox(stranger.client) == []
    await planner.plan(begins + timedelta(hours=1), "第二场")
    assert await planner.work(NOON + timedelta(minutes=2)) == 1


async def test_members_are_told_so_long_before_and_who_was_told_at_the_announcement_is_not_told_again(
    planner: Planner,
) -> None:
    await planner.turn_on(at_announcement=True, minutes_before=30)
    first = await planner.fan("早来")
    begins = NOON + timedelta(hours=6)
    await planner.plan(begins)
    assert await planner.work(NOON) == 1
    late = await planner.fan("后来")
    assert await planner.work(begins - timedelta(minutes=31)) == 0
    assert await planner.work(begins - timedelta(minutes=29)) == 1
    assert [len(await inbox(each.client)) for each in (first, late)] == [1, 1]
    assert await planner.work(begins - timedelta(minutes=5)) == 0


async def test_a_room_that_begins_at_a_quiet_hour_is_told_of_before_it_is_quiet(planner: Planner) -> None:
    await planner.fan()
    await planner.turn_on(minutes_before=15)
    # Noon of the books and ten hours: 22 o'clock, when it becomes quiet.
    await planner.plan(NOON + timedelta(hours=10, minutes=30))
    assert await planner.work(NOON + timedelta(hours=9, minutes=50)) == 0
    assert await planner.work(NOON + timedelta(hours=9, minutes=59, seconds=30)) == 1


@pytest.mark.parametrize("state", ["ended", "on_air"])
async def test_nobody_is_told_of_a_room_that_was_called_off_or_has_begun(planner: Planner, state: str) -> None:
    await planner.fan()
    await planner.turn_on(at_announcement=True)
    room_id = await planner.plan(NOON + timedelta(hours=6))
    await planner.move(room_id, state)
    assert await planner.work(NOON) == 0
    assert await planner.count() == 0


async def test_what_waits_until_morning_is_dropped_when_the_room_is_called_off_by_then(planner: Planner) -> None:
    fan = await planner.fan()
    await planner.turn_on(at_announcement=True)
    room_id = await planner.plan(NOON + timedelta(days=1))
    night = NOON + timedelta(hours=11)
    assert await planner.work(night) == 0
    assert await planner.count("skipped IS NULL") == 1
    await planner.move(room_id, "ended")
    assert await planner.work(night + timedelta(hours=10)) == 0
    assert await inbox(fan.client) == []


async def test_who_asked_to_be_reminded_has_that_and_who_wants_nothing_or_had_enough_is_passed_over(
    planner: Planner,
) -> None:
    asked, out, full = [await planner.fan(name) for name in ("预约了", "不要", "够了")]
    await planner.turn_on(at_announcement=True)
    await planner.execute(
        """
        INSERT INTO outreach.recipient (campaign_id, account_id, occasion, shop_id, is_held_out, counts_from)
        SELECT campaign_id, $1, n::text, shop_id, false, $2 FROM outreach.campaign, generate_series(1, $3::int) AS n
        """,
        full.account_id,
        NOON,
        planner.sender.ctx.settings.outreach_most_messages,
    )
    assert (await out.client.put(f"/api/me/opt-outs/{planner.sender.market.shop_id}")).status_code == 204
    room_id = await planner.plan(NOON + timedelta(hours=6))
    assert (await asked.client.put(f"/api/rooms/{room_id}/reminder")).status_code == 204
    assert await planner.work(NOON) == 0
    assert await planner.count("skipped = 'opted_out'") == 1
    assert await planner.count("skipped = 'capped'") == 1
    assert [await inbox(each.client) for each in (asked, out, full)] == [[], [], []]


async def test_a_hold_out_group_is_told_nothing_and_a_large_segment_is_told_whole(planner: Planner) -> None:
    people: list[AccountId] = await planner.sender.people(1200)
    await planner.sender.fan_of(*people)
    await planner.turn_on(at_announcement=True, hold_out_bp=2000, is_without_hold_out=False)
    await planner.plan(NOON + timedelta(hours=6))
    arrived = await planner.work(NOON)
    held_out = await planner.count("is_held_out")
    assert arrived + held_out == 1200
    assert 150 < held_out < 330


async def test_rooms_from_before_the_flow_was_turned_on_are_announced_no_more(planner: Planner) -> None:
    await planner.fan()
    await planner.plan(utc_now() + timedelta(days=2))
    answer = await planner.sender.market.seller.put(
        planner.path, json={**WORDS, "is_on": True, "at_announcement": True}
    )
    assert answer.status_code == 200
    assert await planner.work(NOON) == 0


@pytest.mark.parametrize(
    ("trigger", "more", "reason"),
    [
        ("room_planned", {}, "no_moment"),
        ("birthday", {"minutes_before": 30}, "no_rooms"),
        ("birthday", {"at_announcement": True}, "no_rooms"),
    ],
)
async def test_a_flow_of_rooms_says_when_and_no_other_does(
    planner: Planner, trigger: str, more: dict[str, Any], reason: str
) -> None:
    path = planner.path.replace("room_planned", trigger)
    answer = await planner.sender.market.seller.put(path, json={**WORDS, "is_on": True, **more})
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    async with planner.sender.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM outreach.campaign") == 0


async def test_staff_may_remind_of_any_room_of_the_shop_whoever_hosts_it(planner: Planner) -> None:
    later = await planner.plan(NOON + timedelta(hours=6), "晚场")
    sooner = await planner.plan(NOON + timedelta(hours=2), "下午场")
    over = await planner.plan(NOON, "完了")
    await planner.move(over, "ended")
    shop = f"/api/shops/{planner.sender.market.shop_id}"
    helper = await planner.sender.market.buyer("客服")
    rooms = f"{shop}/campaign-rooms"
    assert (await helper.client.get(rooms)).status_code == 404
    await planner.execute(
        "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'service')",
        planner.sender.market.shop_id,
        helper.account_id,
    )
    assert [room["room_id"] for room in (await helper.client.get(rooms)).json()["items"]] == [sooner, later]
    message = {"name": "晚场", "text": "晚场见", "segment": "active", "room_id": later, **NOBODY_HELD_OUT}
    assert (await helper.client.post(f"{shop}/campaigns", json=message)).status_code == 201


async def test_when_the_shop_deletes_the_segment_of_the_flow_nobody_is_told(planner: Planner) -> None:
    await planner.fan()
    seller, shop_id = planner.sender.market.seller, planner.sender.market.shop_id
    made = await seller.post(f"/api/shops/{shop_id}/segments", json={"name": "都算", "cel": "orders >= 0"})
    segment_id = made.json()["segment_id"]
    await planner.turn_on(at_announcement=True, segment=segment_id)
    await planner.plan(NOON + timedelta(hours=6))
    assert (await seller.delete(f"/api/shops/{shop_id}/segments/{segment_id}")).status_code == 204
    assert await planner.work(NOON) == 0
