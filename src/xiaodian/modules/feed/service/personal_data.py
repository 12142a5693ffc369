"""What the feed keeps of a person: what they met in it, and what it takes their taste to be."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection

_PARTS = {
    "feed_taste": "SELECT subject, weight FROM feed.taste WHERE account_id = $1 LIMIT $2",
    "feed_encounters": """
        SELECT place_id, subjects, at, through_percent FROM feed.encounter WHERE account_id = $1 LIMIT $2
    """,
    "feed_dismissals": "SELECT place_id, dismissed_at FROM feed.dismissal WHERE account_id = $1 LIMIT $2",
}


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """All of it, at most so many of each."""
    return {
        part: [dict(row) for row in await connection.fetch(select, account_id, limit)]
        for part, select in _PARTS.items()
    }


async def erase(connection: Connection, erased: AccountErased) -> None:
    """All of it goes."""
    for table in ("dismissal", "encounter", "taste"):
        await connection.execute(f"DELETE FROM feed.{table} WHERE account_id = $1", erased.account_id)
