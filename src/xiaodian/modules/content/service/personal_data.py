"""What content keeps of a person: whom they follow, what they like and say, what they wait for."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.content import CreatorUnfollowed, VideoId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.content.service.count import count, count_many
from xiaodian.modules.content.service.count_likes import LIKES_SLOT
from xiaodian.modules.content.service.follow_creator import count_fan
from xiaodian.modules.content.video_rules import count_slot

_PARTS = {
    "follows": "SELECT creator_id, since FROM content.follow WHERE fan_id = $1 ORDER BY since DESC LIMIT $2",
    "video_likes": "SELECT video_id, liked_at FROM content.video_like WHERE account_id = $1 AND is_liked LIMIT $2",
    "video_comments": """
        SELECT comment_id, video_id, text FROM content.video_comment WHERE account_id = $1
        ORDER BY comment_id DESC LIMIT $2
    """,
    "room_reminders": "SELECT room_id, set_at FROM content.reminder WHERE account_id = $1 LIMIT $2",
    "reports": "SELECT video_id, room_id, reason, note FROM content.report WHERE account_id = $1 LIMIT $2",
    "rulings_on_own_rooms": """
        SELECT ruling_id, room_id, measure, rule, note FROM content.room_ruling WHERE host_id = $1 LIMIT $2
    """,
}


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """All of it, the newest first, at most so many of each."""
    return {
        part: [dict(row) for row in await connection.fetch(select, account_id, limit)]
        for part, select in _PARTS.items()
    }


async def is_creator(connection: Connection, account_id: AccountId) -> bool:
    """Whether videos are in the account's name."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM content.video WHERE creator_id = $1)", account_id
    )
    return found


async def erase(connection: Connection, erased: AccountErased) -> None:
    """Follows, likes and comments go, and out of the counters; a report stays, without who made it."""
    account_id = erased.account_id
    followed = await connection.fetch("DELETE FROM content.follow WHERE fan_id = $1 RETURNING creator_id", account_id)
    for creator_id in sorted(AccountId(row["creator_id"]) for row in followed):
        await count_fan(connection, creator_id, account_id, -1)
        await outbox.emit(connection, CreatorUnfollowed(creator_id=creator_id, fan_id=account_id))
    liked = await connection.fetch(
        "DELETE FROM content.video_like WHERE account_id = $1 RETURNING video_id, is_counted", account_id
    )
    counted = sorted(VideoId(row["video_id"]) for row in liked if row["is_counted"])
    await count_many(connection, "likes", [(video_id, LIKES_SLOT, -1) for video_id in counted])
    said = await connection.fetch(
        "DELETE FROM content.video_comment WHERE account_id = $1 RETURNING video_id", account_id
    )
    for video_id in sorted(VideoId(row["video_id"]) for row in said):
        await count(connection, "comments", video_id, count_slot(account_id), -1)
    for table in ("reminder", "mute"):
        await connection.execute(f"DELETE FROM content.{table} WHERE account_id = $1", account_id)
    await connection.execute(
        "UPDATE content.report SET account_id = gen_random_uuid() WHERE account_id = $1", account_id
    )
