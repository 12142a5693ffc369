"""Who is in a segment."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.fans import api as fans

BUYERS = "buyers"
SEGMENTS: Collection[str] = (BUYERS, *SegmentCode)
BEFORE_ALL = AccountId(UUID(int=0))


def check_segment(segment: str) -> None:
    """Whether there is such a segment. Raises InvalidInputError."""
    if segment not in SEGMENTS:
        raise InvalidInputError(field="segment", reason="unknown")


async def list_members(
    connection: Connection, shop_id: ShopId, segment: str, after: AccountId, limit: int
) -> list[AccountId]:
    """Fans of a shop in the order of their ids: of a ready segment, or `buyers`: all who bought and did not give
    everything back.
    """
    check_segment(segment)
    if segment != BUYERS:
        return await fans.list_members(connection, shop_id, SegmentCode(segment), after=after, limit=limit)
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
