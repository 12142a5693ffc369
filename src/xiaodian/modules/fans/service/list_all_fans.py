"""All fans of a shop, in an order, by a part of their name if one is given."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.fans import FanCard
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.fans.all_fans import FanSort, Place, list_among, list_in_order, place_of
from xiaodian.modules.fans.service.cards import cards_of
from xiaodian.modules.fans.service.find_named import find_named
from xiaodian.modules.shops import api as shops


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
    async def _walk(after: Place | None, limit: int) -> list[Record]:
        return await list_in_order(connection, shop_id, sort, after, limit)

    async def _among(ids: Sequence[AccountId], after: Place | None, limit: int) -> list[Record]:
        return await list_among(connection, shop_id, ids, sort, after, limit)

    return await find_named(connection, name, after, limit, walk=_walk, among=_among, place_of=partial(place_of, sort))


def _encode(place: Place) -> str:
    key = place.key.isoformat() if isinstance(place.key, datetime) else place.key
    return encode_place(key, str(place.account_id))


def _decode(sort: FanSort, cursor: str) -> Place:
    if sort is FanSort.LAST_PURCHASE:
        return Place(*decode_place(cursor, tuple[datetime | None, UUID]))
    return Place(*decode_place(cursor, tuple[int, UUID]))
