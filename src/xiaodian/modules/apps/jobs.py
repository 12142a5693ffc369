"""Scheduled work of apps."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.apps.service.call_days import turn_days
from xiaodian.modules.apps.service.end_tokens import delete_old_tokens

HOUR_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Forget tokens that are over, and days of the log that are old; make those of the next days."""

    async def _delete_old_tokens() -> None:
        await delete_old_tokens(ctx)

    async def _turn_days() -> None:
        await turn_days(ctx)

    return [
        Job(name="apps_delete_old_tokens", period_s=HOUR_S, run=_delete_old_tokens),
        Job(name="apps_turn_days", period_s=HOUR_S, run=_turn_days),
    ]
