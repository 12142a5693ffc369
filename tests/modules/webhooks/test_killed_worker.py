"""A worker process that is killed in the middle of its work loses nothing."""

import asyncio
import os
import signal
import sys
from uuid import uuid4

import msgspec
import pytest
from aiohttp import web
from tests.modules.webhooks.desk import Desk
from tests.modules.webhooks.receiver import Received, Receiver

from xiaodian.infra.ports import find_free_ports

ORDERS, EACH = 40, 3


async def start_worker(desk: Desk) -> asyncio.subprocess.Process:
    """The real process, on the test's own database and subjects."""
    settings = msgspec.structs.replace(desk.ctx.settings, worker_port=find_free_ports(1)[0], log_level="error")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "xiaodian", "serve", "worker"), env={**os.environ, **settings.to_env()}
    )


@pytest.mark.slow
async def test_kill_dash_nine_in_the_middle_loses_nothing(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    orders = [uuid4() for _ in range(ORDERS)]
    for number in range(EACH):
        await desk.happen(*(desk.tracked(order_id, str(number)) for order_id in orders))

    # Answers are held back from the tenth on, so that the process dies with messages on their way.
    receiver.delay = asyncio.Event()
    worker = await start_worker(desk)
    await receiver.wait_until(lambda: receiver.open >= 10)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    receiver.delay.set()

    def _note(_: Received) -> web.StreamResponse:
        return web.Response()

    receiver.answer = _note
    async with desk.ctx.database.connection() as connection:
        held = await connection.fetchval("SELECT count(*) FROM webhooks.lane WHERE lease IS NOT NULL")
        assert held >= 10
        # The lease of the dead is over sooner than in a minute.
        await connection.execute("UPDATE webhooks.lane SET due_at = now() WHERE lease IS NOT NULL")
    other = await start_worker(desk)
    try:
        await receiver.wait_until(lambda: len({one.id for one in receiver.messages}) == ORDERS * EACH)
    finally:
        other.terminate()
        await other.wait()
    receiver.verify_all(endpoint["secret"])
    for order_id in orders:
        told = [one.sequence for one in receiver.messages if one.subject["id"] == str(order_id)]
        assert sorted(set(told)) == [1, 2, 3]
        assert told == sorted(told)
