"""How many of whom follow a creator."""

from collections.abc import Sequence
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


async def list_new_fans(connection: Connection, creator_id: AccountId, after: datetime) -> list[AccountId]:
    """Who began to follow the creator after this moment and still does."""
    rows = await connection.fetch(
        "SELECT fan_id FROM content.follow WHERE creator_id = $1 AND since > $2", creator_id, after
    )
    return [row[0] for row in rows]
