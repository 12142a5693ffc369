"""Reads of comments on short videos; explicit columns, structs out."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import CommentId
from xiaodian.infra.database import Connection
from xiaodian.modules.content.models import VideoComment

MAX_MUTED_LISTED = 200

_COMMENT = "comment_id, video_id, account_id, text"


async def list_comments(
    connection: Connection, video_id: VideoId, *, before: UUID | None, limit: int
) -> list[VideoComment]:
    """A video's comments, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COMMENT} FROM content.video_comment
        WHERE video_id = $1 AND ($2::uuid IS NULL OR comment_id < $2) ORDER BY comment_id DESC LIMIT $3
        """,
        video_id,
        before,
        limit,
    )
    return [VideoComment(*row) for row in rows]


async def get_comment(connection: Connection, video_id: VideoId, comment_id: CommentId) -> VideoComment:
    """One comment on a video. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_COMMENT} FROM content.video_comment WHERE video_id = $1 AND comment_id = $2", video_id, comment_id
    )
    if row is None:
        raise NotFoundError
    return VideoComment(*row)


async def find_comments(connection: Connection, comment_ids: Collection[CommentId]) -> dict[CommentId, VideoComment]:
    """Those of the comments that exist, by id."""
    rows = await connection.fetch(
        f"SELECT {_COMMENT} FROM content.video_comment WHERE comment_id = ANY($1::uuid[])", list(comment_ids)
    )
    return {row["comment_id"]: VideoComment(*row) for row in rows}


async def is_muted(connection: Connection, creator_id: AccountId, account_id: AccountId) -> bool:
    """Whether this account may not comment on the creator's videos."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM content.mute WHERE creator_id = $1 AND account_id = $2)",
            creator_id,
            account_id,
        )
    )


async def list_muted(connection: Connection, creator_id: AccountId) -> list[AccountId]:
    """Who may not comment on the creator's videos, the latest first; of absurdly many only the latest."""
    rows = await connection.fetch(
        """
        SELECT account_id FROM content.mute WHERE creator_id = $1 ORDER BY muted_at DESC, account_id LIMIT $2
        """,
        creator_id,
        MAX_MUTED_LISTED,
    )
    return [row["account_id"] for row in rows]
