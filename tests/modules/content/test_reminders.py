"""Who asked to be reminded of a room is told of it: in time, once, and of nothing that is not so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from nats.aio.msg import Msg
from tests.live.audience import WAIT_S
from tests.modules.content.studio import Studio
from tests.outbox import list_envelopes

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.live import RoomMoved, RoomState
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content.service.remind import SOON, remind_soon


async def texts(client: httpx.AsyncClient) -> list[str]:
    """What somebody finds in the inbox, in English."""
    inbox = (await client.get("/api/me/notices", headers={"accept-language": "en"})).json()
    assert inbox["unread"] == len(inbox["items"])
    return [each["text"] for each in inbox["items"]]


class Show:
    """A planned room, and those who wait for it."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.path = f"/api/rooms/{studio.stage.room_id}"

    async def plan(self, at: datetime) -> None:
        """Its host says when it begins."""
        answer = await self.studio.creator.patch(self.path, json={"planned_at_ms": to_epoch_ms(at)})
        assert answer.status_code == 200, answer.text

    async def asked(self, name: str, ago: timedelta = timedelta()) -> httpx.AsyncClient:
        """Somebody who asked so long ago to be reminded."""
        viewer, viewer_id = await self.studio.sign_up(name)
        assert (await viewer.put(f"{self.path}/reminder")).status_code == 204
        async with self.studio.ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE content.reminder SET set_at = set_at - $2::interval WHERE account_id = $1", viewer_id, ago
            )
        return viewer

    async def moves(self, state: RoomState) -> list[Envelope]:
        """It is told that the room moved."""
        stage = self.studio.stage
        moved = RoomMoved(room_id=stage.room_id, host_id=stage.host_id, shop_id=stage.shop_id, state=state, at_ms=1)
        return await self.studio.happen("content-rooms", moved)

    async def told(self) -> int:
        """How many are reminded by other ways, as they are told."""
        async with self.studio.ctx.database.connection() as connection:
            return len(await list_envelopes(connection, "ReminderCame"))


@pytest.fixture
async def show(studio: Studio) -> Show:
    """A room that is planned."""
    return Show(studio)


async def test_who_asked_is_told_once_when_the_room_goes_on_air_however_often_that_is_told(show: Show) -> None:
    asked, changed = await show.asked("想看"), await show.asked("不看了")
    assert (await asked.put(f"{show.path}/reminder")).status_code == 204
    for _ in range(2):
        assert (await changed.delete(f"{show.path}/reminder")).status_code == 204
    rooms = f"/api/creators/{show.studio.stage.host_id}/rooms"
    assert [room["is_reminded"] for room in (await asked.get(rooms)).json()["items"]] == [True]
    assert [room["is_reminded"] for room in (await changed.get(rooms)).json()["items"]] == [False]
    await show.studio.stage.go_on_air()
    envelopes = await show.moves(RoomState.ON_AIR)
    await show.studio.repeat("content-rooms", envelopes)
    await show.moves(RoomState.INTERRUPTED)
    await show.moves(RoomState.ON_AIR)
    assert await texts(asked) == ["小丹 is live: 草莓专场"]
    [notice] = (await asked.get("/api/me/notices")).json()["items"]
    assert notice["link"] == f"/rooms/{show.studio.stage.room_id}"
    assert await texts(changed) == []
    assert await show.told() == 1
    late, _ = await show.studio.sign_up("晚了")
    assert (await late.put(f"{show.path}/reminder")).status_code == 409
    assert (await late.put(f"/api/rooms/{uuid4()}/reminder")).status_code == 404


async def test_who_asked_in_time_is_told_once_shortly_before_the_plan_and_again_on_air(show: Show) -> None:
    begins = utc_now() + timedelta(hours=3)
    await show.plan(begins)
    early = await show.asked("早")
    assert await remind_soon(show.studio.ctx, begins - SOON - timedelta(seconds=1)) == 0
    assert await texts(early) == []
    for _ in range(2):
        await remind_soon(show.studio.ctx, begins - SOON + timedelta(seconds=1))
    at = f"{begins + timedelta(hours=show.studio.ctx.settings.books_utc_offset_h):%H:%M}"
    assert await texts(early) == [f"小丹 goes live at {at}: 草莓专场"]
    # Put off after that, it is near once more, but the word was given.
    await show.plan(begins + timedelta(hours=1))
    assert await remind_soon(show.studio.ctx, begins + timedelta(hours=1) - SOON + timedelta(seconds=1)) == 0
    await show.studio.stage.go_on_air()
    await show.moves(RoomState.ON_AIR)
    assert (await texts(early))[0] == "小丹 is live: 草莓专场"
    assert len(await texts(early)) == 2


async def test_who_asks_when_the_room_is_near_already_is_told_only_when_it_begins(show: Show) -> None:
    await show.plan(utc_now() + timedelta(minutes=5))
    late = await show.asked("刚来")
    assert await remind_soon(show.studio.ctx, utc_now()) == 0
    assert await texts(late) == []


async def test_nobody_is_told_of_a_room_that_was_called_off(show: Show) -> None:
    begins = utc_now() + timedelta(minutes=8)
    await show.plan(begins)
    asked = await show.asked("想看", ago=timedelta(hours=1))
    assert (await show.studio.creator.post(f"{show.studio.stage.control}/end")).status_code in (200, 204)
    assert await remind_soon(show.studio.ctx, utc_now()) == 0
    await show.moves(RoomState.ENDED)
    assert await texts(asked) == []
    assert await show.told() == 0
    async with show.studio.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM content.reminder") == 0


async def test_word_of_going_on_air_that_comes_when_the_room_is_over_tells_nobody(show: Show) -> None:
    asked = await show.asked("想看")
    await show.studio.stage.go_on_air()
    assert (await show.studio.creator.post(f"{show.studio.stage.control}/end")).status_code in (200, 204)
    await show.moves(RoomState.ON_AIR)
    assert await texts(asked) == []


@pytest.fixture
async def rung(studio: Studio) -> AsyncIterator[asyncio.Queue[bytes]]:
    """Keys of the bells that rang."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def _hear(message: Msg) -> None:
        for start in range(0, len(message.data), accounts.BELL_KEY_BYTES):
            heard.put_nowait(message.data[start : start + accounts.BELL_KEY_BYTES])

    subject = studio.ctx.broker.subject(accounts.BELL)
    subscription = await studio.ctx.broker.client.subscribe(subject, cb=_hear)
    await studio.ctx.broker.client.flush()
    yield heard
    await subscription.unsubscribe()


async def test_bells_of_who_asked_ring_and_reading_rings_the_readers_other_pages(
    show: Show, rung: asyncio.Queue[bytes]
) -> None:
    asked = await show.asked("想看")
    await show.studio.sign_up("没预约")
    key = bytes.fromhex((await asked.get("/api/me/notices/bell")).json()["key"])
    await show.studio.stage.go_on_air()
    await show.moves(RoomState.ON_AIR)
    async with asyncio.timeout(WAIT_S):
        assert await rung.get() == key
    [notice] = (await asked.get("/api/me/notices")).json()["items"]
    for _ in range(2):  # The second time there is nothing new to tell.
        assert (await asked.post("/api/me/notices/read", json={"up_to": notice["notice_id"]})).status_code == 204
    async with asyncio.timeout(WAIT_S):
        assert await rung.get() == key
    await show.studio.ctx.broker.client.flush()
    assert rung.empty()
