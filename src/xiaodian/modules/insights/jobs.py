"""What happens by time alone: reading on in the rooms' logs, and the days of what visitors did."""

from datetime import timedelta

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.service.count_moments import count_moments
from xiaodian.modules.insights.service.keep_days import keep_days
from xiaodian.modules.insights.service.share_report import forget_links

FOLLOW_LOGS_EVERY_S = 1.0
KEEP_DAYS_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Minutes of rooms come from the logs; behaviour has a table a day; links to reports are forgotten in the end."""

    async def _follow_logs() -> None:
        await count_moments(ctx)

    async def _keep_days() -> None:
        await keep_days(ctx.database, utc_now().date(), timedelta(days=ctx.settings.behaviour_days))
        async with ctx.database.connection() as connection:
            await forget_links(connection, utc_now())

    return [
        Job(name="insights-logs", period_s=FOLLOW_LOGS_EVERY_S, run=_follow_logs),
        Job(name="insights-days", period_s=KEEP_DAYS_EVERY_S, run=_keep_days),
    ]
