"""What happens by time alone: scores follow what became known, the old is forgotten."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.feed.service.forget import forget
from xiaodian.modules.feed.service.score_videos import end_exploring, score_videos

SCORE_EVERY_S = 2.0
FORGET_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Scoring is a job so that a film that thousands watch is scored once in a while, not once a view."""

    async def _score() -> None:
        await score_videos(ctx)

    async def _forget() -> None:
        await end_exploring(ctx)
        await forget(ctx)

    return [
        Job(name="feed-scores", period_s=SCORE_EVERY_S, run=_score),
        Job(name="feed-forget", period_s=FORGET_EVERY_S, run=_forget),
    ]
