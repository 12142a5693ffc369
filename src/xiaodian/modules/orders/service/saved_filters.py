"""Filters under a name: one's own, or shared with the shop's staff."""

from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.text import BadTextError, clean_line
from xiaodian.modules.orders import desk_queries
from xiaodian.modules.orders.models import SavedFilter
from xiaodian.modules.orders.order_filter import OrderFilter
from xiaodian.modules.shops import api as shops

MAX_FILTERS = 50
NAME_CHARS = 40

_SAVE = """
    INSERT INTO orders.saved_filter (shop_id, filter_id, account_id, name, filter, is_shared, saved_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (shop_id, account_id, name) DO UPDATE SET
        filter = excluded.filter, is_shared = excluded.is_shared, saved_at = excluded.saved_at
    RETURNING filter_id, account_id, name, filter, is_shared
"""


async def list_filters(database: Database, caller: Caller, shop_id: ShopId) -> list[SavedFilter]:
    """One's own and the shared ones. Raises NotFoundError, ForbiddenError."""
    async with database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
        return await desk_queries.list_saved_filters(connection, shop_id, caller.account_id)


async def save_filter(
    database: Database, caller: Caller, shop_id: ShopId, name: str, wanted: OrderFilter, *, is_shared: bool
) -> SavedFilter:
    """Keep a filter; one's own of the same name gives way to it.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    try:
        name = clean_line(name, max_chars=NAME_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="name", reason=error.reason) from error
    values = {field: value for field, value in msgspec.to_builtins(wanted).items() if value not in (None, "", False)}
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
        present = await desk_queries.list_saved_filters(connection, shop_id, caller.account_id)
        own = {one.name for one in present if one.account_id == caller.account_id}
        if len(own - {name}) >= MAX_FILTERS:
            raise InvalidInputError(field="name", reason="too_many", limit=MAX_FILTERS)
        row = await connection.fetchrow(_SAVE, shop_id, new_id(), caller.account_id, name, values, is_shared, utc_now())
        assert row is not None
        details = {"name": name, "is_shared": is_shared}
        await shops.note_deed(
            connection, caller, shop_id, deed="order.filter_saved", target=str(row["filter_id"]), details=details
        )
        return SavedFilter(**row)


async def delete_filter(database: Database, caller: Caller, shop_id: ShopId, filter_id: UUID) -> None:
    """Let a filter of one's own go. Raises NotFoundError, ForbiddenError."""
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
        name = await connection.fetchval(
            "DELETE FROM orders.saved_filter WHERE shop_id = $1 AND filter_id = $2 AND account_id = $3 RETURNING name",
            shop_id,
            filter_id,
            caller.account_id,
        )
        if name is None:
            raise NotFoundError
        await shops.note_deed(
            connection, caller, shop_id, deed="order.filter_deleted", target=str(filter_id), details={"name": name}
        )
