"""What a shop's staff write on an order for themselves: notes and tags. The buyer never sees either."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.text import BadTextError, clean_line
from xiaodian.modules.orders import desk_queries, queries
from xiaodian.modules.orders.models import OrderSeen, Role
from xiaodian.modules.orders.service.order_access import see
from xiaodian.modules.orders.service.search_index import index_orders
from xiaodian.modules.shops import api as shops

MAX_NOTES = 100
MAX_TAGS = 10
MOST_LISTED = 200
NOTE_CHARS = 500
TAG_CHARS = 20


async def add_note(database: Database, caller: Caller, order_id: OrderId, text: str) -> OrderSeen:
    """Write a note. Raises NotFoundError, ForbiddenError, InvalidInputError, InvalidInputError."""
    words = text.strip()
    if not words:
        raise InvalidInputError(field="text", reason="empty")
    async with database.transaction() as connection:
        order = await _lock(connection, caller, order_id)
        count = await connection.fetchval(
            "SELECT count(*) FROM orders.staff_note WHERE shop_id = $1 AND order_id = $2", order.shop_id, order_id
        )
        if count >= MAX_NOTES:
            raise InvalidInputError(field="text", reason="too_many", limit=MAX_NOTES)
        await connection.execute(
            "INSERT INTO orders.staff_note VALUES ($1, $2, $3, $4, $5, $6)",
            order.shop_id,
            order_id,
            new_id(),
            caller.account_id,
            words,
            utc_now(),
        )
        return await _noted(connection, caller, order, "order.note_added")


async def set_tags(database: Database, caller: Caller, order_id: OrderId, tags: Sequence[str]) -> OrderSeen:
    """The order has these tags from now on. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    wanted = {_clean(tag) for tag in tags}
    if len(wanted) > MAX_TAGS:
        raise InvalidInputError(field="tags", reason="too_long")
    async with database.transaction() as connection:
        order = await _lock(connection, caller, order_id)
        await connection.execute(
            "DELETE FROM orders.tag WHERE shop_id = $1 AND order_id = $2 AND tag <> ALL($3::text[])",
            order.shop_id,
            order_id,
            list(wanted),
        )
        await connection.execute(
            "INSERT INTO orders.tag SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING",
            order.shop_id,
            order_id,
            sorted(wanted),
        )
        return await _noted(connection, caller, order, "order.tagged", tags="、".join(sorted(wanted)))


async def list_tags(database: Database, caller: Caller, shop_id: ShopId) -> list[str]:
    """The tags that stand on orders of the shop. Raises NotFoundError, ForbiddenError."""
    async with database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
        return await desk_queries.list_tags(connection, shop_id, MOST_LISTED)


async def _lock(connection: Connection, caller: Caller, order_id: OrderId) -> Order:
    """An order of a shop whose orders one works on; who ships may write on parcels too."""
    order = (await queries.lock_orders(connection, [order_id])).get(order_id)
    if order is None:
        raise NotFoundError
    await shops.require_right(connection, caller, order.shop_id, Scope.SHIPPING)
    return order


async def _noted(connection: Connection, caller: Caller, order: Order, deed: str, **details: str) -> OrderSeen:
    await index_orders(connection, [order])
    told = {"number": order.number, **details}
    await shops.note_deed(connection, caller, order.shop_id, deed=deed, target=str(order.order_id), details=told)
    return await see(connection, order, Role.SELLER, caller, utc_now())


def _clean(tag: str) -> str:
    try:
        return clean_line(tag, max_chars=TAG_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="tags", reason=error.reason) from error
