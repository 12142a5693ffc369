"""Who is in a segment."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

BUYERS = "buyers"
SEGMENTS: Collection[str] = (BUYERS,)
BEFORE_ALL = AccountId(UUID(int=0))


def check_segment(segment: str) -> None:
    """Whether there is such a segment. Raises InvalidInputError."""
    if segment not in SEGMENTS:
        raise InvalidInputError(field="segment", reason="unknown")


async def list_members(
    connection: Connection, shop_id: ShopId, segment: str, after: AccountId, limit: int
) -> list[AccountId]:
    """Fans of a shop in the order of their ids. `buyers` are all who bought and did not give everything back."""
    check_segment(segment)
    rows = await connection.fetch(
        """
        SELECT DISTINCT buyer_id FROM outreach.sale
        WHERE shop_id = $1 AND buyer_id > $2 AND net_minor > 0 ORDER BY buyer_id LIMIT $3
        """,
        shop_id,
        after,
        limit,
    )
    return [row["buyer_id"] for row in rows]
