"""Keep what can be shown up to date with what creators publish, change and withdraw."""

from collections.abc import Collection

from xiaodian.contracts.content import VideoId, VideoInfo, VideoState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.feed.rules import EPOCH, Sums, category_subject, is_exploring, score, topic_subject

LOCK = 7_142_391

_SAVE = """
    INSERT INTO feed.video AS kept (video_id, creator_id, subjects, duration_ms, published_at, is_shown, is_exploring,
        is_stale, score)
    VALUES ($1, $2, $3, $4, $5, $6, $7, true, $8)
    ON CONFLICT (video_id) DO UPDATE SET subjects = excluded.subjects, duration_ms = excluded.duration_ms,
        published_at = excluded.published_at, is_shown = excluded.is_shown,
        is_exploring = excluded.is_exploring, is_stale = true
    RETURNING score
"""


async def keep_videos(connection: Connection, video_ids: Collection[VideoId]) -> None:
    """Look up afresh what has become of these videos, in the caller's transaction; again changes nothing.

    One at a time does it, so that no older look comes after a newer one.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    found = await content.get_videos(connection, video_ids)
    categories = await _read_categories(connection, found)
    for video_id in sorted(video_ids):
        video = found.get(video_id)
        await connection.execute("DELETE FROM feed.subject_video WHERE video_id = $1", video_id)
        if video is None:
            await connection.execute("DELETE FROM feed.video WHERE video_id = $1", video_id)
            continue
        await _save(connection, video, categories[video_id])


async def _save(connection: Connection, video: VideoInfo, categories: list[str]) -> None:
    subjects = [*map(topic_subject, video.topics), *map(category_subject, categories)]
    is_shown = video.state is VideoState.PUBLISHED
    published_at = video.published_at or EPOCH
    scored = await connection.fetchval(
        _SAVE,
        video.video_id,
        video.creator_id,
        subjects,
        video.duration_ms,
        published_at,
        is_shown,
        is_exploring(Sums(), published_at, utc_now()),
        score(Sums(), published_at),
    )
    if is_shown:
        await connection.execute(
            "INSERT INTO feed.subject_video (video_id, subject, score) SELECT $1, subject, $3 FROM unnest($2::text[])"
            " AS subject ON CONFLICT DO NOTHING",
            video.video_id,
            subjects,
            scored,
        )


async def _read_categories(connection: Connection, videos: dict[VideoId, VideoInfo]) -> dict[VideoId, list[str]]:
    product_ids = {product_id for video in videos.values() for product_id in video.product_ids}
    products = await catalog.get_products(connection, sorted(product_ids)) if product_ids else []
    category = {product.product_id: product.category for product in products}
    return {
        video_id: sorted({category[each] for each in video.product_ids if category.get(each, "other") != "other"})
        for video_id, video in videos.items()
    }
