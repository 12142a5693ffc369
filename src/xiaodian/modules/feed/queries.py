"""Reads of the feed's own tables; structs out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.feed.ranking import Candidate, mark_of
from xiaodian.modules.feed.rules import WEIGHTS, Deed, creator_subject

MAX_DISMISSALS = 300
MAX_TASTES = 200

_CANDIDATE = """
    video.video_id, video.creator_id, video.subjects, video.score, video.seen, video.views, video.through_percent
"""


def _candidate(row: Record, *, is_new_creator: bool = False) -> Candidate:
    return Candidate(
        row[0],
        row[1],
        creator_subject(row[1]),
        tuple(row[2]),
        row[3],
        row[4],
        row[5],
        row[6],
        is_new_creator,
        mark_of(row[0]),
    )


async def list_best(connection: Connection, limit: int) -> list[Candidate]:
    """The best of all."""
    rows = await connection.fetch(
        f"SELECT {_CANDIDATE} FROM feed.video WHERE is_shown ORDER BY score DESC, video_id LIMIT $1", limit
    )
    return [_candidate(row) for row in rows]


async def list_newcomers(connection: Connection, limit: int) -> list[Candidate]:
    """Young videos that the fewest have seen, the newest of them first."""
    rows = await connection.fetch(
        f"""
        SELECT {_CANDIDATE}, NOT EXISTS (
            SELECT FROM feed.video AS older WHERE older.creator_id = video.creator_id AND older.is_shown
                AND older.published_at < now() - make_interval(days => $2)
        ) AS is_new_creator
        FROM feed.video WHERE is_shown AND is_exploring ORDER BY seen, published_at DESC LIMIT $1
        """,
        limit,
        WEIGHTS.new_creator_days,
    )
    return [_candidate(row, is_new_creator=row["is_new_creator"]) for row in rows]


async def list_best_of_subjects(
    connection: Connection, subjects: Collection[str], limit: int
) -> dict[str, list[Candidate]]:
    """The best of each of these topics and categories."""
    rows = await connection.fetch(
        f"""
        SELECT {_CANDIDATE}, wanted.subject
        FROM unnest($1::text[]) AS wanted (subject), LATERAL (
            SELECT video_id FROM feed.subject_video AS listed WHERE listed.subject = wanted.subject
            ORDER BY score DESC, video_id LIMIT $2
        ) AS best JOIN feed.video USING (video_id)
        WHERE is_shown
        """,
        list(subjects),
        limit,
    )
    lists: dict[str, list[Candidate]] = {subject: [] for subject in subjects}
    for row in rows:
        lists[row["subject"]].append(_candidate(row))
    return lists


# The newest of many creators: first the newest of each, of which only so many creators can be on the page as it has
# places; then the newest of these few.
_NEWEST_OF = f"""
    WITH newest AS (
        SELECT creator_id, last.published_at, last.video_id FROM unnest($1::uuid[]) AS wanted (creator_id), LATERAL (
            SELECT published_at, video_id FROM feed.video
            WHERE video.creator_id = wanted.creator_id AND is_shown
                AND (published_at, video_id) < ($2::timestamptz, $3::uuid)
            ORDER BY published_at DESC, video_id DESC LIMIT 1
        ) AS last
        ORDER BY last.published_at DESC, last.video_id DESC LIMIT $4
    )
    SELECT {_CANDIDATE}, video.published_at FROM newest, LATERAL (
        SELECT * FROM feed.video
        WHERE video.creator_id = newest.creator_id AND is_shown
            AND (published_at, video_id) < ($2::timestamptz, $3::uuid)
        ORDER BY published_at DESC, video_id DESC LIMIT $4
    ) AS video
    ORDER BY video.published_at DESC, video.video_id DESC LIMIT $4
"""


async def list_newest_of(
    connection: Connection, creator_ids: Collection[AccountId], before: tuple[datetime, UUID], limit: int
) -> list[tuple[Candidate, datetime]]:
    """The newest videos of these creators, older than `before`, with the times they were published."""
    rows = await connection.fetch(_NEWEST_OF, list(creator_ids), *before, limit)
    return [(_candidate(row), row["published_at"]) for row in rows]


_VIEWER = """
    (SELECT subject, weight, NULL::uuid AS place_id, NULL::uuid AS creator_id, NULL::text[] AS subjects
    FROM feed.taste WHERE account_id = $1 ORDER BY abs(weight) DESC LIMIT $2)
    UNION ALL
    (SELECT NULL, NULL, dismissal.place_id, dismissal.creator_id, coalesce(video.subjects, '{}')
    FROM feed.dismissal LEFT JOIN feed.video ON video.video_id = dismissal.place_id
    WHERE account_id = $1 ORDER BY dismissed_at DESC LIMIT $3)
"""


class Likings(NamedTuple):
    """What an account likes most, and least, by subject (see rules.weight), and what it said it has no interest in:
    video or room, creator, subjects.
    """

    tastes: dict[str, float]
    dismissals: list[tuple[UUID, AccountId, list[str]]]


async def get_likings(connection: Connection, account_id: AccountId) -> Likings:
    """The strongest and the last of them."""
    rows = await connection.fetch(_VIEWER, account_id, MAX_TASTES, MAX_DISMISSALS)
    return Likings(
        {row[0]: row[1] for row in rows if row[0] is not None},
        [(row[2], row[3], row[4]) for row in rows if row[0] is None],
    )


async def list_passed_by(
    connection: Connection, account_id: AccountId, room_ids: Sequence[RoomId], since: datetime
) -> frozenset[RoomId]:
    """Which of the rooms an account saw of late and did not enter."""
    rows = await connection.fetch(
        """
        SELECT place_id FROM feed.encounter
        WHERE account_id = $1 AND place_id = ANY($2::uuid[]) AND at >= $3 AND deeds & $4 = $5
        """,
        account_id,
        room_ids,
        since,
        int(Deed.SEEN | Deed.ENTERED),
        int(Deed.SEEN),
    )
    return frozenset(row[0] for row in rows)


async def list_seen(
    connection: Connection, account_id: AccountId, video_ids: Sequence[VideoId], since: datetime
) -> dict[VideoId, datetime]:
    """Which of the videos an account has met of late, and when last."""
    rows = await connection.fetch(
        """
        SELECT place_id, at FROM feed.encounter
        WHERE account_id = $1 AND place_id = ANY($2::uuid[]) AND at >= $3
        """,
        account_id,
        video_ids,
        since,
    )
    return {row[0]: row[1] for row in rows}
