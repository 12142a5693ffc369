"""When the cards of a video come up follows what became known of it: candidates, their weights, told to content."""

from collections.abc import Sequence
from datetime import timedelta

from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.content import LearnedMoment, VideoId, VideoInfo
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.insights import api as insights
from xiaodian.modules.surfacing import moment_queries as queries
from xiaodian.modules.surfacing.learning.candidates import Candidate, Signs, list_candidates
from xiaodian.modules.surfacing.learning.learner import Prior, Tally
from xiaodian.modules.surfacing.learning.moments import Learned, expect, fade_counts, learn, total_shown
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.learning.watching import Watching
from xiaodian.modules.surfacing.service.read_film import read_film

AT_ONCE = 50
REST = timedelta(seconds=20)
"""A video that was weighed just now waits so long, however many watch it."""
MANY_VIEWS = 3
"""Openings of a product by themselves that make a second a candidate."""
MANY_ORDERS = 2
MAX_SECONDS = 3
"""Where viewers opened a product, or bought it, by themselves: so many of each."""
TENTHS = 10


async def weigh_videos(records: Records) -> int:
    """Weigh those that changed, a bounded number; answers how many."""
    async with records.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT video_id FROM surfacing.film WHERE is_stale AND weighed_at < $1 ORDER BY weighed_at LIMIT $2",
            utc_now() - REST,
            AT_ONCE,
        )
    for row in rows:
        async with records.database.transaction() as connection:
            await weigh_video(connection, row["video_id"])
    return len(rows)


async def weigh_video(connection: Connection, video_id: VideoId) -> None:
    """Weigh one, in the caller's transaction."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    was_unread = await connection.fetchval(
        """
        UPDATE surfacing.film SET is_stale = false, is_unread = false, weighed_at = $2 WHERE video_id = $1
        RETURNING old.is_unread
        """,
        video_id,
        utc_now(),
    )
    if video is None:
        await forget_video(connection, video_id)
        return
    if was_unread:
        await read_film(connection, video)
    products = {each.product_id: each for each in await catalog.get_products(connection, video.product_ids)}
    await _keep(connection, video, products, await _learn(connection, video, list(products.values())))


async def forget_video(connection: Connection, video_id: VideoId) -> None:
    """The video is gone for good."""
    for table in ("film", "video_caption", "mention", "moment"):
        await connection.execute(f"DELETE FROM surfacing.{table} WHERE video_id = $1", video_id)
    for table in ("viewing", "moment_count", "moment_order", "quiet_second"):
        await connection.execute(f"DELETE FROM surfacing.{table} WHERE film_id = $1", video_id)


async def compare_likes(records: Records) -> None:
    """What is expected of new moments: what those like them did in all videos."""
    async with records.database.transaction() as connection:
        await connection.execute("DELETE FROM surfacing.moment_like")
        await connection.execute(
            """
            INSERT INTO surfacing.moment_like (reason, tenth, category, shown, clicked, ordered)
            SELECT reason, tenth, coalesce(category, ''), sum(shown), sum(clicked), sum(ordered)
            FROM (
                -- What is near the best was tried as any other moment.
                SELECT CASE reason WHEN 'near_best' THEN 'tried' ELSE reason END AS reason,
                    tenth, category, shown, clicked, ordered
                FROM surfacing.moment WHERE category <> ''
            ) AS moment
            GROUP BY GROUPING SETS ((reason, tenth), (reason, tenth, category))
            """
        )


async def _learn(
    connection: Connection, video: VideoInfo, products: Sequence[Product]
) -> dict[ProductId, list[Learned]]:
    counts = await queries.list_counts(connection, video.video_id)
    quiet = await queries.list_quiet(connection, video.video_id)
    mentions = await queries.list_mentions(connection, video.video_id)
    opened = await _find_opened(connection, video.video_id)
    bought = await _find_bought(connection, video.video_id)
    likes = await queries.list_likes(connection, [product.category for product in products])
    watching = Watching(quiet, video.duration_ms)
    viewers = quiet.get(0, (0, 0, 0))[0]
    learned: dict[ProductId, list[Learned]] = {}
    for product in products:
        product_id = product.product_id
        seconds = fade_counts(counts.get(product_id, []))
        signs = Signs(
            said=mentions.get(product_id, []), bought=bought.get(product_id, []), clicked=opened.get(product_id, [])
        )
        candidates = list_candidates(signs, video.duration_ms, watching, viewers, total_shown(seconds))
        priors = {each: _prior(likes, each, video.duration_ms, product.category) for each in candidates}
        learned[product_id] = learn(candidates, seconds, priors, watching)
    return learned


def _prior(likes: dict[tuple[str, int, str], Tally], candidate: Candidate, duration_ms: int, category: str) -> Prior:
    kind = candidate.why.value, tenth_of(candidate, duration_ms)
    levels = [likes[*kind, name] for name in ("", category) if (*kind, name) in likes]
    return expect(candidate.why, levels)


def tenth_of(candidate: Candidate, duration_ms: int) -> int:
    """Which tenth of the film it is in."""
    return min(TENTHS - 1, candidate.at_ms * TENTHS // max(1, duration_ms))


async def _find_opened(connection: Connection, video_id: VideoId) -> dict[ProductId, list[int]]:
    """Where viewers opened a product by themselves, not from its card; most often first."""
    opened: dict[ProductId, list[tuple[int, int]]] = {}
    for product_id, second, (_, clicks, views, _) in await insights.list_product_seconds(connection, video_id):
        if second >= 0 and views - clicks >= MANY_VIEWS:
            opened.setdefault(product_id, []).append((clicks - views, second * SECOND_MS))
    return _most(opened)


async def _find_bought(connection: Connection, video_id: VideoId) -> dict[ProductId, list[int]]:
    """Where viewers bought a product; most often first."""
    bought: dict[ProductId, list[tuple[int, int]]] = {}
    for product_id, second, sums in await insights.list_video_sales(connection, video_id):
        if second >= 0 and sums.orders_paid >= MANY_ORDERS:
            bought.setdefault(product_id, []).append((-sums.orders_paid, second * SECOND_MS))
    return _most(bought)


def _most(seconds: dict[ProductId, list[tuple[int, int]]]) -> dict[ProductId, list[int]]:
    return {product_id: [at_ms for _, at_ms in sorted(each)[:MAX_SECONDS]] for product_id, each in seconds.items()}


async def _keep(
    connection: Connection,
    video: VideoInfo,
    products: dict[ProductId, Product],
    learned: dict[ProductId, list[Learned]],
) -> None:
    await connection.execute("DELETE FROM surfacing.moment WHERE video_id = $1", video.video_id)
    await connection.executemany(
        """
        INSERT INTO surfacing.moment (video_id, product_id, at_ms, show_ms, reason, category, tenth,
            shown, clicked, ordered, driven_off, weight)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        [
            (
                video.video_id,
                product_id,
                each.candidate.at_ms,
                each.candidate.show_ms,
                each.candidate.why.value,
                products[product_id].category,
                tenth_of(each.candidate, video.duration_ms),
                *each.tally,
                each.weight,
            )
            for product_id, several in learned.items()
            for each in several
        ],
    )
    moments = [
        LearnedMoment(
            product_id=product_id,
            at_ms=each.candidate.at_ms,
            show_ms=each.candidate.show_ms,
            weight=each.weight,
            reason=each.candidate.why.value,
        )
        for product_id, several in learned.items()
        for each in several
        if each.weight > 0
    ]
    await content.set_moments(connection, video.video_id, moments)
