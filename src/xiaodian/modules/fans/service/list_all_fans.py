"""All fans of a shop, in an order, by a part of their name if one is given."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.fans import FanCard
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans.all_fans import FanSort, Place, list_among, list_in_order, place_of
from xiaodian.modules.fans.service.cards import cards_of
from xiaodian.modules.shops import api as shops

MOST_NAMED = 10_000
"""A part that more people have in their name is looked for along the list: it is met soon."""
WALKED_AT_ONCE = 500
MOST_WALKED = 50_000
"""Fans that one page looks at; it may hold fewer than it could, and says where to go on."""


async def list_all_fans(
    connection: Connection,
    caller: Caller,
    shop_id: ShopId,
    *,
    sort: FanSort,
    name: str,
    cursor: str | None,
    limit: int,
) -> Page[FanCard]:
    """A page of them. Raises NotFoundError, ForbiddenError, BadCursorError."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    after = _decode(sort, cursor) if cursor else None
    if name:
        rows, on = await _list_named(connection, shop_id, sort, name, after, limit)
    else:
        rows = await list_in_order(connection, shop_id, sort, after, limit + 1)
        on = place_of(sort, rows[limit - 1]) if len(rows) > limit else None
    shown = rows[:limit]
    return Page(
        items=await cards_of(connection, shop_id, shown),
        next_cursor=None if on is None else _encode(on),
    )


async def _list_named(
    connection: Connection, shop_id: ShopId, sort: FanSort, name: str, after: Place | None, limit: int
) -> tuple[list[Record], Place | None]:
    """The next of them, and where to go on; None: there are no more."""
    named = await accounts.list_named(connection, name, MOST_NAMED + 1)
    if len(named) <= MOST_NAMED:
        rows = await list_among(connection, shop_id, named, sort, after, limit + 1)
        return rows, place_of(sort, rows[limit - 1]) if len(rows) > limit else None
    found: list[Record] = []
    for _ in range(MOST_WALKED // WALKED_AT_ONCE):
        walked = await list_in_order(connection, shop_id, sort, after, WALKED_AT_ONCE)
        ids = [AccountId(row["account_id"]) for row in walked]
        fitting = await accounts.filter_named(connection, ids, name)
        found += [row for row in walked if row["account_id"] in fitting]
        if len(found) > limit:
            return found, place_of(sort, found[limit - 1])
        if len(walked) < WALKED_AT_ONCE:
            return found, None
        after = place_of(sort, walked[-1])
    return found, after


def _encode(place: Place) -> str:
    key = place.key.isoformat() if isinstance(place.key, datetime) else place.key
    return encode_place(key, str(place.account_id))


def _decode(sort: FanSort, cursor: str) -> Place:
    if sort is FanSort.LAST_PURCHASE:
        return Place(*decode_place(cursor, tuple[datetime | None, UUID]))
    return Place(*decode_place(cursor, tuple[int, UUID]))
