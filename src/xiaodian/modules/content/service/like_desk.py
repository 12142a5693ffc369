"""Likes that arrive together are written together; the films' counters follow from what is told of them.

Who likes a film has a row that is true at once. A film's counter is changed by one consumer alone, once a batch
(count_likes).
"""

from collections.abc import Sequence
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId, VideoLiked
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.content.video_rules import LIKES_PER_MINUTE
from xiaodian.modules.risk import api as risk

TOGETHER = 500
MAX_WAITING = 20_000

Key = tuple[VideoId, AccountId]

# Rows in the order of the key, lest two batches, or a batch and who counts, wait for each other.
_HOLD = """
    SELECT video_id FROM content.video WHERE video_id = ANY($1::uuid[]) AND state = 'published'
    ORDER BY video_id FOR KEY SHARE
"""
_LIKE = """
    INSERT INTO content.video_like AS known (video_id, account_id)
    SELECT video_id, account_id FROM unnest($1::uuid[], $2::uuid[]) AS wish (video_id, account_id) ORDER BY 1, 2
    ON CONFLICT (video_id, account_id) DO UPDATE SET is_liked = true, liked_at = now() WHERE NOT known.is_liked
    RETURNING video_id, account_id
"""
_UNLIKE = """
    UPDATE content.video_like AS known SET is_liked = false FROM (
        SELECT video_id, account_id FROM content.video_like
        JOIN unnest($1::uuid[], $2::uuid[]) AS wish (video_id, account_id) USING (video_id, account_id)
        WHERE is_liked ORDER BY 1, 2 FOR UPDATE OF video_like
    ) AS mine WHERE (known.video_id, known.account_id) = (mine.video_id, mine.account_id)
    RETURNING known.video_id, known.account_id
"""


class Wish(NamedTuple):
    """Somebody likes a film, or does so no more."""

    video_id: VideoId
    account_id: AccountId
    is_liked: bool


class LikeDesk:
    """Takes likes of one process. How many one account gives is bounded in memory, as an account's row would cost as
    much as the like.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._pace = risk.Pace(LIKES_PER_MINUTE)
        self._batcher: Batcher[Wish, None] = Batcher(self._write, max_batch=TOGETHER, max_queue=MAX_WAITING)

    async def like(self, account_id: AccountId, video_id: VideoId) -> None:
        """Like it; again is fine. Raises NotFoundError, TooManyRequestsError, UnavailableError."""
        self._pace.take(account_id)
        await self._batcher.submit(Wish(video_id, account_id, is_liked=True))

    async def unlike(self, account_id: AccountId, video_id: VideoId) -> None:
        """Like it no more; again is fine, also of a video that is gone. Raises TooManyRequestsError,
        UnavailableError.
        """
        self._pace.take(account_id)
        await self._batcher.submit(Wish(video_id, account_id, is_liked=False))

    async def settle(self) -> None:
        """Wait until what was handed in is written."""
        await self._batcher.settle()

    async def _write(self, wishes: Sequence[Wish]) -> list[BaseException | None]:
        async with self._ctx.database.transaction() as connection:
            liked = {wish.video_id for wish in wishes if wish.is_liked}
            public = {row["video_id"] for row in await connection.fetch(_HOLD, list(liked))} if liked else set()
            valid = [wish for wish in wishes if not wish.is_liked or wish.video_id in public]
            # Of what one account wants of one film, the last stands.
            last: dict[Key, bool] = {(wish.video_id, wish.account_id): wish.is_liked for wish in valid}
            events = [
                VideoLiked(video_id=video_id, account_id=account_id, is_liked=is_liked)
                for statement, is_liked in ((_LIKE, True), (_UNLIKE, False))
                for video_id, account_id in await _change(
                    connection, statement, [key for key, wanted in last.items() if wanted is is_liked]
                )
            ]
            await outbox.emit(connection, *events)
        if events:
            await self._ctx.broker.poke(POKE)
        return [NotFoundError() if wish.is_liked and wish.video_id not in public else None for wish in wishes]


async def _change(connection: Connection, statement: str, keys: Sequence[Key]) -> list[Key]:
    """Answers of whom it was not so before."""
    if not keys:
        return []
    rows = await connection.fetch(statement, [video_id for video_id, _ in keys], [account for _, account in keys])
    return [(row["video_id"], row["account_id"]) for row in rows]
