"""Fans of a segment, a page at a time."""

from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.fans import FanCard, SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.service.cards import cards_of
from xiaodian.modules.shops import api as shops


async def list_fans(
    connection: Connection, caller: Caller, shop_id: ShopId, segment: SegmentCode, *, cursor: str | None, limit: int
) -> Page[FanCard]:
    """Who spent most first. Raises NotFoundError, ForbiddenError, BadCursorError."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    after = decode_place(cursor, tuple[int, UUID]) if cursor else None
    rows = await queries.list_fans(connection, shop_id, segment, after=after, limit=limit + 1)
    shown = rows[:limit]
    more = shown[-1] if len(rows) > limit else None
    return Page(
        items=await cards_of(connection, shop_id, shown),
        next_cursor=encode_place(more["spent_minor"], str(more["account_id"])) if more else None,
    )
