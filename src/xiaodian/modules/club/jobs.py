"""What happens by time: months as follower become whole; rules that were set anew are applied to members."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.club.service.catch_up import apply_rules, count_due

DUE_EVERY_S = 60.0
APPLY_EVERY_S = 2.0


def jobs(ctx: Context) -> list[Job]:
    """Any number of workers may do it at once: a member is counted by who holds the row."""

    async def _count_due() -> None:
        await count_due(ctx.database, utc_now())

    async def _apply_rules() -> None:
        await apply_rules(ctx.database, utc_now())

    return [
        Job(name="club-months", period_s=DUE_EVERY_S, run=_count_due),
        Job(name="club-rules", period_s=APPLY_EVERY_S, run=_apply_rules),
    ]
