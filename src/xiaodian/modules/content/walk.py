"""All of what people did with videos, piece by piece, for those who make anew what follows from it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection

START = UUID(int=0)


class VideoDeed(NamedTuple):
    """Somebody liked a video or commented on it."""

    video_id: VideoId
    account_id: AccountId
    at: datetime


async def list_video_ids(connection: Connection, after: UUID, limit: int) -> list[VideoId]:
    """Videos in the order of their ids, whatever their state."""
    rows = await connection.fetch(
        "SELECT video_id FROM content.video WHERE video_id > $1 ORDER BY video_id LIMIT $2", after, limit
    )
    return [row["video_id"] for row in rows]


async def list_likes(connection: Connection, after: tuple[UUID, UUID], limit: int) -> list[VideoDeed]:
    """Likes, those after this video and account."""
    rows = await connection.fetch(
        """
        SELECT video_id, account_id, liked_at FROM content.video_like
        WHERE (video_id, account_id) > ($1, $2) AND is_liked
        ORDER BY video_id, account_id LIMIT $3
        """,
        *after,
        limit,
    )
    return [VideoDeed(*row) for row in rows]


async def list_comments(connection: Connection, after: UUID, limit: int) -> list[tuple[UUID, VideoDeed]]:
    """Comments in the order of their ids."""
    rows = await connection.fetch(
        """
        SELECT comment_id, video_id, account_id, uuid_extract_timestamp(comment_id) FROM content.video_comment
        WHERE comment_id > $1 ORDER BY comment_id LIMIT $2
        """,
        after,
        limit,
    )
    return [(row[0], VideoDeed(row[1], row[2], row[3])) for row in rows]
