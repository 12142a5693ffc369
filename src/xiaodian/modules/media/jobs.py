"""Scheduled work of media."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.media.service.sweep_streams import sweep_streams
from xiaodian.modules.media.service.videos import convert_next

SWEEP_EVERY_S = 1.0
CONVERT_EVERY_S = 1.0


def jobs(ctx: Context) -> list[Job]:
    """End the streams whose encoder did not return; interrupt those whose ingest process died; make
    uploaded films playable."""

    async def _sweep_streams() -> None:
        await sweep_streams(ctx)

    async def _convert_videos() -> None:
        while await convert_next(ctx):
            pass

    return [
        Job(name="media_sweep_streams", period_s=SWEEP_EVERY_S, run=_sweep_streams),
        Job(name="media_convert_videos", period_s=CONVERT_EVERY_S, run=_convert_videos),
    ]
