"""What happens by time alone: reading on in the rooms' logs, and the days of what visitors did."""

from datetime import timedelta

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.service.count_moments import count_moments
from xiaodian.modules.insights.service.keep_days import keep_days

FOLLOW_LOGS_EVERY_S = 1.0
KEEP_DAYS_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Minutes of rooms come from the logs; behaviour has a table a day."""

    async def _follow_logs() -> None:
        await count_moments(ctx)

    async def _keep_days() -> None:
        await keep_days(ctx.database, utc_now().date(), timedelta(days=ctx.settings.behaviour_days))

    return [
        Job(name="insights-logs", period_s=FOLLOW_LOGS_EVERY_S, run=_follow_logs),
        Job(name="insights-days", period_s=KEEP_DAYS_EVERY_S, run=_keep_days),
    ]
