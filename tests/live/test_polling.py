"""Polling and replay: the same bytes as by socket, from any process, for ever."""

import asyncio
import time
from uuid import uuid4

import httpx
import msgspec
from tests.live.audience import WAIT_S, open_gateway, watch
from tests.live.stage import Stage

from xiaodian.contracts.live import TICK_MS, Snapshot, Tick
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.modules.live.fold import empty_snapshot, fold
from xiaodian.modules.live.room_logs import RoomLogs, read_ticks


def now_tick() -> int:
    return time.time_ns() // 1_000_000 // TICK_MS


async def poll(client: httpx.AsyncClient, stage: Stage, tick: int, count: int) -> httpx.Response:
    """Ask for a slice until it is over."""
    async with asyncio.timeout(WAIT_S):
        while True:
            answer = await client.get(f"/live/{stage.room_id}/ticks/{tick}", params={"count": count})
            if answer.status_code != 425:
                return answer
            assert answer.json()["code"] == "tick_not_yet"
            assert answer.headers["retry-after"] == "1"


async def frames_by_polling(client: httpx.AsyncClient, stage: Stage, first: int, last: int, count: int) -> list[bytes]:
    frames: list[bytes] = []
    tick = first // count * count
    while tick <= last:
        answer = await poll(client, stage, tick, count)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "public, max-age=3600"
        slice_ = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
        assert int(bytes(slice_["next"])) == tick + count
        frames += [bytes(raw) for raw in msgspec.json.decode(slice_["ticks"], type=list[msgspec.Raw])]
        tick += count
    return frames


async def test_who_polls_gets_the_same_bytes_as_who_has_a_socket(
    stage: Stage, ctx: Context, client: httpx.AsyncClient
) -> None:
    async with open_gateway(ctx) as gateway:
        watcher = await watch(gateway.port, stage.room_id, 0)
        for number in range(12):
            await stage.say(str(number))
            if number % 4 == 3:
                await watcher.until_comments(number + 1)
        first, last = watcher.ticks[0].tick, watcher.last_tick
        by_socket = list(watcher.frames)
        for count in (1, 4, 40):
            polled = await frames_by_polling(client, stage, first, last, count)
            assert polled[: len(by_socket)] == by_socket
        await watcher.leave()


async def test_two_processes_that_know_nothing_of_each_other_make_the_same_bytes(stage: Stage, ctx: Context) -> None:
    early = RoomLogs(ctx)
    log = await early.get(stage.room_id)
    for number in range(40):
        await stage.say(str(number))
    last = now_tick()
    async with asyncio.timeout(WAIT_S):
        while not await log.seal_through(last):
            pass
    other_broker = await Broker.connect(ctx.settings.nats_url, prefix=ctx.settings.nats_prefix, name="second")
    late = RoomLogs(msgspec.structs.replace(ctx, broker=other_broker))
    other = await late.get(stage.room_id)
    assert other.sealed >= last
    followed, read_anew = log.ring_between(1, last), other.ring_between(1, last)
    assert followed
    assert followed == read_anew
    assert await read_ticks(other_broker, stage.room_id, followed[0].tick, last) == followed
    assert log.snapshot.comments == other.snapshot.comments
    await early.close()
    await late.close()
    await other_broker.close()


async def test_snapshot_and_the_ticks_after_it_are_the_newer_snapshot(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    await stage.told()
    old = msgspec.json.decode((await client.get(f"/live/{stage.room_id}/snapshot")).content, type=Snapshot)
    await stage.host.put(f"{stage.control}/featured", json={"product_id": str(stage.products[0].product_id)})
    await stage.host.put(f"{stage.control}/skus/{stage.sku().sku_id}/price", json={"price_minor": 990})
    comment = await stage.say("多少钱")
    await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(comment.comment_id)})
    await stage.told()
    last = now_tick()
    await poll(client, stage, last, 1)
    new = msgspec.json.decode((await client.get(f"/live/{stage.room_id}/snapshot")).content, type=Snapshot)
    assert new.tick >= last > old.tick
    folded = old
    for ring_tick in await read_ticks(stage.ctx.broker, stage.room_id, old.tick + 1, last):
        tick = msgspec.json.decode(ring_tick.data, type=Tick)
        folded = fold(folded, tick.tick, tick.moments)
    assert msgspec.structs.replace(folded, tick=new.tick) == new
    assert new.featured is not None
    assert new.pinned is not None
    assert new.bag[0].skus[0].price_minor == 990


async def test_the_snapshot_of_a_silent_room_is_still_of_now(stage: Stage, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/live/{stage.room_id}/snapshot")
    assert answer.headers["cache-control"] == "public, max-age=1"
    snapshot = msgspec.json.decode(answer.content, type=Snapshot)
    assert now_tick() - snapshot.tick < 40
    assert msgspec.structs.replace(snapshot, tick=0) == empty_snapshot(stage.room_id)


async def test_a_slice_that_is_not_over_is_refused_and_never_cached(stage: Stage, client: httpx.AsyncClient) -> None:
    ahead = (now_tick() // 40 + 2) * 40
    answer = await client.get(f"/live/{stage.room_id}/ticks/{ahead}", params={"count": 40})
    assert (answer.status_code, answer.json()["code"]) == (425, "tick_not_yet")
    assert "max-age" not in answer.headers.get("cache-control", "")


async def test_only_slices_that_caches_can_share_are_served(stage: Stage, client: httpx.AsyncClient) -> None:
    for tick, count in ((1, 4), (4, 3), (4, 0), (4, -4), (39, 40), (2**60, 4), (4, 400), (-4, 4)):
        answer = await client.get(f"/live/{stage.room_id}/ticks/{tick}", params={"count": count})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), (tick, count)
    for path in (f"/live/{uuid4()}/ticks/4", f"/live/{uuid4()}/snapshot"):
        assert (await client.get(path)).status_code == 404
    assert (await client.get(f"/live/{stage.room_id}/ticks/{'9' * 40}")).status_code < 500
    assert (await client.get(f"/live/{stage.room_id}/ticks/4", params={"count": "x"})).status_code == 400


async def test_an_empty_slice_of_the_past_is_an_answer_too(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.say("hi")
    tick = (now_tick() - 1000) // 4 * 4
    answer = await poll(client, stage, tick, 4)
    assert answer.json() == {"next": tick + 4, "ticks": []}


async def test_a_quiet_room_does_not_make_pollers_wait_for_somebody_to_speak(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    tick = now_tick() // 4 * 4
    assert (await poll(client, stage, tick, 4)).json()["ticks"] == []
    assert (await poll(client, stage, tick + 4, 4)).json()["ticks"] == []


async def test_the_replay_of_an_ended_room_still_has_what_was_said_when(
    stage: Stage, ctx: Context, client: httpx.AsyncClient
) -> None:
    await stage.go_on_air()
    comment = await stage.say("第一句")
    await stage.host.post(f"{stage.control}/end")
    entries = await stage.entries()
    spoken = next(entry for entry in entries if entry.moment == comment)
    tick = spoken.stored_ns // 1_000_000 // TICK_MS
    answer = await poll(client, stage, tick // 40 * 40, 40)
    texts = [m.get("text") for each in answer.json()["ticks"] for m in each["moments"] if m["kind"] == "comment"]
    assert texts == ["第一句"]
    fresh = RoomLogs(ctx)
    log = await fresh.get(stage.room_id)
    assert log.has_ended
    await fresh.close()
    beyond = (now_tick() // 40 + 4) * 40
    assert (await client.get(f"/live/{stage.room_id}/ticks/{beyond}", params={"count": 40})).status_code == 425
