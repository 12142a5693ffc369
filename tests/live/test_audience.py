"""Who counts as watching."""

import asyncio

from tests.live.audience import WAIT_S, Watcher, open_gateway, watch
from tests.live.stage import Stage

from xiaodian.contracts.live import ViewersMoment
from xiaodian.edge.context import Context


async def _until_told(watcher: Watcher, online: int, delay_ms: int) -> None:
    async with asyncio.timeout(WAIT_S):
        while (told := _told(watcher)) == [] or told[-1] != (online, delay_ms):
            watcher._news.clear()
            await watcher._news.wait()


def _told(watcher: Watcher) -> list[tuple[int, int | None]]:
    return [(each.online, each.delay_ms) for each in watcher.moments if isinstance(each, ViewersMoment)]


async def test_the_hosts_own_desk_gets_everything_but_is_nobody_in_the_audience(stage: Stage, ctx: Context) -> None:
    async with open_gateway(ctx) as gateway:
        host = await watch(gateway.port, stage.room_id, 0, role="host")
        host.send('{"type":"delay","ms":60000}')
        stranger = await watch(gateway.port, stage.room_id, 0, role="viewer")
        viewer = await watch(gateway.port, stage.room_id, 0)
        for watcher in (viewer, stranger):
            watcher.send('{"type":"delay","ms":3000}')
        await stage.say("你好")
        assert await host.until_comments(1) == ["你好"]
        await _until_told(host, 2, 3000)
        await stranger.leave()
        await _until_told(host, 1, 3000)
        await host.leave()
        await stage.say("还在")
        await viewer.until_comments(2)
        again = await watch(gateway.port, stage.room_id, 0, role="host")
        await watch(gateway.port, stage.room_id, 0)
        await _until_told(again, 2, 3000)
        assert max(online for online, _ in _told(again)) == 2
