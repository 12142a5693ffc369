"""Bring what is known of purchases up to date with the orders as they are now."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.orders import Order, OrderId, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.orders import api as orders

LOCK = 7_142_462
REBUILT_AT_ONCE = 1000

_SAVE = """
    INSERT INTO outreach.sale (shop_id, order_id, buyer_id, paid_at, net_minor)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[])
    ON CONFLICT (shop_id, order_id) DO UPDATE SET net_minor = excluded.net_minor
"""
_SAVE_BOUGHT = """
    INSERT INTO outreach.bought (shop_id, product_id, buyer_id, paid_at, order_id)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::uuid[]) ON CONFLICT DO NOTHING
"""
_DROP_BOUGHT = """
    DELETE FROM outreach.bought WHERE (shop_id, product_id, buyer_id, paid_at, order_id)
        IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::uuid[]))
"""


class Bought(NamedTuple):
    """A product of a paid order."""

    shop_id: ShopId
    product_id: ProductId
    buyer_id: AccountId
    paid_at: datetime
    order_id: OrderId


async def count_sales(connection: Connection, order_ids: Collection[OrderId]) -> None:
    """Count these orders as they are now, in the caller's transaction. Counting them again changes nothing.

    One at a time does it: an older look at an order must not be written over a newer one.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    found = await orders.find_orders(connection, order_ids)
    paid = [order for _, order in sorted(found.items()) if order.paid_at is not None]
    if not paid:
        return
    rows = [(order.shop_id, order.order_id, order.buyer_id, order.paid_at, net_minor(order)) for order in paid]
    await connection.execute(_SAVE, *map(list, zip(*rows, strict=True)))
    kept = {bought for order in paid for bought in _list_bought(order) if net_minor(order) > 0}
    await _write(connection, _SAVE_BOUGHT, kept)
    everything = {bought for order in paid for bought in _list_bought(order, is_whole=True)}
    await _write(connection, _DROP_BOUGHT, everything - kept)


def net_minor(order: Order) -> int:
    """What an order brings: its goods without the shop's discount and without what was given back."""
    if order.state is OrderState.CANCELLED:
        return 0
    return sum(
        line.amount_minor - line.off_minor - line.refunded_minor - line.refunded_platform_minor for line in order.lines
    )


async def rebuild(records: Records) -> int:
    """Make all of it anew from the orders, in one transaction; answers how many orders there are."""
    after, total = OrderId(UUID(int=0)), 0
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute("DELETE FROM outreach.sale")
        await connection.execute("DELETE FROM outreach.bought")
        while order_ids := await orders.list_order_ids(connection, after=after, limit=REBUILT_AT_ONCE):
            await count_sales(connection, order_ids)
            after, total = order_ids[-1], total + len(order_ids)
    return total


def _list_bought(order: Order, *, is_whole: bool = False) -> Iterable[Bought]:
    assert order.paid_at is not None
    for line in order.lines:
        if is_whole or line.left_quantity > 0:
            yield Bought(order.shop_id, line.product_id, order.buyer_id, order.paid_at, order.order_id)


async def _write(connection: Connection, statement: str, rows: Collection[Bought]) -> None:
    if rows:
        await connection.execute(statement, *map(list, zip(*sorted(rows), strict=True)))
