"""Reads of what is known of films; explicit columns, structs out. Writes stand with their use cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection
from xiaodian.modules.surfacing.learning.candidates import Candidate, Why
from xiaodian.modules.surfacing.learning.change import SecondCount
from xiaodian.modules.surfacing.learning.learner import Tally

MAX_MENTIONS = 20
"""Of one product in one video."""


class Moment(NamedTuple):
    """A row of surfacing.moment."""

    product_id: ProductId
    candidate: Candidate
    tally: Tally
    weight: int


class VideoCaption(NamedTuple):
    """A row of surfacing.video_caption."""

    start_ms: int
    end_ms: int
    text: str


async def list_moments(connection: Connection, video_id: VideoId) -> list[Moment]:
    """The moments that are tried, by product and time."""
    rows = await connection.fetch(
        """
        SELECT product_id, at_ms, show_ms, reason, shown, clicked, ordered, driven_off, weight
        FROM surfacing.moment WHERE video_id = $1 ORDER BY product_id, at_ms
        """,
        video_id,
    )
    return [
        Moment(row[0], Candidate(row[1], row[2], Why(row[3])), Tally(row[4], row[5], row[6], row[7]), row[8])
        for row in rows
    ]


async def list_counts(connection: Connection, film_id: UUID) -> dict[ProductId, list[SecondCount]]:
    """What became of cards, by product."""
    rows = await connection.fetch(
        """
        SELECT product_id, second, slot, shown, clicked, ordered, driven_off
        FROM surfacing.moment_count WHERE film_id = $1 ORDER BY product_id, second, slot
        """,
        film_id,
    )
    counts: dict[ProductId, list[SecondCount]] = {}
    for row in rows:
        counts.setdefault(row[0], []).append(SecondCount(row[1], row[2], Tally(*row[3:])))
    return counts


async def list_quiet(connection: Connection, film_id: UUID) -> dict[int, tuple[int, int, int]]:
    """By second, who came, went and left without a fresh card."""
    rows = await connection.fetch(
        "SELECT second, came, went, gone FROM surfacing.quiet_second WHERE film_id = $1", film_id
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def list_mentions(connection: Connection, video_id: VideoId) -> dict[ProductId, list[int]]:
    """Where the film speaks of which product."""
    rows = await connection.fetch(
        "SELECT product_id, at_ms FROM surfacing.mention WHERE video_id = $1 ORDER BY product_id, at_ms", video_id
    )
    mentions: dict[ProductId, list[int]] = {}
    for row in rows:
        mentions.setdefault(row[0], []).append(row[1])
    return {product_id: each[:MAX_MENTIONS] for product_id, each in mentions.items()}


async def list_captions(connection: Connection, video_id: VideoId) -> list[VideoCaption]:
    """What was told of the film's speech."""
    rows = await connection.fetch(
        "SELECT start_ms, end_ms, text FROM surfacing.video_caption WHERE video_id = $1 ORDER BY end_ms, line_no",
        video_id,
    )
    return [VideoCaption(*row) for row in rows]


async def is_wordless(connection: Connection, video_id: VideoId) -> bool:
    """Whether its creator took the captions away that a clip has from its room."""
    found: bool | None = await connection.fetchval(
        "SELECT is_wordless FROM surfacing.film WHERE video_id = $1", video_id
    )
    return bool(found)


async def list_likes(connection: Connection, categories: Sequence[str]) -> dict[tuple[str, int, str], Tally]:
    """What moments did in all videos, by reason, tenth and category; the category `` is all of them."""
    rows = await connection.fetch(
        """
        SELECT reason, tenth, category, shown, clicked, ordered FROM surfacing.moment_like
        WHERE category = '' OR category = ANY($1::text[])
        """,
        list(categories),
    )
    return {(row[0], row[1], row[2]): Tally(row[3], row[4], row[5]) for row in rows}


async def list_room_speech(
    connection: Connection, room_id: UUID, since: datetime, until: datetime | None, limit: int
) -> list[tuple[datetime, datetime, str]]:
    """What was said in a room between two moments (None: to its end), or across one, in the order of lines' ends."""
    rows = await connection.fetch(
        """
        SELECT start_at, end_at, text FROM surfacing.caption
        WHERE room_id = $1 AND end_at >= $2 AND ($3::timestamptz IS NULL OR start_at < $3)
        ORDER BY end_at, caption_no LIMIT $4
        """,
        room_id,
        since,
        until,
        limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]
