"""Room logs of one process: checkpoints, idle rooms, many askers."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from nats.aio.msg import Msg
from tests.live.audience import WAIT_S
from tests.live.stage import Stage

import xiaodian.modules.live.room_log as room_log_module
import xiaodian.modules.live.room_logs as room_logs_module
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.modules.live.checkpoints import find_checkpoint, save_checkpoint
from xiaodian.modules.live.models import Checkpoint
from xiaodian.modules.live.room_log import RoomLog
from xiaodian.modules.live.room_logs import RoomLogs


async def say_in_ticks(stage: Stage, log: RoomLog, number: int) -> None:
    """So many comments, each in a tick of its own."""
    for index in range(number):
        await stage.say(str(index))
        async with asyncio.timeout(WAIT_S):
            while not await log.seal_through(log.sealed + 1):
                pass


async def test_a_process_that_starts_from_a_checkpoint_sees_what_one_sees_that_read_everything(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_log_module, "CHECKPOINT_EVERY_TICKS", 2)
    monkeypatch.setattr(room_log_module, "REPLAY_TICKS", 0)
    logs = RoomLogs(ctx)
    log = await logs.get(stage.room_id)
    await say_in_ticks(stage, log, 6)
    async with asyncio.timeout(WAIT_S):
        while True:
            async with ctx.database.connection() as connection:
                checkpoint = await find_checkpoint(connection, stage.room_id)
            if checkpoint is not None:
                break
            await stage.say("noch")
            await log.seal_through(log.sealed + 1)
    fresh_logs = RoomLogs(ctx)
    fresh = await fresh_logs.get(stage.room_id)
    assert fresh.floor == checkpoint.tick
    last = log.sealed
    async with asyncio.timeout(WAIT_S):
        while fresh.sealed < last:
            await fresh.seal_through(last)
    assert fresh.ring_between(fresh.floor + 1, last) == log.ring_between(fresh.floor + 1, last)
    first = await fresh_logs.between(fresh, 1, last)
    assert first == log.ring_between(1, last)
    assert msgspec.structs.replace(fresh.snapshot, tick=0) == msgspec.structs.replace(log.snapshot, tick=0)
    await logs.close()
    await fresh_logs.close()


async def test_an_older_checkpoint_never_replaces_a_newer_one(stage: Stage, ctx: Context) -> None:
    logs = RoomLogs(ctx)
    log = await logs.get(stage.room_id)
    newer = Checkpoint(20, 7, log.snapshot)
    async with ctx.database.connection() as connection:
        await save_checkpoint(connection, stage.room_id, newer)
        await save_checkpoint(connection, stage.room_id, newer._replace(tick=10, last_seq=3))
        assert await find_checkpoint(connection, stage.room_id) == newer
        await connection.execute("UPDATE live.checkpoint SET snapshot = '{}'")
        assert await find_checkpoint(connection, stage.room_id) is None
    await logs.close()


async def test_many_who_come_at_once_open_the_log_once(stage: Stage, ctx: Context) -> None:
    logs = RoomLogs(ctx)
    found = await asyncio.gather(*(logs.get(stage.room_id) for _ in range(50)))
    assert len({id(log) for log in found}) == 1
    await logs.close()


async def test_a_room_that_does_not_exist_is_not_kept(ctx: Context, stage: Stage) -> None:
    logs = RoomLogs(ctx)
    unknown = RoomId(uuid4())
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await logs.get(unknown)
    assert unknown not in logs._kept
    await logs.close()


async def test_an_idle_room_lets_go_of_its_consumer_and_one_in_use_does_not(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_logs_module, "IDLE_S", -1.0)
    logs = RoomLogs(ctx)
    log = await logs.get(stage.room_id)
    logs.retain(stage.room_id)
    logs._check()
    assert await logs.get(stage.room_id) is log
    logs.release(stage.room_id)
    logs._check()
    assert stage.room_id not in logs._kept
    async with asyncio.timeout(WAIT_S):
        while (await ctx.broker.jetstream.stream_info(ctx.broker.rooms_stream)).state.consumer_count:
            pass
    again = await logs.get(stage.room_id)
    assert again is not log
    await logs.close()


async def test_a_log_that_missed_a_message_reads_it_again(stage: Stage, ctx: Context) -> None:
    """A slow process may have messages dropped by the client; the gap in the numbers gives it away."""
    logs = RoomLogs(ctx)
    log = await logs.get(stage.room_id)
    await stage.say("0")
    follower = log.follower
    subscription = follower._subscription
    assert subscription is not None
    assert subscription._cb is not None
    deliver = subscription._cb
    lost: list[Msg] = []

    async def _lossy(message: Msg) -> None:
        if not lost and b'"1"' in message.data:
            lost.append(message)
        else:
            await deliver(message)

    subscription._cb = _lossy
    for text in ("1", "2", "3"):
        await stage.say(text)
    async with asyncio.timeout(WAIT_S):
        while len(log.snapshot.comments) < 4:
            await log.seal_through(log.sealed + 1)
    assert lost
    assert [comment.text for comment in log.snapshot.comments] == ["0", "1", "2", "3"]
    await logs.close()
