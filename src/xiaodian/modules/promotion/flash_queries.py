"""Reads of flash sales."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.promotion import FlashSale
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.promotion.models import FlashSaleRow

_SALE = """
    flash_sale_id, shop_id, product_id, sku_id, price_minor, set_aside, limit_per_buyer, starts_at, ends_at,
    opens_at, early_level
"""
_OPENS = "coalesce(opens_at, starts_at)"
_ROW = _SALE + ", started_at, ended_at"


async def find_flash_sales(connection: Connection, sku_ids: Collection[SkuId], now: datetime) -> dict[SkuId, FlashSale]:
    """The flash sales of these SKUs that are under way, for some buyers at least (`rules.is_open_to`)."""
    return await find_next_flash_sales(connection, sku_ids, now, now)


async def find_next_flash_sales(
    connection: Connection, sku_ids: Collection[SkuId], now: datetime, until: datetime
) -> dict[SkuId, FlashSale]:
    """The flash sale of each of these SKUs that is under way, or the next that starts by `until`.

    The clock decides, not the job that tells of it: prices change at the very moment that was announced.
    """
    if not sku_ids:
        return {}
    rows = await connection.fetch(
        f"""
        SELECT DISTINCT ON (sku_id) {_SALE} FROM promotion.flash_sale
        WHERE sku_id = ANY($1::uuid[]) AND ended_at IS NULL AND {_OPENS} <= $3 AND ends_at > $2
        ORDER BY sku_id, starts_at
        """,
        list(sku_ids),
        now,
        until,
    )
    return {row["sku_id"]: FlashSale(**row) for row in rows}


async def list_flash_sales(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[FlashSaleRow]:
    """A shop's flash sales, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROW} FROM promotion.flash_sale
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR flash_sale_id < $2) ORDER BY flash_sale_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [FlashSaleRow(**row) for row in rows]


async def list_flash_sales_between(
    connection: Connection,
    shop_ids: Collection[ShopId],
    product_ids: Collection[ProductId],
    start: datetime,
    end: datetime,
    limit: int,
) -> list[FlashSaleRow]:
    """Flash sales of these products that began and were under way at some time in [start, end), the first first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROW} FROM promotion.flash_sale
        WHERE shop_id = ANY($1::uuid[]) AND product_id = ANY($2::uuid[])
            AND starts_at < $4 AND least(ends_at, coalesce(ended_at, ends_at)) > greatest($3, starts_at)
        ORDER BY starts_at, flash_sale_id LIMIT $5
        """,
        list(shop_ids),
        list(product_ids),
        start,
        end,
        limit,
    )
    return [FlashSaleRow(**row) for row in rows]


async def lock_flash_sale(connection: Connection, flash_sale_id: UUID) -> FlashSaleRow | None:
    """One flash sale, held until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_ROW} FROM promotion.flash_sale WHERE flash_sale_id = $1 FOR UPDATE", flash_sale_id
    )
    return FlashSaleRow(**row) if row else None


async def is_taken(connection: Connection, sku_id: SkuId, opens_at: datetime, ends_at: datetime) -> bool:
    """Whether another flash sale of the SKU falls into this time."""
    return bool(
        await connection.fetchval(
            f"""
            SELECT EXISTS (
                SELECT FROM promotion.flash_sale
                WHERE sku_id = $1 AND ended_at IS NULL AND {_OPENS} < $3 AND ends_at > $2
            )
            """,
            sku_id,
            opens_at,
            ends_at,
        )
    )


async def mark_announced(connection: Connection, now: datetime, until: datetime, limit: int) -> list[FlashSaleRow]:
    """Sales that start by `until` and of which nobody was told yet, marked as told; none that somebody else has."""
    return await _mark(
        connection,
        "announced_at",
        f"announced_at IS NULL AND ended_at IS NULL AND {_OPENS} <= $3 AND ends_at > $1",
        now,
        limit,
        until,
    )


async def mark_started(connection: Connection, now: datetime, limit: int) -> list[FlashSaleRow]:
    """Sales whose time has come, marked as started; none that somebody else has."""
    return await _mark(
        connection,
        "started_at",
        "started_at IS NULL AND ended_at IS NULL AND starts_at <= $3 AND ends_at > $1",
        now,
        limit,
        now,
    )


async def _mark(
    connection: Connection, column: str, due: str, now: datetime, limit: int, until: datetime
) -> list[FlashSaleRow]:
    rows = await connection.fetch(
        f"""
        UPDATE promotion.flash_sale SET {column} = $1
        WHERE flash_sale_id IN (
            SELECT flash_sale_id FROM promotion.flash_sale WHERE {due}
            ORDER BY starts_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        RETURNING {_ROW}
        """,
        now,
        limit,
        until,
    )
    return [FlashSaleRow(**row) for row in rows]


async def lock_over(connection: Connection, now: datetime, limit: int) -> list[FlashSaleRow]:
    """Sales whose time is up and that were not ended, held; none that somebody else holds."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROW} FROM promotion.flash_sale WHERE ended_at IS NULL AND ends_at <= $1
        ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )
    return [FlashSaleRow(**row) for row in rows]


async def lock_to_sweep(connection: Connection, now: datetime, limit: int) -> list[FlashSaleRow]:
    """Sales that are over and whose stock is to be looked at again, held; none that somebody else holds."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROW} FROM promotion.flash_sale WHERE sweep_at <= $1
        ORDER BY sweep_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )
    return [FlashSaleRow(**row) for row in rows]


async def write_next_sweeps(connection: Connection, sweeps: Mapping[StockId, datetime | None]) -> None:
    """When to look at each of these sales again; None: never."""
    await connection.execute(
        """
        UPDATE promotion.flash_sale SET sweep_at = change.sweep_at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS change (flash_sale_id, sweep_at)
        WHERE flash_sale.flash_sale_id = change.flash_sale_id
        """,
        list(sweeps),
        list(sweeps.values()),
    )
