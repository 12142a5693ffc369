"""Take tokens from a bucket (GCRA): one row says when the bucket will be full again, one statement decides."""

import math
from hashlib import blake2b

from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.risk import Limit
from xiaodian.infra.database import Database

# $3: seconds that the wished tokens need to flow back; $4: seconds that a whole bucket needs.
# The clock is the database's, so that processes on several machines agree. `before` sees the row as it was.
_TAKE = """
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
    taken AS (
        INSERT INTO risk.bucket AS bucket (limit_name, subject_hash, full_at)
        SELECT $1, $2, clock.now + make_interval(secs => $3) FROM clock
        ON CONFLICT (limit_name, subject_hash) DO UPDATE
            SET full_at = greatest(bucket.full_at, (SELECT now FROM clock)) + make_interval(secs => $3)
            WHERE greatest(bucket.full_at, (SELECT now FROM clock)) + make_interval(secs => $3)
                  <= (SELECT now FROM clock) + make_interval(secs => $4)
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM taken) AS is_taken, extract(epoch FROM before.full_at - clock.now)::float8 AS full_in_s
    FROM clock LEFT JOIN risk.bucket AS before ON before.limit_name = $1 AND before.subject_hash = $2
"""


async def take(database: Database, limit: Limit, subject: str, cost: int = 1) -> None:
    """Take `cost` tokens from the subject's bucket, or refuse and take none.

    Holds over any number of processes. Call it before the work it guards, outside of any transaction: a refusal must
    not be undone by a rollback. Raises TooManyRequestsError, and UnavailableError when the database is away.
    """
    wished_s = limit.period_s * cost / limit.burst
    if cost > limit.burst:
        raise TooManyRequestsError(retry_after_s=math.ceil(limit.period_s))
    async with database.connection() as connection:
        row = await connection.fetchrow(
            _TAKE, limit.name, blake2b(subject.encode(), digest_size=16).digest(), wished_s, limit.period_s
        )
    if row is None or not row["is_taken"]:
        full_in_s = row["full_in_s"] if row is not None and row["full_in_s"] is not None else limit.period_s
        raise TooManyRequestsError(retry_after_s=max(1, math.ceil(full_in_s + wished_s - limit.period_s)))
