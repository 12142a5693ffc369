"""Pages of a shop's list."""

from uuid import UUID

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import BadCursorError, Page, decode_place, encode_place
from xiaodian.modules.catalog.list_queries import Place, ProductFilter, ProductRow, ProductSort, list_rows, place_of

_MOST = 2**63 - 1


async def see_rows(
    connection: Connection,
    shop_id: ShopId,
    which: ProductFilter,
    sort: ProductSort,
    *,
    cursor: str | None,
    limit: int,
) -> Page[ProductRow]:
    """One page; a cursor belongs to the sort that it came from. Raises BadCursorError."""
    after = read_place(cursor, sort) if cursor else None
    rows = await list_rows(connection, shop_id, which, sort, after=after, limit=limit + 1)
    next_cursor = write_place(place_of(rows[limit - 1], sort), sort) if len(rows) > limit else None
    return Page(items=rows[:limit], next_cursor=next_cursor)


def write_place(place: Place, sort: ProductSort) -> str:
    """The cursor of a place."""
    return encode_place(sort.value, place.key, str(place.product_id))


def read_place(cursor: str, sort: ProductSort) -> Place:
    """The place of a cursor. Raises BadCursorError if it is not of this sort."""
    made_by, key, product_id = decode_place(cursor, tuple[str, str | int | None, UUID])
    kinds: dict[ProductSort, type] = {ProductSort.NEWEST: type(None), ProductSort.NAME: str}
    if made_by != sort or not isinstance(key, kinds.get(sort, int)) or (isinstance(key, int) and abs(key) > _MOST):
        raise BadCursorError(cursor)
    return Place(key, product_id)
