"""What happens by time alone: cards of the platform's go when their time is over."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.live.service.feature_by_platform import end_due_cues

END_CUES_EVERY_S = 1.0


def jobs(ctx: Context) -> list[Job]:
    """The end of cues that have one."""

    async def _end_due_cues() -> None:
        await end_due_cues(ctx, utc_now())

    return [Job(name="live-cues", period_s=END_CUES_EVERY_S, run=_end_due_cues)]
