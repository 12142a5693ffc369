"""Fans of a segment, a page at a time."""

from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.fans import FanCard, SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import queries
from xiaodian.modules.shops import api as shops


async def list_fans(
    connection: Connection, caller: Caller, shop_id: ShopId, segment: SegmentCode, *, cursor: str | None, limit: int
) -> Page[FanCard]:
    """Who spent most first. Raises NotFoundError, ForbiddenError, BadCursorError."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    after = decode_place(cursor, tuple[int, UUID]) if cursor else None
    rows = await queries.list_fans(connection, shop_id, segment, after=after, limit=limit + 1)
    shown = rows[:limit]
    ids = [row["account_id"] for row in shown]
    people = await accounts.get_accounts(connection, ids)
    tags = await queries.list_tags(connection, shop_id, ids)
    more = shown[-1] if len(rows) > limit else None
    return Page(
        items=[queries.to_card(row, people.get(row["account_id"]), tags.get(row["account_id"], [])) for row in shown],
        next_cursor=encode_place(more["spent_minor"], str(more["account_id"])) if more else None,
    )
