"""What happens by itself: jobs are worked off, old ones forgotten."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job, Service
from xiaodian.kit.clock import utc_now
from xiaodian.modules.imports.kinds import JobKinds
from xiaodian.modules.imports.service.forget_jobs import forget_old_jobs
from xiaodian.modules.imports.service.run_jobs import run_jobs


def jobs(ctx: Context) -> list[Job]:
    """The end of old jobs."""

    async def _forget() -> None:
        await forget_old_jobs(ctx, utc_now())

    return [Job(name="imports_forget_old_jobs", period_s=600.0, run=_forget)]


def services(ctx: Context, kinds: JobKinds) -> list[Service]:
    """Bulk jobs, in every worker process."""

    async def _run() -> None:
        await run_jobs(ctx, kinds)

    return [Service(name="bulk_jobs", run=_run)]
