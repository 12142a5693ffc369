"""How many of whom follow a creator."""

from collections.abc import Collection, Sequence
from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection


async def count_new_fans(
    connection: Connection, creator_id: AccountId, spans: Sequence[tuple[datetime, datetime]]
) -> list[int]:
    """Of each span of time, how many began to follow the creator in it and still do."""
    rows = await connection.fetch(
        """
        SELECT (SELECT count(*) FROM content.follow WHERE creator_id = $1 AND since >= start_at AND since < end_at)
        FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span (start_at, end_at, place)
        ORDER BY place
        """,
        creator_id,
        [start for start, _ in spans],
        [end for _, end in spans],
    )
    return [row[0] for row in rows]


async def count_fans_among(connection: Connection, creator_id: AccountId, account_ids: Collection[AccountId]) -> int:
    """How many of these accounts follow the creator."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM content.follow WHERE creator_id = $1 AND fan_id = ANY($2::uuid[])",
        creator_id,
        list(account_ids),
    )
    return found
