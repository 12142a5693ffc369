"""Rooms and comments over HTTP."""

import asyncio
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.conftest import SignUp
from tests.live.audience import WAIT_S
from tests.live.stage import Stage

from xiaodian.contracts.live import CommentMoment, LikesMoment
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live.caps import CapPerSecond
from xiaodian.modules.live.likes import Likes
from xiaodian.modules.media.service.interruption import interrupt_streams
from xiaodian.settings import Settings


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, gateway_port=8001, comments_per_minute=5)


async def test_a_planned_room_says_where_its_picture_and_its_events_are(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    room = (await client.get(f"/api/rooms/{stage.room_id}", headers={"host": "shop.example:8000"})).json()
    assert room["state"] == "planned"
    assert room["gateway_url"] == f"ws://shop.example:8001/live/{stage.room_id}"
    assert room["playback_url"].endswith(f"{await stage.stream_id()}/index.m3u8")
    assert (room["host"]["display_name"], room["shop_id"]) == ("小丹", str(stage.shop_id))
    assert room["duration_ms"] is None
    assert room["server_now_ms"] > 1_700_000_000_000


async def test_viewers_find_rooms_on_air_and_replays_page_by_page(stage: Stage, client: httpx.AsyncClient) -> None:
    ids = [str(stage.room_id)]
    ids += [(await stage.host.post("/api/rooms", json={"title": f"第{n}场"})).json()["room_id"] for n in range(4)]
    for room_id in ids[:3]:
        await stage.host.post(f"/api/rooms/{room_id}/control/end")
    seen: list[str] = []
    cursor = None
    while True:
        params = {"state": "ended", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/rooms", params=params)).json()
        seen += [card["room_id"] for card in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[2::-1]
    assert (await client.get("/api/rooms")).json() == {"items": [], "next_cursor": None}
    mine = (await stage.host.get("/api/me/rooms", params={"limit": 5})).json()["items"]
    assert [card["room_id"] for card in mine] == ids[::-1]
    await stage.host.post(f"{stage.control}/end")


async def test_rooms_on_air_include_those_whose_picture_is_interrupted(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.go_on_air()
    for state in ("on_air", "interrupted"):
        async with stage.ctx.database.connection() as connection:
            await connection.execute("UPDATE live.room SET state = $1", state)
        cards = (await client.get("/api/rooms", params={"state": "on_air"})).json()["items"]
        assert [(card["room_id"], card["state"]) for card in cards] == [(str(stage.room_id), state)]


async def test_a_host_whose_picture_is_lost_is_told_how_long_the_room_waits(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    async def until() -> int | None:
        told: int | None = (await client.get(f"/api/rooms/{stage.room_id}")).json()["interrupted_until_ms"]
        return told

    await stage.go_on_air()
    stream_id = await stage.stream_id()
    async with stage.ctx.database.connection() as connection:
        await connection.execute("UPDATE media.stream SET state = 'on_air'")
        assert await until() is None
        before_ms = to_epoch_ms(utc_now())
        await interrupt_streams(connection, "stream_id = $2", stream_id, grace_s=600)
        told = await until()
        assert told is not None
        assert before_ms + 600_000 - 1 <= told <= to_epoch_ms(utc_now()) + 600_000
        await connection.execute("UPDATE media.stream SET state = 'on_air'")
        assert await until() is None


async def test_a_replay_shows_what_its_goods_cost_and_what_is_left_now(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.fill_bag()
    await stage.host.post(f"{stage.control}/end")
    await stage.told()
    sku = stage.sku()
    await stage.host.put(f"/api/skus/{sku.sku_id}/stock", json={"available": 3})
    changed = {"skus": [{"sku_id": str(sku.sku_id), "name": sku.name, "price_minor": 1990}]}
    await stage.host.patch(f"/api/products/{stage.products[0].product_id}", json=changed)
    async with asyncio.timeout(WAIT_S):
        while (snapshot := (await client.get(f"/live/{stage.room_id}/snapshot")).json())["state"] != "ended":
            pass  # The tick in which it ended is not over.
    shown = snapshot["bag"][0]["skus"][0]
    assert (snapshot["state"], shown["available"], shown["price_minor"]) == ("ended", 3, 1990)


async def test_bad_lists_are_refused_and_break_nothing(client: httpx.AsyncClient) -> None:
    for params in ({"cursor": "%%"}, {"limit": 0}, {"limit": 1000}, {"state": "nowhere"}, {"cursor": "a" * 500}):
        answer = await client.get("/api/rooms", params=params)
        assert 400 <= answer.status_code < 500, (params, answer.text)


async def test_the_host_can_rename_the_room_and_give_it_a_cover(stage: Stage) -> None:
    path = f"/api/rooms/{stage.room_id}"
    await stage.host.patch(path, json={"title": " 新名字 ", "cover_url": "/media/pictures/b.webp"})
    room = (await stage.host.get(path)).json()
    assert (room["title"], room["cover_url"]) == ("新名字", "/media/pictures/b.webp")
    assert (await stage.host.patch(path, json={"cover_url": None})).json()["cover_url"] is None
    for bad in ({"title": ""}, {"title": "  "}, {"cover_url": "javascript:alert(1)"}, {"host_id": str(uuid4())}):
        assert (await stage.host.patch(path, json=bad)).status_code == 400
    assert (await stage.host.get(path)).json()["title"] == "新名字"


async def test_a_comment_is_in_the_log_with_the_senders_name_when_it_is_answered(stage: Stage, sign_up: SignUp) -> None:
    viewer, viewer_id = await sign_up("老王")
    markup = "<b>好吃</b> & 'quotes' \u0007\n<script>alert(1)</script>"
    answer = await viewer.post(f"/api/rooms/{stage.room_id}/comments", json={"text": markup})
    assert answer.status_code == 201, answer.text
    (comment,) = await stage.told()
    assert isinstance(comment, CommentMoment)
    assert (comment.name, comment.account_id, comment.is_host) == ("老王", viewer_id, False)
    assert str(comment.comment_id) == answer.json()["comment_id"]
    assert comment.text == "<b>好吃</b> & 'quotes' <script>alert(1)</script>"
    await stage.host.post(f"/api/rooms/{stage.room_id}/comments", json={"text": "欢迎"})
    host_comment = (await stage.told())[-1]
    assert isinstance(host_comment, CommentMoment)
    assert host_comment.is_host


@pytest.mark.parametrize("text", ["好" * 10_000, "", " \u200b\u0007 ", "x" * 201])
async def test_a_comment_too_long_or_empty_is_refused_and_not_told(stage: Stage, text: str) -> None:
    answer = await stage.host.post(f"/api/rooms/{stage.room_id}/comments", json={"text": text})
    assert (answer.status_code, answer.json()["field"]) == (422, "text")
    assert await stage.told() == []


async def test_a_comment_needs_an_account_and_an_open_room(stage: Stage, client: httpx.AsyncClient) -> None:
    path = f"/api/rooms/{stage.room_id}/comments"
    assert (await client.post(path, json={"text": "hi"})).status_code == 401
    assert (await stage.host.post(f"/api/rooms/{uuid4()}/comments", json={"text": "hi"})).status_code == 404
    for bad in ({}, {"text": 1}, {"text": "hi", "name": "somebody else"}):
        assert (await stage.host.post(path, json=bad)).status_code == 400
    await stage.host.post(f"{stage.control}/end")
    ended = await stage.host.post(path, json={"text": "再见"})
    assert (ended.status_code, ended.json()["code"]) == (409, "room_ended")


async def test_who_floods_the_room_is_slowed_down(stage: Stage, sign_up: SignUp) -> None:
    viewer, _ = await sign_up("老王")
    path = f"/api/rooms/{stage.room_id}/comments"
    statuses = [(await viewer.post(path, json={"text": str(n)})).status_code for n in range(7)]
    assert statuses == [201] * 5 + [429] * 2
    assert len(await stage.told()) == 5
    assert int((await viewer.post(path, json={"text": "x"})).headers["retry-after"]) >= 1


async def test_likes_of_pollers_are_summed_and_told_together(
    stage: Stage, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    due: list[Likes] = []
    tell = Likes._start
    monkeypatch.setattr("xiaodian.modules.live.likes.PERIOD_S", 0)
    monkeypatch.setattr(Likes, "_start", lambda likes: due.append(likes))
    path = f"/api/rooms/{stage.room_id}/likes"
    subscription = await stage.ctx.broker.client.subscribe(stage.ctx.broker.subject(f"room.{stage.room_id}.likes"))
    for count in (3, 4, 40, 40):
        assert (await client.post(path, json={"count": count})).status_code == 204
    for bad in (0, -1, 51, 10**30):
        assert (await client.post(path, json={"count": bad})).status_code == 400
    assert (await client.post(f"/api/rooms/{uuid4()}/likes", json={"count": 1})).status_code == 404
    [counted] = due
    tell(counted)
    message = await subscription.next_msg(timeout=WAIT_S)
    likes = msgspec.json.decode(message.data, type=LikesMoment)
    assert 47 <= likes.count <= 87
    await subscription.unsubscribe()


async def test_a_room_in_uproar_refuses_what_nobody_could_read_but_never_its_host(
    stage: Stage, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CapPerSecond, "allow", lambda *_: 0)
    viewer, _ = await sign_up("老王")
    path = f"/api/rooms/{stage.room_id}/comments"
    refused = await viewer.post(path, json={"text": "！！！"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert (await stage.host.post(path, json={"text": "大家别急"})).status_code == 201
    assert len(await stage.told()) == 1
