"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.content.service.count import forget_views
from xiaodian.modules.content.service.move_covers import move_covers
from xiaodian.modules.content.service.remind import remind_soon

REMIND_EVERY_S = 15.0
FORGET_VIEWS_EVERY_S = 600.0
MOVE_COVERS_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Rooms come near; what was only needed to count each view once is thrown away; covers come to lie beside their
    films.
    """

    async def _remind_soon() -> None:
        await remind_soon(ctx, utc_now())

    async def _forget_views() -> None:
        await forget_views(ctx.database)

    async def _move_covers() -> None:
        while await move_covers(ctx):
            pass

    return [
        Job(name="content-reminders", period_s=REMIND_EVERY_S, run=_remind_soon),
        Job(name="content-views", period_s=FORGET_VIEWS_EVERY_S, run=_forget_views),
        Job(name="content-covers", period_s=MOVE_COVERS_EVERY_S, run=_move_covers),
    ]
