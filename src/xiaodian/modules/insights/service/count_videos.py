"""Bring the summaries of videos up to date with what visitors' pages told."""

from collections.abc import Collection, Mapping, Sequence

from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights.service.add_up import add_up
from xiaodian.modules.insights.service.tell_counted import tell_counted
from xiaodian.modules.insights.video_rules import (
    PRODUCT_SECOND,
    VIDEO_SECOND,
    VideoTally,
    VideoViewer,
    VideoViewerKey,
    VideoVisit,
)
from xiaodian.modules.insights.visit_rules import Act


async def count_on_videos(connection: Connection, acts: Sequence[Act], durations_ms: Mapping[VideoId, int]) -> None:
    """Add acts to the summaries, in the caller's transaction: a row a video is changed once, however many watch."""
    keys = {(act.video_id, act.viewer_id) for act in acts if act.video_id is not None}
    tally = VideoTally(await _read_viewers(connection, keys), durations_ms)
    for act in acts:
        tally.take(act)
    await _save_viewers(connection, tally)
    video = {"video_id": "uuid"}
    second, product = {**video, "second": "integer"}, {**video, "product_id": "uuid", "second": "integer"}
    visits = [(video_id, *sums) for video_id, sums in tally.videos.items()]
    await add_up(connection, "insights.video_visit", video, VideoVisit._fields, visits)
    seconds = [(*key, *sums) for key, sums in tally.seconds.items()]
    await add_up(connection, "insights.video_second", second, VIDEO_SECOND, seconds)
    await _drop_emptied(connection, tally)
    products = [(*key, *sums) for key, sums in tally.products.items()]
    await add_up(connection, "insights.video_product_second", product, PRODUCT_SECOND, products)
    await tell_counted(connection, tally.videos)


async def _read_viewers(connection: Connection, keys: Collection[VideoViewerKey]) -> dict[VideoViewerKey, VideoViewer]:
    rows = await connection.fetch(
        """
        SELECT video_id, viewer_id, steps, visits, watch_s, furthest_ms FROM insights.video_viewer
        WHERE (video_id, viewer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [video_id for video_id, _ in keys],
        [viewer_id for _, viewer_id in keys],
    )
    return {(row[0], row[1]): VideoViewer(row[2], row[3], row[4], row[5]) for row in rows}


async def _drop_emptied(connection: Connection, tally: VideoTally) -> None:
    """Seconds in which nobody stands any more; whoever counts anew finds no such row either."""
    if emptied := [key for key, (ended, _) in tally.seconds.items() if ended < 0]:
        await connection.execute(
            """
            DELETE FROM insights.video_second WHERE ended = 0 AND times_left = 0
                AND (video_id, second) IN (SELECT * FROM unnest($1::uuid[], $2::integer[]))
            """,
            *map(list, zip(*emptied, strict=True)),
        )


async def _save_viewers(connection: Connection, tally: VideoTally) -> None:
    rows = [(*key, *viewer) for key, viewer in tally.viewers.items()]
    await connection.execute(
        """
        INSERT INTO insights.video_viewer (video_id, viewer_id, steps, visits, watch_s, furthest_ms)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[], $6::integer[])
        ON CONFLICT (video_id, viewer_id) DO UPDATE SET steps = excluded.steps, visits = excluded.visits,
            watch_s = excluded.watch_s, furthest_ms = excluded.furthest_ms
        """,
        *map(list, zip(*rows, strict=True)),
    )
