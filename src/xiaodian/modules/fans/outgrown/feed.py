"""The facts of fans, brought to ClickHouse by the same events that change the summaries here."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database, Record
from xiaodian.modules.fans.outgrown.warehouse import Warehouse
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.orders import api as orders

LOCK = 7_142_468
ORDERS_AT_ONCE = 50_000
FANS_AT_ONCE = 50_000
NO_LIMIT_S = 24 * 3600.0
_SOME = orders.select_bought("bought.order_id = ANY($1::uuid[])")
_OF_BUYERS = orders.select_bought("bought.buyer_id > $1::uuid AND bought.buyer_id <= $2::uuid")
_FANS = """
    SELECT shop_id, account_id FROM fans.fan WHERE (shop_id, account_id) > ($1, $2) ORDER BY 1, 2 LIMIT $3
"""


async def feed_orders(
    database: Database, warehouse: Warehouse, order_ids: Sequence[OrderId], utc_offset_h: int
) -> None:
    """These orders as they are now. One at a time reads and writes, so that what was read later counts."""
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await _put_orders(warehouse, await connection.fetch(_SOME, list(order_ids)), utc_offset_h)


async def feed_fans(warehouse: Warehouse, fans: Iterable[tuple[ShopId, AccountId]]) -> None:
    """They are fans of these shops, whether they have bought or not; told again it changes nothing."""
    if rows := [{"shop_id": str(shop_id), "account_id": str(account_id)} for shop_id, account_id in fans]:
        await warehouse.put("fan_known", rows)


async def feed_erasure(connection: Connection, warehouse: Warehouse, erased: AccountErased, utc_offset_h: int) -> None:
    """The account is named nowhere; its orders stand there under who stands for the buyer in each shop."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await warehouse.forget(erased.account_id)
    order_ids = await orders.list_ids_of_buyers(connection, [ghost.account_id for ghost in erased.ghosts])
    await _put_orders(warehouse, await connection.fetch(_SOME, order_ids), utc_offset_h)


async def feed_all(database: Database, warehouse: Warehouse, utc_offset_h: int) -> int:
    """All orders and fans there are; answers how many orders. It can be done again, and while the platform runs."""
    done, after = 0, UUID(int=0)
    while True:
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK, timeout=NO_LIMIT_S)
            last = await connection.fetchval(orders.BUYERS_AFTER, after, ORDERS_AT_ONCE, timeout=NO_LIMIT_S)
            if last is None:
                break
            rows = await connection.fetch(_OF_BUYERS, after, last, timeout=NO_LIMIT_S)
            await _put_orders(warehouse, rows, utc_offset_h)
        done, after = done + len(rows), last
    async with database.connection() as connection:
        await _feed_known(connection, warehouse)
    return done


async def _feed_known(connection: Connection, warehouse: Warehouse) -> None:
    place = UUID(int=0), UUID(int=0)
    while rows := await connection.fetch(_FANS, *place, FANS_AT_ONCE):
        await feed_fans(warehouse, [(row["shop_id"], row["account_id"]) for row in rows])
        place = rows[-1]["shop_id"], rows[-1]["account_id"]


async def _put_orders(warehouse: Warehouse, rows: Sequence[Record], utc_offset_h: int) -> None:
    version = time.time_ns()
    if rows:
        await warehouse.put("fan_purchase", [_to_row(row, utc_offset_h, version) for row in rows])


def _to_row(row: Record, utc_offset_h: int, version: int) -> dict[str, Any]:
    paid_at: datetime = row["paid_at"]
    return {
        "shop_id": str(row["shop_id"]),
        "account_id": str(row["buyer_id"]),
        "order_id": str(row["order_id"]),
        "paid_at": paid_at.isoformat(timespec="microseconds"),
        "day": day_of_books(paid_at, utc_offset_h).isoformat(),
        "is_counted": row["is_counted"],
        "gmv_minor": row["gmv_minor"],
        "returned_minor": row["returned_minor"],
        "room_id": str(row["room_id"] or ""),
        "version": version,
    }
