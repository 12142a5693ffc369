"""Write many new orders with a few statements."""

from collections.abc import Sequence

from xiaodian.infra.database import Connection
from xiaodian.modules.orders.models import Order

# Column and array type, in the order of the statement.
_ORDER_COLUMNS = {
    "shop_id": "uuid",
    "order_id": "uuid",
    "serial": "bigint",
    "number": "text",
    "shop_name": "text",
    "buyer_id": "uuid",
    "buyer_name": "text",
    "room_id": "uuid",
    "state": "text",
    "currency": "text",
    "subtotal_minor": "bigint",
    "off_minor": "bigint",
    "freight_minor": "bigint",
    "total_minor": "bigint",
    "coupon_id": "uuid",
    "recipient": "text",
    "phone": "text",
    "region": "text",
    "detail": "text",
    "is_quiet": "boolean",
    "note": "text",
    "placed_at": "timestamptz",
    "expires_at": "timestamptz",
}
_LINE_COLUMNS = {
    "product_id": "uuid",
    "sku_id": "uuid",
    "title": "text",
    "sku_name": "text",
    "picture_url": "text",
    "quantity": "int",
    "price_minor": "bigint",
    "amount_minor": "bigint",
}


def _insert(table: str, columns: dict[str, str]) -> str:
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), start=1))
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"


_INSERT_ORDERS = _insert("orders.order", _ORDER_COLUMNS)
_INSERT_LINES = _insert("orders.line", {"shop_id": "uuid", "order_id": "uuid", "line_no": "smallint"} | _LINE_COLUMNS)


async def write_orders(connection: Connection, orders: Sequence[Order]) -> None:
    """Insert orders and their lines, inside the caller's transaction."""
    if not orders:
        return
    await connection.execute(
        _INSERT_ORDERS, *([getattr(order, column) for order in orders] for column in _ORDER_COLUMNS)
    )
    numbered = [(order, number, line) for order in orders for number, line in enumerate(order.lines)]
    await connection.execute(
        _INSERT_LINES,
        [order.shop_id for order, _, _ in numbered],
        [order.order_id for order, _, _ in numbered],
        [number for _, number, _ in numbered],
        *([getattr(line, column) for _, _, line in numbered] for column in _LINE_COLUMNS),
    )
