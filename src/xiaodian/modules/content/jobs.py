"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.content.service.count import forget_views
from xiaodian.modules.content.service.move_covers import move_covers

FORGET_VIEWS_EVERY_S = 600.0
MOVE_COVERS_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """What was only needed to count each view once is thrown away; covers come to lie beside their films."""

    async def _forget_views() -> None:
        await forget_views(ctx.database)

    async def _move_covers() -> None:
        while await move_covers(ctx):
            pass

    return [
        Job(name="content-views", period_s=FORGET_VIEWS_EVERY_S, run=_forget_views),
        Job(name="content-covers", period_s=MOVE_COVERS_EVERY_S, run=_move_covers),
    ]
