"""Reads of the summaries of videos."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import VideoSums
from xiaodian.infra.database import Connection
from xiaodian.modules.insights.queries import SaleSums
from xiaodian.modules.insights.video_rules import VideoVisit
from xiaodian.modules.insights.visit_rules import Act


async def get_video_visit(connection: Connection, video_id: VideoId) -> VideoVisit:
    """Who watched a video, and how far they went."""
    columns = ", ".join(VideoVisit._fields)
    row = await connection.fetchrow(f"SELECT {columns} FROM insights.video_visit WHERE video_id = $1", video_id)
    return VideoVisit(*row) if row else VideoVisit()


async def list_video_seconds(connection: Connection, video_id: VideoId) -> list[tuple[int, int, int]]:
    """By second of the film: viewers who got there and no further, and how often somebody went on there."""
    rows = await connection.fetch(
        "SELECT second, ended, times_left FROM insights.video_second WHERE video_id = $1 ORDER BY second", video_id
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def list_product_seconds(
    connection: Connection, video_id: VideoId
) -> list[tuple[ProductId, int, tuple[int, int, int, int]]]:
    """By product and second: impressions, clicks, product views, checkout starts."""
    rows = await connection.fetch(
        """
        SELECT product_id, second, impressions, clicks, product_views, checkout_starts
        FROM insights.video_product_second WHERE video_id = $1 ORDER BY product_id, second
        """,
        video_id,
    )
    return [(row[0], row[1], (row[2], row[3], row[4], row[5])) for row in rows]


async def list_video_sales(connection: Connection, video_id: VideoId) -> list[tuple[ProductId, int, SaleSums]]:
    """What was sold, by product and second."""
    rows = await connection.fetch(
        f"""
        SELECT product_id, second, {", ".join(SaleSums._fields)}
        FROM insights.video_sale_second WHERE video_id = $1 ORDER BY product_id, second
        """,
        video_id,
    )
    return [(row[0], row[1], SaleSums(*row[2:])) for row in rows]


async def count_video_buyers(connection: Connection, video_id: VideoId) -> int:
    """How many different accounts paid for something from this video."""
    return int(
        await connection.fetchval(
            "SELECT count(DISTINCT buyer_id) FROM insights.sale WHERE video_id = $1 AND paid_at IS NOT NULL", video_id
        )
    )


async def get_video_sums(connection: Connection, video_ids: Collection[VideoId]) -> dict[VideoId, VideoSums]:
    """What came of these videos up to now; those of which nothing was told are left out."""
    rows = await connection.fetch(
        """
        SELECT wanted.video_id, coalesce(saw, 0), coalesce(viewers, 0), coalesce(views, 0), coalesce(furthest_ms, 0),
            coalesce(greatest(clicked, opened_bag, viewed_product), 0), coalesce(orders_paid, 0)
        FROM unnest($1::uuid[]) AS wanted (video_id)
            LEFT JOIN insights.video_visit USING (video_id)
            LEFT JOIN LATERAL (
                SELECT sum(orders_paid)::bigint AS orders_paid FROM insights.video_sale_second AS sold
                WHERE sold.video_id = wanted.video_id
            ) AS sold ON true
        WHERE views IS NOT NULL OR orders_paid IS NOT NULL
        """,
        list(video_ids),
    )
    return {
        row[0]: VideoSums(
            saw=row[1], viewers=row[2], views=row[3], furthest_ms=row[4], clicked=row[5], orders_paid=row[6]
        )
        for row in rows
    }


async def list_acts_of_accounts(
    connection: Connection, after: tuple[datetime, UUID, int] | None, limit: int
) -> list[Act]:
    """What pages told of who was signed in, as long as it is kept, the first first."""
    rows = await connection.fetch(
        f"""
        SELECT {", ".join(Act._fields)} FROM insights.behaviour
        WHERE account_id IS NOT NULL AND ($1::timestamptz IS NULL OR (at, report_id, number) > ($1, $2::uuid, $3::int))
        ORDER BY at, report_id, number LIMIT $4
        """,
        *(after or (None, None, None)),
        limit,
    )
    return [Act(*row) for row in rows]


async def list_acts_of_videos(
    connection: Connection, after: tuple[datetime, UUID, int] | None, limit: int
) -> list[Act]:
    """What pages told of videos, as long as it is kept, the first first."""
    rows = await connection.fetch(
        f"""
        SELECT {", ".join(Act._fields)} FROM insights.behaviour
        WHERE video_id IS NOT NULL AND ($1::timestamptz IS NULL OR (at, report_id, number) > ($1, $2::uuid, $3::int))
        ORDER BY at, report_id, number LIMIT $4
        """,
        *(after or (None, None, None)),
        limit,
    )
    return [Act(*row) for row in rows]
