"""Every worker decides in some of the rooms; those of a worker that dies are taken over by the others."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from nats.aio.msg import Msg

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.kit.ids import new_id
from xiaodian.modules.surfacing import metrics
from xiaodian.modules.surfacing.service.decide_room import decide_room
from xiaodian.modules.surfacing.service.leases import DECIDE, Lease, hold_rooms, let_rooms_go
from xiaodian.modules.surfacing.service.signals import MODES

RENEW_S = 1.5
MAX_ROOMS = 200
"""Most rooms that one worker decides in; more wait for another worker."""

WorkInRoom = Callable[[Context, UUID, RoomId], Coroutine[Any, Any, None]]
"""Raises nothing: what falls over is begun anew at the next beat, if the room is still ours."""


async def run_rooms(
    ctx: Context, *, lease: Lease = DECIDE, limit: int = MAX_ROOMS, work: WorkInRoom = decide_room
) -> None:
    """Work in rooms on air, each in a task of its own, until cancelled. Raises UnavailableError."""
    holder = new_id()
    wake = asyncio.Event()

    async def _on_news(_: Msg) -> None:
        wake.set()

    subscription = await ctx.broker.client.subscribe(ctx.broker.subject(MODES), cb=_on_news)
    rooms: dict[RoomId, asyncio.Task[None]] = {}
    try:
        while True:
            wake.clear()
            held = await hold_rooms(ctx.database, holder, limit, lease)
            await _stop([rooms.pop(room_id) for room_id in set(rooms) - held])
            for room_id in held:
                if room_id not in rooms or rooms[room_id].done():
                    rooms[room_id] = asyncio.create_task(work(ctx, holder, room_id))
            metrics.rooms.labels(lease.holder).set(len(rooms))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), RENEW_S)
    finally:
        await _stop(list(rooms.values()))
        with contextlib.suppress(UnavailableError):
            await let_rooms_go(ctx.database, holder, lease)
        if ctx.broker.client.is_connected:
            await subscription.unsubscribe()


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
