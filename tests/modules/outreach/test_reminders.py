"""A reminder that was asked for also comes by web push and e-mail: once a room, at any hour, only while it is so."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.live.stage import envelope_of
from tests.modules.orders.market import Buyer
from tests.modules.outreach.sender import NOON, Sender, inbox
from tests.modules.outreach.test_mail import Post, post_office
from tests.modules.outreach.test_push import Browser, PushService, at_home, push_service

from xiaodian.contracts.content import ReminderCame
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.outreach import handlers
from xiaodian.modules.outreach.service.personal_data import export
from xiaodian.modules.outreach.service.remind import LATE, mail_reminders, push_reminders

__all__ = ["post_office", "push_service"]
MIDNIGHT = NOON - timedelta(hours=12)
ALL = "00000000-0000-0000-0000-000000000000"


class Waiting:
    """A room of the shop, and a fan who waits for it in a browser and by e-mail."""

    def __init__(self, sender: Sender, room: dict[str, Any], fan: Buyer, browser: Browser) -> None:
        self.sender, self.room, self.fan, self.browser = sender, room, fan, browser

    async def put(self, state: str, planned_at: datetime | None = None) -> None:
        """The room is so by now."""
        async with self.sender.ctx.database.connection() as connection:
            await connection.execute(
                """
                UPDATE live.room SET state = $2, planned_at = $3, started_at = CASE WHEN $2 = 'on_air' THEN now() END,
                    ended_at = CASE WHEN $2 = 'ended' THEN now() END
                WHERE room_id = $1
                """,
                UUID(self.room["room_id"]),
                state,
                planned_at,
            )

    async def came(self, *, is_on_air: bool, times: int = 1) -> None:
        """The inbox has it."""
        event = ReminderCame(
            room_id=RoomId(UUID(self.room["room_id"])), is_on_air=is_on_air, account_ids=[self.fan.account_id]
        )
        [queue] = [each.handle for each in handlers.consumers(self.sender.ctx) if each.durable == "outreach-reminders"]
        for _ in range(times):
            await queue([envelope_of(event)])

    async def given(self, at: datetime) -> None:
        """As if it had come then."""
        async with self.sender.ctx.database.connection() as connection:
            await connection.execute("UPDATE outreach.reminder SET given_at = $1, due_at = $1", at)

    async def states(self) -> list[tuple[str, str, str | None]]:
        """What became of each way."""
        async with self.sender.ctx.database.connection() as connection:
            rows = await connection.fetch("SELECT channel, state, reason FROM outreach.reminder ORDER BY channel")
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
async def waiting(sender: Sender, push_service: PushService) -> Waiting:
    """Said yes in English in the browser, in Chinese by e-mail; wants no messages of shops at all."""
    fan, browser = await sender.market.buyer(), Browser("dan", push_service.port)
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outreach.push_subscription VALUES ($1, $2, $3, $4, now(), 'en')",
            browser.subscription["endpoint"],
            fan.account_id,
            browser.point,
            browser.secret,
        )
    wants = {"is_welcome": True}
    assert (await fan.client.put("/api/me/mail-consent", json=wants)).status_code == 204
    assert (await fan.client.put(f"/api/me/opt-outs/{ALL}")).status_code == 204
    room = (await sender.market.seller.post("/api/rooms", json={"title": "夜场草莓"})).json()
    return Waiting(sender, room, fan, browser)


async def test_a_room_on_air_is_pushed_and_mailed_once_at_any_hour_though_shops_are_not_welcome(
    waiting: Waiting, push_service: PushService, post_office: Post
) -> None:
    await waiting.put("on_air")
    await waiting.came(is_on_air=True, times=2)
    await waiting.given(MIDNIGHT)
    assert await push_reminders(at_home(waiting.sender.ctx), MIDNIGHT) == 1
    assert await mail_reminders(post_office.records, MIDNIGHT) == 1
    await waiting.came(is_on_air=True)
    assert await push_reminders(at_home(waiting.sender.ctx), MIDNIGHT) == 0
    assert await mail_reminders(post_office.records, MIDNIGHT) == 0
    [got] = push_service.got
    host = waiting.room["host"]["display_name"]
    link = f"/rooms/{waiting.room['room_id']}"
    words = {"title": "The live show you asked for", "body": f"{host} is live: 夜场草莓", "link": link}
    assert waiting.browser.read(got.body) == words
    assert (int(got.headers["ttl"]), got.headers["urgency"]) == (LATE.total_seconds(), "high")
    [mail] = post_office.server.mails
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert f"{host} 开播了：夜场草莓" in plain.get_content()
    assert f"https://shop.example{link}" in plain.get_content()
    assert mail["List-Unsubscribe"] is None
    async with waiting.sender.ctx.database.connection() as connection:
        # It counts for no cap: no shop has written.
        assert await connection.fetchval("SELECT count(*) FROM outreach.recipient") == 0
    assert await inbox(waiting.fan.client) == []


async def test_a_worker_that_dies_over_one_reminder_does_not_lose_the_others_of_its_batch(
    waiting: Waiting, post_office: Post
) -> None:
    others = [await waiting.sender.market.buyer(name) for name in ("小海", "小山")]
    for fan in others:
        assert (await fan.client.put("/api/me/mail-consent", json={"is_welcome": True})).status_code == 204
    await waiting.put("on_air")
    for fan in (waiting.fan, *others):
        waiting.fan = fan
        await waiting.came(is_on_air=True)
    await waiting.given(NOON)
    await post_office.die_over_the_first(mail_reminders(post_office.records, NOON))
    moments = (NOON + timedelta(minutes=minutes) for minutes in (1, 11, 25))
    assert [await mail_reminders(post_office.records, moment) for moment in moments] == [0, 2, 0]


async def test_shortly_before_an_email_goes_and_the_browser_waits_until_there_is_something_to_see(
    waiting: Waiting, push_service: PushService, post_office: Post
) -> None:
    await waiting.put("planned", NOON)
    await waiting.came(is_on_air=False)
    await waiting.given(NOON - timedelta(minutes=9))
    assert await mail_reminders(post_office.records, NOON - timedelta(minutes=9)) == 1
    assert await push_reminders(at_home(waiting.sender.ctx), NOON) == 0
    await waiting.put("on_air", NOON)
    await waiting.came(is_on_air=True)
    await waiting.given(NOON)
    assert await push_reminders(at_home(waiting.sender.ctx), NOON) == 1
    assert await mail_reminders(post_office.records, NOON) == 0
    at = f"{NOON + timedelta(hours=waiting.sender.ctx.settings.books_utc_offset_h):%H:%M}"
    assert f"将在 {at} 开播" in str(post_office.server.mails[0]["Subject"])


@pytest.mark.parametrize(("state", "is_on_air"), [("ended", True), ("ended", False), ("on_air", False)])
async def test_what_is_not_so_any_more_is_not_sent(
    waiting: Waiting, push_service: PushService, post_office: Post, state: str, is_on_air: bool
) -> None:
    await waiting.put(state)
    await waiting.came(is_on_air=is_on_air)
    await waiting.given(NOON)
    assert await push_reminders(at_home(waiting.sender.ctx), NOON) == 0
    assert await mail_reminders(post_office.records, NOON) == 0
    assert push_service.got == []
    assert post_office.server.mails == []
    assert {(fate, reason) for _, fate, reason in await waiting.states()} == {("dropped", "over")}


async def test_what_could_not_be_sent_in_time_is_not_sent_late(waiting: Waiting, push_service: PushService) -> None:
    await waiting.put("on_air")
    await waiting.came(is_on_air=True)
    await waiting.given(NOON)
    push_service.status = 503
    assert await push_reminders(at_home(waiting.sender.ctx), NOON) == 0
    push_service.status = 201
    assert await push_reminders(at_home(waiting.sender.ctx), NOON + LATE + timedelta(minutes=1)) == 0
    assert len(push_service.got) == 1
    assert ("push", "dropped", "late") in await waiting.states()


async def test_a_reminder_is_told_in_the_persons_data_and_goes_with_the_person(waiting: Waiting) -> None:
    await waiting.came(is_on_air=True)
    async with waiting.sender.ctx.database.connection() as connection:
        mine = await export(connection, waiting.fan.account_id, 10)
    assert sorted(row["channel"] for row in mine["reminders"]) == ["email", "push"]
    assert to_epoch_ms(mine["reminders"][0]["given_at"]) > 0
