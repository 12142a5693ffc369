"""Scheduled work of media."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job, Service
from xiaodian.modules.media.service.condemned import sweep_condemned
from xiaodian.modules.media.service.make_vod import make_vods
from xiaodian.modules.media.service.sweep_streams import sweep_streams
from xiaodian.modules.media.service.uploads import expire_uploads
from xiaodian.modules.media.service.videos import convert_next

SWEEP_EVERY_S = 1.0
CONVERT_EVERY_S = 1.0
REMOVE_EVERY_S = 2.0
EXPIRE_EVERY_S = 60.0


def jobs(ctx: Context) -> list[Job]:
    """End the streams whose encoder did not return; interrupt those whose ingest process died; make
    uploaded films playable; remove the files of what was deleted or never finished."""

    async def _sweep_streams() -> None:
        await sweep_streams(ctx)

    async def _convert_videos() -> None:
        while await convert_next(ctx):
            pass

    async def _remove_files() -> None:
        while await sweep_condemned(ctx):
            pass

    async def _expire_uploads() -> None:
        while await expire_uploads(ctx):
            pass

    return [
        Job(name="media_sweep_streams", period_s=SWEEP_EVERY_S, run=_sweep_streams),
        Job(name="media_convert_videos", period_s=CONVERT_EVERY_S, run=_convert_videos),
        Job(name="media_remove_files", period_s=REMOVE_EVERY_S, run=_remove_files),
        Job(name="media_expire_uploads", period_s=EXPIRE_EVERY_S, run=_expire_uploads),
    ]


def services(ctx: Context) -> list[Service]:
    """Short videos are made playable, one at a time in every worker process."""

    async def _make_vods() -> None:
        await make_vods(ctx)

    return [Service(name="media_make_vods", run=_make_vods)]
