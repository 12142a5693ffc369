"""A process with more jobs than connections gets them all done."""

import asyncio

import pytest

from xiaodian.infra import worker
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.work import Job
from xiaodian.settings import Settings

CONNECTIONS = 5


async def test_jobs_that_are_due_at_once_do_not_wait_for_each_others_connections(
    settings: Settings, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaodian.infra.database.ACQUIRE_TIMEOUT_S", 2.0)
    database = await Database.connect(settings.database_url, pool_size=CONNECTIONS)
    done: set[int] = set()
    stop = asyncio.Event()

    def _job(number: int) -> Job:
        async def _run() -> None:
            async with database.connection() as connection:
                await connection.fetchval("SELECT pg_sleep(0.01)")
            done.add(number)
            if len(done) == 3 * CONNECTIONS:
                stop.set()

        return Job(name=f"job_{number}", period_s=60.0, run=_run)

    jobs = [_job(number) for number in range(3 * CONNECTIONS)]
    async with asyncio.timeout(60):
        await worker.run_worker(database, broker, consumers=[], jobs=jobs, services=[], stop=stop)
    await database.close()
    assert len(done) == 3 * CONNECTIONS
