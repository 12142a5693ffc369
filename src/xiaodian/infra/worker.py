"""Runs background work: consumers of events, and jobs of which one process at a time does each."""

import asyncio
import zlib
from collections.abc import Iterator, Sequence

from nats.aio.msg import Msg
from prometheus_client import Counter

from xiaodian.contracts.base import Envelope, UnavailableError
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.logging import get_logger
from xiaodian.infra.outbox_relay import run_relay
from xiaodian.infra.work import Consumer, Job, Service, decode_batch

SERVICE_PAUSE_S = 1.0
JOBS_AT_ONCE = 3
"""Each holds a connection for its lock while it waits for another to work with: all at once, which is how a process
starts, would hold the whole pool and wait for each other."""

log = get_logger(__name__)
handled = Counter("xiaodian_events_handled_total", "Events handed to handlers", ["durable"])
job_runs = Counter("xiaodian_job_runs_total", "Runs of scheduled jobs", ["job", "outcome"])


async def run_worker(
    database: Database,
    broker: Broker,
    *,
    consumers: Sequence[Consumer],
    jobs: Sequence[Job],
    services: Sequence[Service],
    stop: asyncio.Event,
) -> None:
    """Relay the outbox, consume events, do jobs and run services until `stop` is set."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run_relay(database, broker), name="relay")]
        tasks += [group.create_task(_consume(broker, consumer), name=consumer.durable) for consumer in consumers]
        gate = asyncio.Semaphore(JOBS_AT_ONCE)
        tasks += [group.create_task(_repeat(database, job, stop, gate), name=job.name) for job in jobs]
        tasks += [group.create_task(_keep_running(service, stop), name=service.name) for service in services]
        await stop.wait()
        for task in tasks:
            task.cancel()


async def _consume(broker: Broker, consumer: Consumer) -> None:
    async def _handle(messages: Sequence[Msg]) -> None:
        for envelopes in in_portions(decode_batch(messages), consumer.at_once):
            await consumer.handle(envelopes)
            handled.labels(consumer.durable).inc(len(envelopes))

    await broker.consume_events(consumer.durable, consumer.event_types, _handle)


def in_portions(envelopes: Sequence[Envelope], at_once: int) -> Iterator[Sequence[Envelope]]:
    """The same in their order, so many at a time: a message may carry many events, and a batch many messages."""
    for start in range(0, len(envelopes), at_once):
        yield envelopes[start : start + at_once]


async def _repeat(database: Database, job: Job, stop: asyncio.Event, gate: asyncio.Semaphore) -> None:
    while not stop.is_set():
        try:
            async with gate:
                await run_job(database, job)
        except UnavailableError:
            job_runs.labels(job.name, "engines_away").inc()
        except Exception:
            job_runs.labels(job.name, "failed").inc()
            log.exception("job_failed", job=job.name)
        try:
            await asyncio.wait_for(stop.wait(), job.period_s)
        except TimeoutError:
            continue


async def _keep_running(service: Service, stop: asyncio.Event) -> None:
    """A service that falls over is picked up again, as a job that failed would be at its next turn."""
    while not stop.is_set():
        try:
            await service.run()
        except UnavailableError:
            job_runs.labels(service.name, "engines_away").inc()
        except Exception:
            job_runs.labels(service.name, "failed").inc()
            log.exception("service_failed", service=service.name)
        try:
            await asyncio.wait_for(stop.wait(), SERVICE_PAUSE_S)
        except TimeoutError:
            continue


async def run_job(database: Database, job: Job) -> bool:
    """Do a job once unless another process is doing it; answers whether it was done here."""
    lock = zlib.crc32(job.name.encode())
    async with database.session() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock(7142383, $1::int)", lock - 2**31):
            return False
        try:
            await job.run()
        finally:
            if not connection.is_closed():
                await connection.fetchval("SELECT pg_advisory_unlock(7142383, $1::int)", lock - 2**31)
    job_runs.labels(job.name, "done").inc()
    return True
