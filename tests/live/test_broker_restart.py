"""NATS restarted under load: viewers stay connected, miss nothing and see nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from tests.conftest import SignUp
from tests.live.audience import WAIT_S, open_gateway, watch
from tests.live.stage import Stage, comment_of, publish, read_log, set_stage

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import CommentMoment
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.infra.embedded.nats import EmbeddedNats
from xiaodian.modules.live.room_logs import RoomLogs

RETRY_S = 0.05


@asynccontextmanager
async def own_nats(ctx: Context, folder: Path) -> AsyncIterator[tuple[Context, EmbeddedNats]]:
    """The same context over a NATS server that the test may restart."""
    server = EmbeddedNats(folder)
    await asyncio.to_thread(server.start)
    broker = await Broker.connect(server.url, prefix="restarts", name="test")
    await broker.ensure_streams()
    yield msgspec.structs.replace(ctx, broker=broker), server
    await broker.close()
    await asyncio.to_thread(server.stop)


async def talk(stage: Stage, enough: asyncio.Event) -> list[str]:
    """Say things one after the other, each until it is stored; answers the ids."""
    said: list[str] = []
    while not enough.is_set():
        comment = comment_of(str(len(said)))
        while True:
            try:
                await publish_once(stage, comment)
                break
            except UnavailableError:
                await asyncio.sleep(RETRY_S)
        said.append(str(comment.comment_id))
    return said


async def publish_once(stage: Stage, comment: CommentMoment) -> None:
    """As post_comment does: the same message id at each try."""
    await stage.ctx.broker.publish(
        f"room.{stage.room_id}.comment", msgspec.json.encode(comment), message_id=str(comment.comment_id)
    )


@pytest.mark.slow
async def test_a_restart_of_the_broker_under_load_loses_and_doubles_nothing(
    ctx: Context, sign_up: SignUp, data_dir: Path
) -> None:
    stage = await set_stage(ctx, sign_up)
    async with own_nats(ctx, data_dir / "n") as (own_ctx, server), open_gateway(own_ctx) as gateway:
        stage.ctx = own_ctx
        watchers = [await watch(gateway.port, stage.room_id, 0) for _ in range(5)]
        enough = asyncio.Event()
        talking = asyncio.create_task(talk(stage, enough))
        for _ in range(3):
            await watchers[0].until_comments(len(watchers[0].comments) + 50)
            await asyncio.to_thread(server.restart)
        await watchers[0].until_comments(len(watchers[0].comments) + 50)
        enough.set()
        said = await talking
        for watcher in watchers:
            await watcher.until_comments(len(said))
            heard = [str(moment.comment_id) for moment in watcher.moments if isinstance(moment, CommentMoment)]
            assert heard == said
            assert watcher.close_code is None
        log = [entry.moment for entry in await read_log(own_ctx.broker, stage.room_id)]
        assert [str(moment.comment_id) for moment in log if isinstance(moment, CommentMoment)] == said
        logs = RoomLogs(own_ctx)
        fresh = await logs.get(stage.room_id)
        ring = fresh.ring_between(1, watchers[0].last_tick)
        assert ring is not None
        assert [ring_tick.data for ring_tick in ring] == watchers[0].frames
        await logs.close()


async def test_while_the_broker_is_away_the_snapshot_is_still_served_and_what_is_new_is_refused(
    ctx: Context, sign_up: SignUp, data_dir: Path
) -> None:
    stage = await set_stage(ctx, sign_up)
    async with own_nats(ctx, data_dir / "n") as (own_ctx, server):
        stage.ctx = own_ctx
        await stage.say("vorher")
        logs = RoomLogs(own_ctx)
        log = await logs.get(stage.room_id)
        async with asyncio.timeout(WAIT_S):
            while not log.snapshot.comments:
                await log.seal_through(log.sealed + 1)
        await asyncio.to_thread(server.stop)
        await log.refresh()
        assert [comment.text for comment in log.snapshot.comments] == ["vorher"]
        with pytest.raises(UnavailableError):
            await publish(own_ctx.broker, stage.room_id, comment_of("jetzt"))
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(WAIT_S):
            while True:
                try:
                    await stage.say("nachher")
                    break
                except UnavailableError:
                    await asyncio.sleep(RETRY_S)
            target = log.sealed + 1
            while not await log.seal_through(target):
                pass
            while len(log.snapshot.comments) < 2:
                await log.seal_through(log.sealed + 1)
        assert {comment.text for comment in log.snapshot.comments} == {"vorher", "nachher"}
        await logs.close()
