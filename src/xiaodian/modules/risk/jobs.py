"""Scheduled work of risk."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.risk.service.delete_full_buckets import delete_full_buckets

DELETE_EVERY_S = 300.0


def jobs(ctx: Context) -> list[Job]:
    """Keep the table of buckets as small as the number of subjects that are active."""

    async def _delete_full_buckets() -> None:
        await delete_full_buckets(ctx.database)

    return [Job(name="risk_delete_full_buckets", period_s=DELETE_EVERY_S, run=_delete_full_buckets)]
