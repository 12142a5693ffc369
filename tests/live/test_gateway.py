"""The gateway: every event in order, none twice; who is slow, late, lost or too many is told so."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.live.audience import WAIT_S, Watcher, open_gateway, watch
from tests.live.stage import Stage, comment_of, publish

from xiaodian.contracts.live import CommentMoment, FeaturedMoment, LikesMoment, RoomState, StateMoment, ViewersMoment
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.live.gateway import hub as hub_module
from xiaodian.modules.live.gateway.server import Gateway
from xiaodian.modules.live.gateway.viewer import RING
from xiaodian.modules.live.room_log import RoomLog


@pytest.fixture
async def gateway(ctx: Context) -> AsyncIterator[Gateway]:
    async with open_gateway(ctx) as gateway:
        yield gateway


async def joined(watcher: Watcher, stage: Stage) -> None:
    """Wait until the viewer gets what is said."""
    await stage.say("你好")
    await watcher.until_comments(1)


async def test_what_is_said_reaches_every_viewer_as_the_same_bytes(stage: Stage, gateway: Gateway) -> None:
    watchers = [await watch(gateway.port, stage.room_id, 0) for _ in range(20)]
    for number in range(30):
        await stage.say(str(number))
    for watcher in watchers:
        assert await watcher.until_comments(30) == [str(number) for number in range(30)]
    assert len({tuple(watcher.frames) for watcher in watchers}) == 1


async def test_a_control_of_the_host_reaches_the_viewer(stage: Stage, gateway: Gateway) -> None:
    await stage.fill_bag()
    watcher = await watch(gateway.port, stage.room_id)
    await joined(watcher, stage)
    body = {"product_id": str(stage.products[0].product_id), "at_ms": None}
    await stage.host.put(f"{stage.control}/featured", json=body)
    waiting = asyncio.create_task(watcher.until_moment(FeaturedMoment))
    await stage.told()
    moment = await waiting
    assert isinstance(moment, FeaturedMoment)
    assert moment.product_id == stage.products[0].product_id


async def test_a_viewer_cut_off_again_and_again_has_every_event_in_order_none_twice(
    stage: Stage, gateway: Gateway
) -> None:
    """Promise 5."""
    total = 300
    said = [str(number) for number in range(total)]

    async def _talk() -> None:
        for text in said:
            await stage.say(text)

    watcher = await watch(gateway.port, stage.room_id, 0)
    talking = asyncio.create_task(_talk())
    heard: list[str] = []
    last = 0
    while len(heard) < total:
        await watcher.until_comments(1)
        await watcher.leave(graceful=False)
        heard += watcher.comments
        last = watcher.last_tick
        watcher = await watch(gateway.port, stage.room_id, last)
    await talking
    assert heard == said
    await watcher.leave()


async def test_what_the_ring_no_longer_holds_comes_from_the_log(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xiaodian.modules.live.room_log as room_log_module

    monkeypatch.setattr(room_log_module, "RING_TICKS", 1)
    async with open_gateway(ctx) as gateway:
        watcher = await watch(gateway.port, stage.room_id, 0)
        await stage.say("0")
        await watcher.until_comments(1)
        for number in range(1, 5):
            await stage.say(str(number))
            await watcher.until_comments(number + 1)
        late = await watch(gateway.port, stage.room_id, watcher.ticks[0].tick)
        assert await late.until_comments(4) == ["1", "2", "3", "4"]
        assert late.frames == watcher.frames[1:]
        monkeypatch.setattr(hub_module, "REPLAY_TICKS", 0)
        too_late = await watch(gateway.port, stage.room_id, watcher.ticks[0].tick)
        assert await too_late.until_closed() == 4410


async def test_who_claims_to_be_ahead_of_the_room_has_to_reload(stage: Stage, gateway: Gateway) -> None:
    watcher = await watch(gateway.port, stage.room_id, 2**60)
    assert await watcher.until_closed() == 4410


async def test_an_unknown_room_is_said_to_be_unknown(gateway: Gateway) -> None:
    for room_id in (str(uuid4()), "nonsense", ""):
        watcher = await watch(gateway.port, room_id)
        assert await watcher.until_closed() == 4404


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "", "9" * 300])
async def test_a_senseless_position_is_taken_for_none(stage: Stage, gateway: Gateway, after: str) -> None:
    watcher = await watch(gateway.port, stage.room_id, after)
    await joined(watcher, stage)


async def test_a_full_gateway_sends_viewers_to_poll(stage: Stage, ctx: Context) -> None:
    small = msgspec.structs.replace(ctx.settings, gateway_max_connections=2)
    async with open_gateway(msgspec.structs.replace(ctx, settings=small)) as gateway:
        inside = [await watch(gateway.port, stage.room_id, 0) for _ in range(2)]
        assert await (await watch(gateway.port, stage.room_id)).until_closed() == 4503
        await stage.say("hi")
        for watcher in inside:
            assert await watcher.until_comments(1) == ["hi"]
        await inside[0].leave()
        again = await _until_admitted(gateway, stage)
        assert await again.until_comments(1) == ["hi"]


async def _until_admitted(gateway: Gateway, stage: Stage) -> Watcher:
    """The gateway learns a moment later that somebody left."""
    async with asyncio.timeout(WAIT_S):
        while True:
            watcher = await watch(gateway.port, stage.room_id, 0)
            await watcher._news.wait()
            if watcher.close_code is None:
                return watcher


async def test_who_does_not_read_is_dropped_and_holds_up_nobody(stage: Stage, ctx: Context) -> None:
    small = msgspec.structs.replace(ctx.settings, gateway_max_buffer_bytes=20_000)
    async with open_gateway(msgspec.structs.replace(ctx, settings=small)) as gateway:
        loop = asyncio.get_running_loop()
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        await loop.sock_connect(slow, ("127.0.0.1", gateway.port))
        await loop.sock_sendall(
            slow,
            f"GET /live/{stage.room_id}?after=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode(),
        )
        head = await loop.sock_recv(slow, 1024)
        assert head.startswith(b"HTTP/1.1 101")
        quick = await watch(gateway.port, stage.room_id, 0)
        number = 0
        while len(gateway._viewers) and not any(viewer.is_closing for viewer in gateway._viewers):
            await asyncio.gather(*(stage.say("长" * 200) for _ in range(100)))
            number += 100
            await quick.until_comments(number)
        assert quick.close_code is None
        await stage.say("还在")
        assert (await quick.until_comments(number + 1))[-1] == "还在"
        received = head
        async with asyncio.timeout(WAIT_S):
            while data := await loop.sock_recv(slow, 65536):
                received += data
        slow.close()
        assert b"\x88\x02" + (4408).to_bytes(2, "big") == received[-4:]


async def test_what_a_viewer_may_not_say_ends_the_connection(stage: Stage, gateway: Gateway) -> None:
    for text in ("", "null", "[]", '{"type":"likes"}', '{"type":"likes","count":0}', '{"type":"x"}', "{", '"' * 999):
        watcher = await watch(gateway.port, stage.room_id)
        watcher.send(text)
        assert await watcher.until_closed() == 1008, text
    watcher = await watch(gateway.port, stage.room_id)
    watcher.send("x" * 2000)
    assert await watcher.until_closed() in (1009, 1006)


async def test_likes_are_told_together_and_capped_for_each_viewer(stage: Stage, gateway: Gateway) -> None:
    eager, other = await watch(gateway.port, stage.room_id, 0), await watch(gateway.port, stage.room_id, 0)
    await joined(other, stage)
    eager.send('{"type":"likes","count":10000}')
    for _ in range(7):
        other.send('{"type":"likes","count":1}')
    async with asyncio.timeout(WAIT_S):
        while sum(told := _likes(other)) < 57:
            other._news.clear()
            await other._news.wait()
    assert sum(told) == 57
    assert len(told) < 8


def _likes(watcher: Watcher) -> list[int]:
    """So many were told at once, each time."""
    return [moment.count for moment in watcher.moments if isinstance(moment, LikesMoment)]


async def test_the_room_knows_how_many_watch_over_all_gateways_and_their_delay(
    stage: Stage, ctx: Context, settings: object
) -> None:
    other_broker = await Broker.connect(ctx.settings.nats_url, prefix=ctx.settings.nats_prefix, name="second")
    other_ctx = msgspec.structs.replace(ctx, broker=other_broker)
    async with open_gateway(ctx) as one, open_gateway(other_ctx) as two:
        watchers = [await watch(one.port, stage.room_id, 0) for _ in range(3)]
        watchers += [await watch(two.port, stage.room_id, 0) for _ in range(2)]
        for watcher, delay_ms in zip(watchers, (3000, 3100, 3200, 3100, 60_000), strict=True):
            watcher.send(json.dumps({"type": "delay", "ms": delay_ms}))
        await _until_told(watchers[0], 5, 3100)
        for leaver in watchers[1:]:
            await leaver.leave()
        await _until_told(watchers[0], 1, 3000)
        for frame in watchers[0].frames:
            viewers = [each for each in msgspec.json.decode(frame)["moments"] if each["kind"] == "viewers"]
            assert len(viewers) <= 1
    await other_broker.close()


async def _until_told(watcher: Watcher, online: int, delay_ms: int) -> None:
    async with asyncio.timeout(WAIT_S):
        while True:
            told = [moment for moment in watcher.moments if isinstance(moment, ViewersMoment)]
            if told and (told[-1].online, told[-1].delay_ms) == (online, delay_ms):
                return
            watcher._news.clear()
            await watcher._news.wait()


async def test_firefox_which_says_keep_alive_upgrade_may_watch_too(stage: Stage, gateway: Gateway) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(
        f"GET /live/{stage.room_id} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_health_and_metrics_are_on_the_same_port(stage: Stage, gateway: Gateway) -> None:
    watcher = await watch(gateway.port, stage.room_id, 0)
    await joined(watcher, stage)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}") as client:
        assert (await client.get("/healthz")).text == "ok\n"
        assert (await client.get("/readyz")).status_code == 200
        metrics = (await client.get("/metrics")).text
        assert "xiaodian_gateway_connections 1.0" in metrics
        assert "xiaodian_gateway_rooms 1.0" in metrics
        assert (await client.get("/elsewhere")).status_code == 404
        assert (await client.get(f"/live/{stage.room_id}")).status_code == 400


async def test_a_gateway_that_stops_says_goodbye(stage: Stage, ctx: Context) -> None:
    async with open_gateway(ctx) as gateway:
        watcher = await watch(gateway.port, stage.room_id, 0)
        await joined(watcher, stage)
    assert await watcher.until_closed() == 1001


async def test_a_room_log_closed_for_idleness_loses_nobody(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xiaodian.modules.live.gateway.hubs as hubs_module
    import xiaodian.modules.live.room_logs as room_logs_module

    monkeypatch.setattr(hubs_module, "LINGER_S", 0.0)
    monkeypatch.setattr(room_logs_module, "IDLE_S", -1.0)
    closed: asyncio.Queue[None] = asyncio.Queue()
    close = RoomLog.close

    async def _close(room_log: RoomLog) -> None:
        await close(room_log)
        closed.put_nowait(None)

    monkeypatch.setattr(RoomLog, "close", _close)
    async with open_gateway(ctx) as gateway:
        watcher = await watch(gateway.port, stage.room_id, 0)
        await joined(watcher, stage)
        await watcher.leave()
        await asyncio.wait_for(closed.get(), WAIT_S)
        for number in range(3):
            await stage.say(str(number))
        back = await watch(gateway.port, stage.room_id, watcher.last_tick)
        assert await back.until_comments(3) == ["0", "1", "2"]


async def test_moments_of_a_newer_version_do_not_stop_the_room(stage: Stage, gateway: Gateway) -> None:
    watcher = await watch(gateway.port, stage.room_id, 0)
    await joined(watcher, stage)
    await stage.ctx.broker.publish(f"room.{stage.room_id}.hologram", b'{"kind":"hologram","at_ms":1}')
    await stage.ctx.broker.publish(f"room.{stage.room_id}.comment", b"\xff not json")
    await stage.say("weiter")
    assert (await watcher.until_comments(2))[-1] == "weiter"


async def test_the_end_is_told_and_the_room_stays_open_for_those_who_stay(stage: Stage, gateway: Gateway) -> None:
    watcher = await watch(gateway.port, stage.room_id, 0)
    await joined(watcher, stage)
    waiting = asyncio.create_task(watcher.until_moment(StateMoment))
    await stage.host.post(f"{stage.control}/end")
    await stage.told()
    moment = await waiting
    assert isinstance(moment, StateMoment)
    assert moment.state is RoomState.ENDED
    assert watcher.close_code is None


async def test_a_burst_across_many_ticks_arrives_whole(stage: Stage, gateway: Gateway) -> None:
    watcher = await watch(gateway.port, stage.room_id, 0)
    comments = [comment_of(str(number)) for number in range(600)]
    for start in range(0, 600, 60):
        await asyncio.gather(
            *(publish(stage.ctx.broker, stage.room_id, comment) for comment in comments[start : start + 60])
        )
    heard = await watcher.until_comments(600)
    assert sorted(heard, key=int) == [str(number) for number in range(600)]
    ids = [moment.comment_id for moment in watcher.moments if isinstance(moment, CommentMoment)]
    assert len(set(ids)) == 600
    numbers = [tick.tick for tick in watcher.ticks]
    assert numbers == sorted(set(numbers))


async def _say_and_hear(stage: Stage, watcher: Watcher) -> None:
    """It may be heard before the log says that it has it."""
    heard = len(watcher.comments)
    await stage.say("叮")
    await watcher.until_comments(heard + 1)


async def test_a_bell_rings_for_whoever_hung_it_up_and_for_nobody_else(
    stage: Stage, gateway: Gateway, ctx: Context
) -> None:
    key = (await stage.host.get("/api/me/notices/bell")).json()["key"]
    mine, other = [await watch(gateway.port, stage.room_id) for _ in range(2)]
    for watcher in (mine, other):
        await joined(watcher, stage)
    mine.send(json.dumps({"type": "bell", "key": key}))
    async with asyncio.timeout(WAIT_S):
        # Nobody says that a bell hangs: it is rung until it is heard.
        while RING not in mine.frames:
            await accounts.ring_bells(ctx, [stage.host_id])
            await _say_and_hear(stage, mine)
    await stage.say("完")
    await other.until_comments(len(mine.comments))
    assert RING not in other.frames
    assert mine.close_code is None


async def test_a_page_in_no_room_hears_its_bell_and_nothing_else_and_is_no_viewer(
    stage: Stage, gateway: Gateway, ctx: Context
) -> None:
    bell = (await stage.host.get("/api/me/notices/bell")).json()
    assert bell["gateway_url"].endswith(f":{ctx.settings.gateway_port}/live/bell")
    page, viewer = await watch(gateway.port, "bell"), await watch(gateway.port, stage.room_id)
    await joined(viewer, stage)
    page.send(json.dumps({"type": "likes", "count": 3}))
    page.send(json.dumps({"type": "bell", "key": bell["key"]}))
    async with asyncio.timeout(WAIT_S):
        while not page.frames:
            await accounts.ring_bells(ctx, [stage.host_id])
            await _say_and_hear(stage, viewer)
    assert set(page.frames) == {RING}
    assert page.close_code is None


async def test_pages_that_only_hear_bells_leave_half_of_the_places_to_rooms(stage: Stage, ctx: Context) -> None:
    small = msgspec.structs.replace(ctx, settings=msgspec.structs.replace(ctx.settings, gateway_max_connections=4))
    async with open_gateway(small) as gateway:
        pages = [await watch(gateway.port, "bell") for _ in range(3)]
        async with asyncio.timeout(WAIT_S):
            assert await pages[2].until_closed() == 4503
        viewers = [await watch(gateway.port, stage.room_id) for _ in range(2)]
        for viewer in viewers:
            await joined(viewer, stage)
        assert [each.close_code for each in pages[:2]] == [None, None]
