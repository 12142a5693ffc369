"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.content.service.count import forget_views

FORGET_VIEWS_EVERY_S = 600.0


def jobs(ctx: Context) -> list[Job]:
    """What was only needed to count each view once is thrown away."""

    async def _forget_views() -> None:
        await forget_views(ctx.database)

    return [Job(name="content-views", period_s=FORGET_VIEWS_EVERY_S, run=_forget_views)]
