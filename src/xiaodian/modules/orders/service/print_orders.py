"""Print orders for who packs and sends them; every print is written down, for it shows whose orders they are."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.printing import PrintKind, print_orders
from xiaodian.modules.shops import api as shops

AREA = "printing"


async def print_for_shop(
    ctx: Context, caller: Caller, shop_id: ShopId, kind: PrintKind, order_ids: Sequence[UUID], language: str
) -> bytes:
    """A PDF of these orders, in this order. Raises NotFoundError, ForbiddenError, InvalidInputError (`order_ids`)."""
    async with ctx.database.transaction() as connection:
        orders = await take_orders(connection, caller, shop_id, order_ids)
        await note_print(connection, caller, shop_id, kind, orders)
    return await draw(kind, orders, language, ctx.settings.books_utc_offset_h)


async def take_orders(
    connection: Connection, caller: Caller, shop_id: ShopId, order_ids: Sequence[UUID]
) -> list[Order]:
    """These orders of the shop, for who sends them. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    await shops.require_right(connection, caller, shop_id, Scope.SHIPPING)
    wanted = list(dict.fromkeys(order_ids))
    found = await queries.find_orders(connection, wanted)
    orders = [found[OrderId(one)] for one in wanted if one in found]
    if len(orders) < len(wanted) or any(order.shop_id != shop_id for order in orders):
        raise NotFoundError(field="order_ids")
    if any(order.paid_at is None for order in orders):
        raise InvalidInputError(field="order_ids", reason="not_paid")
    return orders


async def note_print(
    connection: Connection, caller: Caller, shop_id: ShopId, kind: PrintKind, orders: Sequence[Order]
) -> None:
    """Write down who printed what of which orders."""
    details = {"count": len(orders), "numbers": [order.number for order in orders]}
    target = str(orders[0].order_id) if len(orders) == 1 else ""
    await shops.note_deed(connection, caller, shop_id, deed=f"order.{kind}s_printed", target=target, details=details)


async def draw(kind: PrintKind, orders: Sequence[Order], language: str, utc_offset_h: int) -> bytes:
    """The PDF, made in a thread: the process goes on answering meanwhile."""
    say: Callable[..., str] = partial(_say, language)
    return await asyncio.to_thread(print_orders, kind, orders, say, utc_offset_h)


def _say(language: str, key: str, **params: object) -> str:
    return translate(language, AREA, key, params)
