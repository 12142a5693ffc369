"""Let go of encounters that are older than what is kept: what was seen so long ago may come again."""

from datetime import timedelta

from xiaodian.edge.context import Records
from xiaodian.kit.clock import utc_now
from xiaodian.modules.feed.rules import WEIGHTS, growth

AT_ONCE = 5000
MOST_ROUNDS = 100
FAINT = 0.01
"""A liking that has faded to less than this of a film watched once says nothing any more."""


async def forget(records: Records) -> None:
    """Old encounters and faint tastes, a bounded number a run."""
    before = utc_now() - timedelta(days=WEIGHTS.seen_again_after_days)
    for statement, value in (
        (
            "DELETE FROM feed.encounter WHERE ctid = ANY (ARRAY ("
            "SELECT ctid FROM feed.encounter WHERE at < $1 LIMIT $2))",
            before,
        ),
        (
            "DELETE FROM feed.taste WHERE ctid = ANY (ARRAY ("
            "SELECT ctid FROM feed.taste WHERE abs(weight) < $1 LIMIT $2))",
            FAINT * growth(utc_now()),
        ),
    ):
        for _ in range(MOST_ROUNDS):
            async with records.database.transaction() as connection:
                status: str = await connection.execute(statement, value, AT_ONCE)
            if int(status.rpartition(" ")[2]) < AT_ONCE:
                break
