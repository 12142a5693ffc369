"""What is told of likes comes into the films' counters, a batch at a time.

A like's row says whether the counter has it. Counting brings the two together, so that whatever is told twice, late or
in another order, the counter comes out the same.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection
from xiaodian.modules.content.service.count import count_many

LIKES_SLOT = 0
"""One alone counts likes, so that they need no more slots than one."""

_SETTLE = """
    UPDATE content.video_like AS known SET is_counted = known.is_liked FROM (
        SELECT video_id, account_id FROM content.video_like
        JOIN unnest($1::uuid[], $2::uuid[]) AS told (video_id, account_id) USING (video_id, account_id)
        WHERE is_counted <> is_liked ORDER BY 1, 2 FOR UPDATE OF video_like
    ) AS due WHERE (known.video_id, known.account_id) = (due.video_id, due.account_id)
    RETURNING known.video_id, known.is_liked
"""
_FORGET = """
    DELETE FROM content.video_like USING unnest($1::uuid[], $2::uuid[]) AS told (video_id, account_id)
    WHERE (video_like.video_id, video_like.account_id) = (told.video_id, told.account_id)
        AND NOT is_liked AND NOT is_counted
"""


async def count_likes(connection: Connection, told: Iterable[tuple[UUID, UUID]]) -> list[VideoId]:
    """Count what these accounts (the second) said of these films (the first), in the caller's transaction; answers of
    which films there are other figures now.
    """
    keys = sorted(set(told))
    columns = [[video_id for video_id, _ in keys], [account_id for _, account_id in keys]]
    changes: Counter[VideoId] = Counter()
    for row in await connection.fetch(_SETTLE, *columns):
        changes[row["video_id"]] += 1 if row["is_liked"] else -1
    await connection.execute(_FORGET, *columns)
    changed = sorted(video_id for video_id, change in changes.items() if change)
    await count_many(connection, "likes", [(video_id, LIKES_SLOT, changes[video_id]) for video_id in changed])
    return changed
