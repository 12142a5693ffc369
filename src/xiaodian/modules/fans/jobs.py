"""What happens by time: fans of whom nothing is heard drift from segment to segment; rooms' logs are read on."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.service.count_comments import count_comments
from xiaodian.modules.fans.service.count_visits import count_watched
from xiaodian.modules.fans.service.move_by_time import apply_thresholds, move_by_time
from xiaodian.modules.fans.service.predict_due import start_predicting
from xiaodian.modules.fans.service.thresholds import reckon_thresholds
from xiaodian.modules.fans.service.write_histories import write_histories

WATCH_EVERY_S = 1.0
COUNT_EVERY_S = 2.0
MOVE_EVERY_S = 600.0
SORT_EVERY_S = 5.0
RECKON_EVERY_S = 5.0
PREDICT_EVERY_S = 900.0
WRITE_EVERY_S = 300.0


def jobs(ctx: Context) -> list[Job]:
    """Each day of the books some fans move; what is watched and said in rooms is counted as it comes."""

    async def _count_watched() -> None:
        await count_watched(ctx.database, ctx.settings.books_utc_offset_h, utc_now())

    async def _count_comments() -> None:
        await count_comments(ctx, utc_now())

    async def _move_by_time() -> None:
        await move_by_time(ctx.database, ctx.settings.books_utc_offset_h, utc_now())

    async def _sort() -> None:
        await apply_thresholds(ctx.database, ctx.settings.books_utc_offset_h, utc_now())

    async def _reckon() -> None:
        await reckon_thresholds(ctx.database, ctx.settings.books_utc_offset_h, utc_now())

    async def _predict() -> None:
        await start_predicting(ctx.database, ctx.settings.books_utc_offset_h, utc_now())

    async def _write_histories() -> None:
        await write_histories(ctx.database)

    return [
        Job(name="fans-watching", period_s=WATCH_EVERY_S, run=_count_watched),
        Job(name="fans-comments", period_s=COUNT_EVERY_S, run=_count_comments),
        Job(name="fans-moves", period_s=MOVE_EVERY_S, run=_move_by_time),
        Job(name="fans-sorting", period_s=SORT_EVERY_S, run=_sort),
        Job(name="fans-thresholds", period_s=RECKON_EVERY_S, run=_reckon),
        Job(name="fans-predictions", period_s=PREDICT_EVERY_S, run=_predict),
        Job(name="fans-histories", period_s=WRITE_EVERY_S, run=_write_histories),
    ]
