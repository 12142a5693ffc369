"""The same limit over all processes where asking the database each time would cost too much: tokens in blocks."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.risk import Limit
from xiaodian.infra.database import Database

MAX_SUBJECTS = 20_000

# $3: seconds in which a token flows back; $4: tokens wished, of which as many are taken as there are; $5: seconds that
# a whole bucket needs. A little is added where a float could stand just below a whole token.
_TAKE_UP_TO = """
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
    taken AS (
        INSERT INTO risk.bucket AS bucket (limit_name, subject_hash, full_at)
        SELECT $1, $2, clock.now + make_interval(secs => $3::float8 * $4::float8) FROM clock
        ON CONFLICT (limit_name, subject_hash) DO UPDATE
            SET full_at = greatest(bucket.full_at, (SELECT now FROM clock)) + make_interval(secs => $3::float8 * least(
                $4::float8,
                floor(($5 - greatest(0, extract(epoch FROM bucket.full_at - (SELECT now FROM clock)))) / $3 + 0.001)))
            WHERE ($5 - extract(epoch FROM bucket.full_at - (SELECT now FROM clock))) / $3 + 0.001 >= 1
        RETURNING extract(epoch FROM new.full_at - (SELECT now FROM clock))::float8 AS full_in_s,
            extract(epoch FROM new.full_at - greatest(old.full_at, (SELECT now FROM clock)))::float8 AS spent_s
    )
    SELECT taken.full_in_s, taken.spent_s, extract(epoch FROM before.full_at - clock.now)::float8 AS was_full_in_s
    FROM clock LEFT JOIN taken ON true
        LEFT JOIN risk.bucket AS before ON before.limit_name = $1 AND before.subject_hash = $2
"""


class Left(NamedTuple):
    """What a subject has left."""

    tokens: int
    full_in_s: int
    """When it will have all again, if it takes no more."""


class _Share:
    """What this process holds of a subject's bucket, and what it saw there last."""

    __slots__ = ("free_at", "full_at", "lock", "tokens")

    def __init__(self) -> None:
        self.tokens = 0
        self.full_at = 0.0
        self.free_at = 0.0
        self.lock = asyncio.Lock()


class SharedPace:
    """Token buckets in the database, from which each process takes `block` tokens at a time and hands them out itself.

    Over all processes a subject gets no more than the limit; it may get `block` less for each other process that holds
    a rest. While the bucket is empty the process knows when a token comes, and does not ask.
    """

    def __init__(
        self, database: Database, limit: Limit, block: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._limit = limit
        self._token_s = limit.period_s / limit.burst
        self._block = min(block, limit.burst)
        self._clock = clock
        self._shares: OrderedDict[str, _Share] = OrderedDict()

    async def take(self, subject: str) -> Left:
        """Take a token of the subject's; answers what is left. Raises TooManyRequestsError, UnavailableError."""
        share = self._share_of(subject)
        if share.tokens == 0:
            async with share.lock:
                if share.tokens == 0:
                    await self._fetch(subject, share)
        share.tokens -= 1
        return self._left(share)

    def _share_of(self, subject: str) -> _Share:
        share = self._shares.get(subject)
        if share is None:
            share = self._shares[subject] = _Share()
            if len(self._shares) > MAX_SUBJECTS:
                self._shares.popitem(last=False)
        self._shares.move_to_end(subject)
        return share

    async def _fetch(self, subject: str, share: _Share) -> None:
        self._refuse_until(share.free_at)
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                _TAKE_UP_TO,
                self._limit.name,
                blake2b(subject.encode(), digest_size=16).digest(),
                self._token_s,
                self._block,
                self._limit.period_s,
            )
        now = self._clock()
        if row is None or row["spent_s"] is None:
            was_full_in_s = row["was_full_in_s"] if row is not None else None
            full_in_s = self._limit.period_s if was_full_in_s is None else was_full_in_s
            share.free_at = now + full_in_s + self._token_s - self._limit.period_s
            raise TooManyRequestsError(retry_after_s=max(1, math.ceil(share.free_at - now)))
        share.tokens = max(1, round(row["spent_s"] / self._token_s))
        share.full_at = now + row["full_in_s"]

    def _refuse_until(self, moment: float) -> None:
        wait_s = moment - self._clock()
        if wait_s > 0:
            raise TooManyRequestsError(retry_after_s=max(1, math.ceil(wait_s)))

    def _left(self, share: _Share) -> Left:
        full_in_s = max(0.0, share.full_at - self._clock())
        shared = math.floor((self._limit.period_s - full_in_s) / self._token_s + 0.001)
        tokens = min(self._limit.burst, max(0, shared) + share.tokens)
        return Left(tokens=tokens, full_in_s=math.ceil((self._limit.burst - tokens) * self._token_s))
