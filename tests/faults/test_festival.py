"""Processes and databases die in the middle of a festival: nothing acknowledged is lost, nothing is sold twice."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest
from tests.faults.replica import Replica, kill_dead
from tests.faults.rush import Rush, running

from xiaodian.cli.platform import Platform
from xiaodian.cli.rush.oversell import Drill, run_drill
from xiaodian.cli.rush.promises import Promises
from xiaodian.infra.embedded.nats import EmbeddedNats
from xiaodian.infra.embedded.postgres import EmbeddedPostgres
from xiaodian.settings import Settings

KEPT = Promises(oversold=0, lost=0, double=0, unbalanced=0)


def kill_child(platform: Platform, name: str) -> None:
    """kill -9 of a process and of what it has started."""
    process = psutil.Process(platform.children[name].pid)
    for each in (process, *process.children(recursive=True)):
        os.kill(each.pid, signal.SIGKILL)


@pytest.mark.parametrize("name", ["http", "worker"])
async def test_no_acknowledged_order_is_lost_or_doubled_when_a_process_is_killed(
    name: str, own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats, data_dir: Path
) -> None:
    async with running(own_postgres.url(), own_nats.url, data_dir) as platform:
        rush = await Rush.start(platform)
        await rush.order(200)

        async def _kill() -> None:
            kill_child(platform, name)

        await rush.order_during(_kill)
        assert rush.placed >= 600
        assert await rush.check(own_postgres.url()) == KEPT


async def test_no_acknowledged_order_is_lost_when_postgres_itself_is_killed(
    durable_postgres: EmbeddedPostgres, own_nats: EmbeddedNats, data_dir: Path
) -> None:
    async with running(durable_postgres.url(), own_nats.url, data_dir) as platform:
        rush = await Rush.start(platform)
        await rush.order(200)

        async def _kill() -> None:
            durable_postgres.postmaster().kill()
            await asyncio.to_thread(psutil.wait_procs, [durable_postgres.postmaster()])
            await asyncio.to_thread(durable_postgres.ensure_running)

        await rush.order_during(_kill)
        assert set(rush.tally.statuses) <= {201, 503}
        assert await rush.check(durable_postgres.url()) == KEPT


async def test_no_acknowledged_order_is_missing_on_the_replica_that_takes_a_lost_primarys_place(
    own_postgres: EmbeddedPostgres, own_nats: EmbeddedNats, data_dir: Path
) -> None:
    replica = Replica(own_postgres, data_dir / "replica")
    await asyncio.to_thread(replica.attach)
    try:
        async with running(replica.url_of_both(), own_nats.url, data_dir) as platform:
            rush = await Rush.start(platform)
            await rush.order(200)

            async def _fail_over() -> None:
                kill_dead(own_postgres)
                await asyncio.to_thread(replica.promote)

            await rush.order_during(_fail_over)
            assert set(rush.tally.statuses) <= {201, 503}
            assert await rush.check(replica.url_of_both()) == KEPT
    finally:
        await asyncio.to_thread(replica.stop)


async def test_ten_thousand_buyers_through_four_processes_get_exactly_the_hundred_pieces_there_are(
    settings: Settings,
) -> None:
    drill = Drill(stock=100, buyers=10_000, processes=4, connections=256, tries=1)
    proof = await run_drill(settings, drill)
    assert proof.holds(drill), proof


async def test_buyers_who_send_each_request_three_times_order_once(settings: Settings) -> None:
    drill = Drill(stock=150, buyers=300, processes=2, connections=60, tries=3)
    proof = await run_drill(settings, drill)
    assert proof.holds(drill), proof
