"""Write many new orders with two statements.

Rows travel as one JSON document: encoding them as an array a column took asyncpg twice as long as all our deciding.
What a new row has by default does not travel.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from xiaodian.contracts.orders import Line, Order
from xiaodian.infra.database import Connection

# Columns that every new row has by default.
_LATER = {
    *("paid_at", "shipped_at", "delivered_at", "carrier", "tracking_number", "completes_at", "closed_at", "holds"),
    *("refunded_freight_minor", "refunded_quantity", "refunded_minor", "refunded_platform_minor"),
}
_ORDER = tuple(name for name in Order.__struct_fields__ if name not in _LATER and name != "lines")
_LINE = tuple(name for name in Line.__struct_fields__ if name not in _LATER)


def _insert(table: str, columns: Collection[str]) -> str:
    names = ", ".join(columns)
    rows = f"json_populate_recordset(NULL::{table}, convert_from($1, 'UTF8')::json)"
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {rows}"


_INSERT_ORDERS = _insert("orders.order", _ORDER)
_INSERT_LINES = _insert("orders.line", ("shop_id", "order_id", *_LINE))

_encode = msgspec.json.Encoder().encode


async def write_orders(connection: Connection, orders: Sequence[Order]) -> None:
    """Insert orders and their lines, inside the caller's transaction."""
    await connection.execute(_INSERT_ORDERS, _encode([_pick(order, _ORDER) for order in orders]))
    lines = [
        _pick(line, _LINE) | {"shop_id": order.shop_id, "order_id": order.order_id}
        for order in orders
        for line in order.lines
    ]
    await connection.execute(_INSERT_LINES, _encode(lines))


def _pick(row: msgspec.Struct, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
