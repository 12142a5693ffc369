"""What is done all the time: deciding in rooms, weighing the moments of videos and replays."""

from datetime import timedelta

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job, Service
from xiaodian.kit.clock import utc_now
from xiaodian.modules.surfacing.service.forget_old import forget_old
from xiaodian.modules.surfacing.service.run_rooms import run_rooms
from xiaodian.modules.surfacing.service.weigh_moments import compare_likes, weigh_videos
from xiaodian.modules.surfacing.service.weigh_replays import weigh_replays

WEIGH_EVERY_S = 5.0
COMPARE_EVERY_S = 3600.0
FORGET_EVERY_S = 24 * 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Weighing is a job so that a film that thousands watch is weighed once in a while, not once a view."""

    async def _weigh() -> None:
        await weigh_videos(ctx)

    async def _weigh_replays() -> None:
        await weigh_replays(ctx)

    async def _compare() -> None:
        await compare_likes(ctx)

    async def _forget() -> None:
        await forget_old(ctx.database, utc_now().date(), timedelta(days=ctx.settings.behaviour_days))

    return [
        Job(name="surfacing-forgets", period_s=FORGET_EVERY_S, run=_forget),
        Job(name="surfacing-moments", period_s=WEIGH_EVERY_S, run=_weigh),
        Job(name="surfacing-replays", period_s=WEIGH_EVERY_S, run=_weigh_replays),
        Job(name="surfacing-likes", period_s=COMPARE_EVERY_S, run=_compare),
    ]


def services(ctx: Context) -> list[Service]:
    """Decide in rooms, in every worker."""

    async def _decide() -> None:
        await run_rooms(ctx)

    return [Service(name="surfacing_rooms", run=_decide)]
