"""Bring the summaries of sales up to date with the orders as they are now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights.sale_rules import (
    NOTHING,
    Counts,
    Refund,
    Sale,
    Sold,
    Tally,
    day_of,
    hour_of,
    to_sold,
)
from xiaodian.modules.insights.service.add_up import add_up
from xiaodian.modules.insights.service.tell_counted import tell_counted
from xiaodian.modules.orders import api as orders

LOCK = 7_142_385

_COUNTED = ("orders_placed", "orders_paid", "pieces", "gmv_minor", "returned_minor")
_ALL_COUNTED = (*_COUNTED, "refunds", "refunded_minor")

_SALE_COLUMNS = ", ".join(Sale._fields)
_SAVE_SALES = f"""
    INSERT INTO insights.sale ({_SALE_COLUMNS})
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::uuid[],
        $7::timestamptz[], $8::timestamptz[], $9::integer[], $10::bigint[], $11::bigint[], $12::uuid[], $13::integer[])
    ON CONFLICT (shop_id, order_id, line_no) DO UPDATE
        SET paid_at = excluded.paid_at, returned_minor = excluded.returned_minor
"""
_SAVE_REFUNDS = f"""
    INSERT INTO insights.refund ({", ".join(Refund._fields)})
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[])
    ON CONFLICT DO NOTHING
"""
# One buyer's first payment of a day moves to the earlier hour if word of an earlier one comes later.
_SAVE_BUYERS = """
    INSERT INTO insights.shop_buyer_day (shop_id, day, buyer_id, first_paid_at)
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::timestamptz[])
    ON CONFLICT (shop_id, day, buyer_id) DO UPDATE SET first_paid_at = excluded.first_paid_at
"""

BuyerDay = tuple[ShopId, date, AccountId]


async def count_sales(connection: Connection, order_ids: Collection[OrderId], utc_offset_h: int) -> None:
    """Count these orders as they are now, in the caller's transaction. Counting them again changes nothing.

    One at a time does it, so that what was counted before is known.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    after = await _read_orders(connection, order_ids)
    before = await _read_counted(connection, [sold.sales[0] for sold in after.values()])
    tally = Tally()
    for order_id, sold in after.items():
        tally.count(before.get(order_id, NOTHING), sold)
    buyers = await _save_buyers(connection, after.values(), utc_offset_h)
    await _save_sold(connection, [sold for order_id, sold in after.items() if sold != before.get(order_id)])
    await _save_tally(connection, tally, buyers)


async def _read_orders(connection: Connection, order_ids: Collection[OrderId]) -> dict[OrderId, Sold]:
    found = await orders.find_orders(connection, order_ids)
    refunds: dict[OrderId, list[Refund]] = {}
    for back in await orders.list_refunds(connection, order_ids):
        refund = Refund(back.shop_id, back.order_id, back.refund_id, back.refunded_at, back.goods_minor)
        refunds.setdefault(back.order_id, []).append(refund)
    return {order_id: to_sold(order, refunds.get(order_id, [])) for order_id, order in sorted(found.items())}


async def _read_counted(connection: Connection, of_orders: Collection[Sale]) -> dict[OrderId, Sold]:
    keys = [sale.shop_id for sale in of_orders], [sale.order_id for sale in of_orders]
    wanted = "WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY order_id"
    counted: dict[OrderId, Sold] = {}
    for row in await connection.fetch(f"SELECT {_SALE_COLUMNS} FROM insights.sale {wanted}, line_no", *keys):
        counted.setdefault(row["order_id"], Sold([], [])).sales.append(Sale(*row))
    refunds = f"SELECT {', '.join(Refund._fields)} FROM insights.refund {wanted}, refunded_at, refund_id"
    for row in await connection.fetch(refunds, *keys):
        counted.setdefault(row["order_id"], Sold([], [])).refunds.append(Refund(*row))
    return counted


async def _save_sold(connection: Connection, changed: Sequence[Sold]) -> None:
    sales = [sale for sold in changed for sale in sold.sales]
    refunds = [refund for sold in changed for refund in sold.refunds]
    if sales:
        await connection.execute(_SAVE_SALES, *map(list, zip(*sales, strict=True)))
    if refunds:
        await connection.execute(_SAVE_REFUNDS, *map(list, zip(*refunds, strict=True)))


async def _save_buyers(
    connection: Connection, sold: Iterable[Sold], utc_offset_h: int
) -> dict[tuple[ShopId, datetime], int]:
    """Note who bought on which day; answers by how many each hour's buyers change."""
    firsts: dict[BuyerDay, datetime] = {}
    for order in sold:
        for sale in order.sales[:1]:
            if sale.paid_at is not None:
                key = (sale.shop_id, day_of(sale.paid_at, utc_offset_h), sale.buyer_id)
                firsts[key] = min(sale.paid_at, firsts.get(key, sale.paid_at))
    if not firsts:
        return {}
    rows = await connection.fetch(
        """
        SELECT shop_id, day, buyer_id, first_paid_at FROM insights.shop_buyer_day
        WHERE (shop_id, day, buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[]))
        """,
        *map(list, zip(*firsts, strict=True)),
    )
    known: dict[BuyerDay, datetime] = {(row[0], row[1], row[2]): row[3] for row in rows}
    earlier = {key: first for key, first in firsts.items() if key not in known or first < known[key]}
    changes: dict[tuple[ShopId, datetime], int] = {}
    for key, first in earlier.items():
        if key in known:
            changes[key[0], hour_of(known[key])] = changes.get((key[0], hour_of(known[key])), 0) - 1
        changes[key[0], hour_of(first)] = changes.get((key[0], hour_of(first)), 0) + 1
    if earlier:
        rows_to_save = [(*key, first) for key, first in earlier.items()]
        await connection.execute(_SAVE_BUYERS, *map(list, zip(*rows_to_save, strict=True)))
    return changes


async def _save_tally(connection: Connection, tally: Tally, buyers: Mapping[tuple[ShopId, datetime], int]) -> None:
    for hour in buyers:
        tally.shop_hours.setdefault(hour, Counts())
    shop_rows = [(*key, *counts, buyers.get(key, 0)) for key, counts in tally.shop_hours.items()]
    await add_up(
        connection,
        "insights.shop_hour",
        {"shop_id": "uuid", "hour": "timestamptz"},
        (*_ALL_COUNTED, "buyers"),
        shop_rows,
    )
    await add_up(
        connection,
        "insights.room_sale_minute",
        {"room_id": "uuid", "shop_id": "uuid", "minute": "timestamptz"},
        _COUNTED,
        [(*key, *counts[: len(_COUNTED)]) for key, counts in tally.room_minutes.items()],
    )
    await add_up(
        connection,
        "insights.room_product_sale",
        {"room_id": "uuid", "product_id": "uuid", "shop_id": "uuid"},
        _COUNTED,
        [(*key, *counts[: len(_COUNTED)]) for key, counts in tally.room_products.items()],
        conflict="room_id, product_id",
    )
    await add_up(
        connection,
        "insights.video_sale_second",
        {"video_id": "uuid", "product_id": "uuid", "second": "integer"},
        _COUNTED,
        [(*key, *counts[: len(_COUNTED)]) for key, counts in tally.video_seconds.items()],
    )
    await tell_counted(connection, {video_id for video_id, _, _ in tally.video_seconds})
