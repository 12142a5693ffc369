"""Who is in a segment."""

from collections.abc import Collection, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import api as fans
from xiaodian.settings import Settings

BUYERS = "buyers"
SEGMENTS: Collection[str] = (BUYERS, *SegmentCode)
BEFORE_ALL = AccountId(UUID(int=0))


async def check_segment(connection: Connection, shop_id: ShopId, segment: str) -> None:
    """Whether there is such a segment. Raises InvalidInputError."""
    if not await is_there(connection, shop_id, segment):
        raise InvalidInputError(field="segment", reason="unknown")


async def is_there(connection: Connection, shop_id: ShopId, segment: str) -> bool:
    """Whether there is such a segment, and the shop has not deleted it."""
    own = own_id(segment)
    return segment in SEGMENTS if own is None else await fans.has_segment(connection, shop_id, own)


async def list_members(
    connection: Connection, settings: Settings, shop_id: ShopId, segment: str, after: AccountId, limit: int
) -> list[AccountId]:
    """Fans of a shop in the order of their ids: of a ready segment, of one that the shop made itself (by its id), or
    `buyers`: all who bought and did not give everything back. Within a transaction.
    """
    if (own := own_id(segment)) is not None:
        return await fans.list_own_members(
            connection,
            shop_id,
            own,
            utc_offset_h=settings.books_utc_offset_h,
            now=utc_now(),
            after=after,
            limit=limit,
        )
    if segment not in SEGMENTS:
        raise InvalidInputError(field="segment", reason="unknown")
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


async def keep_members(
    connection: Connection, settings: Settings, shop_id: ShopId, segment: str, people: Sequence[AccountId]
) -> set[AccountId]:
    """Who of these people is now in a segment; nobody, if the shop has deleted it. Within a transaction.

    Raises ConditionError where that takes too long.
    """
    if (own := own_id(segment)) is not None:
        if not await fans.has_segment(connection, shop_id, own):
            return set()
        offset, now = settings.books_utc_offset_h, utc_now()
        return set(await fans.keep_own_members(connection, shop_id, own, people, utc_offset_h=offset, now=now))
    if segment != BUYERS:
        return set(await fans.keep_members(connection, shop_id, SegmentCode(segment), people))
    rows = await connection.fetch(
        "SELECT DISTINCT buyer_id FROM outreach.sale WHERE shop_id = $1 AND buyer_id = ANY($2::uuid[]) "
        "AND net_minor > 0",
        shop_id,
        people,
    )
    return {row["buyer_id"] for row in rows}


def own_id(segment: str) -> UUID | None:
    """Of a segment that the shop made itself; None: a ready one."""
    try:
        return UUID(segment)
    except ValueError:
        return None
