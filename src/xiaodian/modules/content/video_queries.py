"""Reads of short videos; explicit columns, structs out. Writes stand with their use cases."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import LearnedMoment, VideoId, VideoState
from xiaodian.contracts.media import VodId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.content.models import Counts, Video, VideoProduct

NEWEST_OF_TOPIC = 500
"""Among so many of a topic's newest videos the hot ones are looked for."""

_VIDEO = """
    video.video_id, video.creator_id, video.vod_id, video.state, video.title, video.topics, video.cover_url,
    video.width, video.height, video.duration_ms, video.source_room_id, video.created_at, video.published_at,
    video.taken_down_reason
"""


def _video(row: Record) -> Video:
    values: dict[str, Any] = dict(row)
    values["state"] = VideoState(values["state"])
    return Video(**values)


async def find_videos(connection: Connection, video_ids: Collection[VideoId]) -> dict[VideoId, Video]:
    """Those of the videos that exist, by id, whatever their state."""
    rows = await connection.fetch(
        f"SELECT {_VIDEO} FROM content.video WHERE video_id = ANY($1::uuid[])", list(video_ids)
    )
    return {row["video_id"]: _video(row) for row in rows}


async def get_public_video(connection: Connection, video_id: VideoId) -> Video:
    """A video that everybody may watch. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_VIDEO} FROM content.video WHERE video_id = $1 AND state = 'published'", video_id
    )
    if row is None:
        raise NotFoundError
    return _video(row)


async def hold_public_video(connection: Connection, video_id: VideoId) -> Video:
    """The same, which then cannot be deleted before the transaction ends; others may hold it too."""
    row = await connection.fetchrow(
        f"SELECT {_VIDEO} FROM content.video WHERE video_id = $1 AND state = 'published' FOR KEY SHARE", video_id
    )
    if row is None:
        raise NotFoundError
    return _video(row)


async def get_own_video(connection: Connection, creator_id: AccountId, video_id: VideoId) -> Video:
    """One's own video, whatever its state. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_VIDEO} FROM content.video WHERE video_id = $1 AND creator_id = $2", video_id, creator_id
    )
    if row is None:
        raise NotFoundError
    return _video(row)


async def lock_video(connection: Connection, video_id: VideoId) -> Video:
    """A video, held until the transaction ends. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_VIDEO} FROM content.video WHERE video_id = $1 FOR NO KEY UPDATE", video_id
    )
    if row is None:
        raise NotFoundError
    return _video(row)


async def lock_own_video(connection: Connection, creator_id: AccountId, video_id: VideoId) -> Video:
    """One's own video, held until the transaction ends. Raises NotFoundError."""
    video = await lock_video(connection, video_id)
    if video.creator_id != creator_id:
        raise NotFoundError
    return video


async def find_video_of_vod(connection: Connection, vod_id: VodId) -> Video | None:
    """The video that is made of this film, held until the transaction ends."""
    row = await connection.fetchrow(f"SELECT {_VIDEO} FROM content.video WHERE vod_id = $1 FOR NO KEY UPDATE", vod_id)
    return _video(row) if row else None


async def list_own_videos(
    connection: Connection, creator_id: AccountId, states: Collection[VideoState], *, before: UUID | None, limit: int
) -> list[Video]:
    """One's own videos in one of these states, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_VIDEO} FROM content.video
        WHERE creator_id = $1 AND state = ANY($2::text[]) AND ($3::uuid IS NULL OR video_id < $3)
        ORDER BY video_id DESC LIMIT $4
        """,
        creator_id,
        list(states),
        before,
        limit,
    )
    return [_video(row) for row in rows]


async def list_videos_of(
    connection: Connection, creator_id: AccountId, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[VideoId, datetime]]:
    """A creator's videos that everybody may watch and when they were published, the newest first."""
    at, video_id = before or (None, None)
    rows = await connection.fetch(
        """
        SELECT video_id, published_at FROM content.video
        WHERE creator_id = $1 AND state = 'published'
            AND ($2::timestamptz IS NULL OR (published_at, video_id) < ($2, $3::uuid))
        ORDER BY published_at DESC, video_id DESC LIMIT $4
        """,
        creator_id,
        at,
        video_id,
        limit,
    )
    return [(row["video_id"], row["published_at"]) for row in rows]


async def list_new_of_topic(
    connection: Connection, topic: str, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[VideoId, datetime]]:
    """A topic's videos and when they were published, the newest first."""
    at, video_id = before or (None, None)
    rows = await connection.fetch(
        """
        SELECT video_id, published_at FROM content.video_topic
        WHERE topic = $1 AND ($2::timestamptz IS NULL OR (published_at, video_id) < ($2, $3::uuid))
        ORDER BY published_at DESC, video_id DESC LIMIT $4
        """,
        topic,
        at,
        video_id,
        limit,
    )
    return [(row["video_id"], row["published_at"]) for row in rows]


async def list_hot_of_topic(connection: Connection, topic: str, *, after: int, limit: int) -> list[VideoId]:
    """Of a topic's newest videos, those that people watch and like most."""
    rows = await connection.fetch(
        """
        WITH newest AS (
            SELECT video_id, published_at FROM content.video_topic
            WHERE topic = $1 ORDER BY published_at DESC, video_id DESC LIMIT $2
        )
        SELECT video_id FROM newest
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(views + 5 * likes + 10 * comments + 10 * shares), 0) AS heat
                FROM content.video_count WHERE video_count.video_id = newest.video_id
            ) AS counted
        ORDER BY heat DESC, published_at DESC, video_id DESC OFFSET $3 LIMIT $4
        """,
        topic,
        NEWEST_OF_TOPIC,
        after,
        limit,
    )
    return [row["video_id"] for row in rows]


async def count_videos_of_topic(connection: Connection, topic: str) -> int:
    """How many videos name the topic."""
    return int(await connection.fetchval("SELECT count(*) FROM content.video_topic WHERE topic = $1", topic))


async def count_videos_of(connection: Connection, creator_id: AccountId) -> int:
    """How many videos of a creator everybody may watch."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM content.video WHERE creator_id = $1 AND state = 'published'", creator_id
        )
    )


async def list_products(connection: Connection, video_ids: Collection[VideoId]) -> list[VideoProduct]:
    """What is in the bags of these videos, in order."""
    rows = await connection.fetch(
        """
        SELECT video_id, number, product_id, at_ms, show_ms FROM content.video_product
        WHERE video_id = ANY($1::uuid[]) ORDER BY video_id, number
        """,
        list(video_ids),
    )
    return [VideoProduct(*row) for row in rows]


async def list_moments(connection: Connection, video_ids: Collection[VideoId]) -> dict[VideoId, list[LearnedMoment]]:
    """What was learned of when cards should come up in these videos."""
    rows = await connection.fetch(
        """
        SELECT video_id, product_id, at_ms, show_ms, weight, reason FROM content.video_moment
        WHERE video_id = ANY($1::uuid[]) ORDER BY video_id, product_id, at_ms
        """,
        list(video_ids),
    )
    moments: dict[VideoId, list[LearnedMoment]] = {}
    for video_id, *values in rows:
        learned = LearnedMoment(**dict(zip(LearnedMoment.__struct_fields__, values, strict=True)))
        moments.setdefault(video_id, []).append(learned)
    return moments


async def get_counts(connection: Connection, video_ids: Collection[VideoId]) -> dict[VideoId, Counts]:
    """The counters of these videos."""
    rows = await connection.fetch(
        """
        SELECT video_id, sum(views)::bigint, sum(likes)::bigint, sum(comments)::bigint, sum(shares)::bigint
        FROM content.video_count WHERE video_id = ANY($1::uuid[]) GROUP BY video_id
        """,
        list(video_ids),
    )
    counted = {video_id: Counts(*values) for video_id, *values in rows}
    return {video_id: counted.get(video_id, Counts()) for video_id in video_ids}


class OwnLike(NamedTuple):
    """Whether somebody likes a video, and by how much its counter will change when it has heard of that."""

    is_liked: bool
    to_count: int


NO_LIKE = OwnLike(is_liked=False, to_count=0)


async def find_own_likes(
    connection: Connection, account_id: AccountId | None, video_ids: Collection[VideoId]
) -> dict[VideoId, OwnLike]:
    """Which of these videos the account likes, or has just liked no more."""
    if account_id is None:
        return {}
    rows = await connection.fetch(
        """
        SELECT video_id, is_liked, is_liked::int - is_counted::int FROM content.video_like
        WHERE account_id = $1 AND video_id = ANY($2::uuid[])
        """,
        account_id,
        list(video_ids),
    )
    return {VideoId(row[0]): OwnLike(row[1], row[2]) for row in rows}


class CoverElsewhere(NamedTuple):
    """A video whose cover does not lie beside its film."""

    video_id: VideoId
    vod_id: VodId
    cover_url: str


async def list_covers_elsewhere(connection: Connection, prefix: str, limit: int) -> list[CoverElsewhere]:
    """Videos whose covers lie under this address."""
    rows = await connection.fetch(
        "SELECT video_id, vod_id, cover_url FROM content.video WHERE starts_with(cover_url, $1) LIMIT $2",
        prefix,
        limit,
    )
    return [CoverElsewhere(*row) for row in rows]
