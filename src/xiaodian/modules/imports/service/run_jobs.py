"""Works off jobs: a few at once in every worker process, each until it ends or the process does."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

from xiaodian.contracts.base import DomainError, UnavailableError
from xiaodian.contracts.imports import JobState
from xiaodian.edge.bulk import JobKind
from xiaodian.edge.context import Context
from xiaodian.edge.problems import InternalError
from xiaodian.infra.logging import get_logger
from xiaodian.modules.imports.kinds import JobKinds, read_options
from xiaodian.modules.imports.models import ClaimedJob
from xiaodian.modules.imports.rules import MAX_RUNS_WITHOUT_PROGRESS
from xiaodian.modules.imports.service.job_run import Run
from xiaodian.modules.imports.service.lease import JobStoppedError, claim_job, end_job, let_go, renew_lease
from xiaodian.modules.imports.service.refusals import write_refusals
from xiaodian.modules.shops import api as shops

JOBS_AT_ONCE = 2
POLL_S = 1.0
HEARTBEAT_S = 2.0

log = get_logger(__name__)


async def run_jobs(ctx: Context, kinds: JobKinds) -> None:
    """Work off jobs until cancelled."""
    async with asyncio.TaskGroup() as group:
        for _ in range(JOBS_AT_ONCE):
            group.create_task(_keep_working(ctx, kinds))


async def run_next_job(ctx: Context, kinds: JobKinds) -> bool:
    """Claim a job and run it to its end; False if there is none to do. Raises UnavailableError."""
    job = await claim_job(ctx.database)
    if job is None:
        return False
    work = asyncio.create_task(_run(ctx, kinds, job))
    heartbeat = asyncio.create_task(_beat(ctx, job))
    try:
        await asyncio.wait((work, heartbeat), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (work, heartbeat):
            task.cancel()
        await asyncio.wait((work, heartbeat))
    if not work.cancelled():
        work.result()
    return True


async def _keep_working(ctx: Context, kinds: JobKinds) -> None:
    while True:
        if not await run_next_job(ctx, kinds):
            await asyncio.sleep(POLL_S)


async def _beat(ctx: Context, job: ClaimedJob) -> None:
    """Renew the lease until the job is no longer ours; an engine that is away is waited for."""
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        try:
            await renew_lease(ctx.database, job.job_id, job.lease)
        except UnavailableError:
            continue
        except JobStoppedError:
            return


async def _run(ctx: Context, kinds: JobKinds, job: ClaimedJob) -> None:
    try:
        failure = await _try(ctx, kinds, job)
        await end_job(ctx.database, job, JobState.FAILED if failure else JobState.DONE, failure)
    except JobStoppedError:
        return
    except (asyncio.CancelledError, UnavailableError):
        # The lease runs out by itself; giving it back only spares the wait.
        with contextlib.suppress(UnavailableError):
            await let_go(ctx.database, job)
        raise


async def _try(ctx: Context, kinds: JobKinds, job: ClaimedJob) -> DomainError | None:
    """Why the job fails; None if it is done. Raises JobStoppedError, UnavailableError."""
    try:
        kind = kinds.get(job.kind)
        if job.runs > MAX_RUNS_WITHOUT_PROGRESS:
            return InternalError()
        with tempfile.TemporaryDirectory(prefix="xiaodian-") as folder:
            run = Run(ctx, job, read_options(kind, job.options), Path(folder))
            return await _do(run, kind, job)
    except UnavailableError:
        raise
    except DomainError as refusal:
        return refusal
    except JobStoppedError:
        raise
    except Exception:
        log.exception("bulk_job_failed", job_id=str(job.job_id), kind=job.kind)
        return InternalError()


async def _do(run: Run, kind: JobKind, job: ClaimedJob) -> DomainError | None:
    """Run the kind and write down what was refused, also if it failed halfway."""
    failure: DomainError | None = None
    async with run.ctx.database.connection() as connection:
        # The right may have been taken away since.
        await shops.require_right(connection, run.caller, run.shop_id, kind.right)
    try:
        await kind.run(run)
    except UnavailableError:
        raise
    except DomainError as refusal:
        failure = refusal
    await write_refusals(run, job)
    return failure
