"""A shop's staff plans a flash sale, or ends one early."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import Input, InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import Sku, SkuId, StockId
from xiaodian.contracts.promotion import FlashSaleEnded, FlashSaleOverlapsError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import format_minor
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion import flash_queries as queries
from xiaodian.modules.promotion.models import FlashSaleRow
from xiaodian.modules.promotion.rules import (
    HONEST_PRICE_DAYS,
    LONGEST_EARLY_S,
    MOST_LEVELS,
    check_price,
    check_time,
    next_sweep,
    opens_early,
)
from xiaodian.modules.promotion.service.create_coupon import MAX_EPOCH_MS, MAX_MINOR
from xiaodian.modules.shops import api as shops

MAX_PIECES = 100_000_000

_INSERT = """
    INSERT INTO promotion.flash_sale (shop_id, flash_sale_id, product_id, sku_id, price_minor, set_aside,
        limit_per_buyer, starts_at, ends_at, created_by, created_at, opens_at, early_level)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


class EarlyAccess(Input, frozen=True, kw_only=True):
    """Members of the shop's fan club, from this level on, may buy so long before others."""

    level: Annotated[int, Meta(ge=1, le=MOST_LEVELS)]
    seconds: Annotated[int, Meta(ge=1, le=LONGEST_EARLY_S)]


class NewFlashSale(Input, frozen=True, kw_only=True):
    """A price for a time, for so many pieces set aside now, so many of them for one buyer."""

    sku_id: UUID
    price_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    set_aside: Annotated[int, Meta(ge=1, le=MAX_PIECES)]
    limit_per_buyer: Annotated[int, Meta(ge=1, le=MAX_PIECES)] | None = None
    starts_at_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)]
    """A time that is past means now."""
    ends_at_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)]
    early: EarlyAccess | None = None
    """None: everybody at the same moment. Of a sale that starts now, nothing is earlier."""


async def create_flash_sale(database: Database, caller: Caller, shop_id: ShopId, new: NewFlashSale) -> FlashSaleRow:
    """Plan a flash sale; its pieces are set aside at once.

    Raises NotFoundError to others than staff, InvalidInputError (a SKU of another shop, impossible times, more pieces
    than there are), DishonestPriceError, FlashSaleOverlapsError.
    """
    now = utc_now()
    starts_at, ends_at = max(now, from_epoch_ms(new.starts_at_ms)), from_epoch_ms(new.ends_at_ms)
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PROMOTION_WRITE)
        check_time(starts_at, ends_at, now)
        sku = await _get_sku(connection, shop_id, SkuId(new.sku_id))
        await _check_price(connection, sku, new.price_minor, now)
        opens_at = opens_early(starts_at, new.early.seconds, now) if new.early else None
        await _hold_sales_of(connection, sku.sku_id)
        if await queries.is_taken(connection, sku.sku_id, opens_at or starts_at, ends_at):
            raise FlashSaleOverlapsError(field="starts_at_ms")
        sale = FlashSaleRow(
            flash_sale_id=StockId(new_id()),
            shop_id=shop_id,
            product_id=sku.product_id,
            sku_id=sku.sku_id,
            price_minor=new.price_minor,
            set_aside=new.set_aside,
            limit_per_buyer=new.limit_per_buyer,
            starts_at=starts_at,
            ends_at=ends_at,
            opens_at=opens_at,
            early_level=new.early.level if new.early and opens_at else None,
            started_at=None,
            ended_at=None,
        )
        await _write(connection, sale, caller.account_id, now)
        await catalog.set_aside(
            connection,
            stock_id=sale.flash_sale_id,
            sku_id=sale.sku_id,
            quantity=sale.set_aside,
            by=caller.account_id,
        )
        await _note(connection, caller, sale, "flash_sale.planned")
    return sale


async def end_flash_sale(database: Database, caller: Caller, flash_sale_id: UUID) -> FlashSaleRow:
    """End a flash sale early, or call one off; what is left is ordinary stock again. Over already: nothing happens.

    Raises NotFoundError to others than staff.
    """
    now = utc_now()
    async with database.transaction() as connection:
        sale = await queries.lock_flash_sale(connection, flash_sale_id)
        if sale is None:
            raise NotFoundError
        await shops.require_right(connection, caller, sale.shop_id, Scope.PROMOTION_WRITE)
        if sale.ended_at is not None:
            return sale
        await write_ended(connection, [sale], now)
        await _note(connection, caller, sale, "flash_sale.ended")
    return msgspec.structs.replace(sale, ended_at=now)


async def write_ended(connection: Connection, sales: list[FlashSaleRow], now: datetime) -> None:
    """End flash sales that this transaction holds locked. Emits FlashSaleEnded."""
    ids = [sale.flash_sale_id for sale in sales]
    await connection.execute(
        "UPDATE promotion.flash_sale SET ended_at = $2, sweep_at = $3 WHERE flash_sale_id = ANY($1::uuid[])",
        ids,
        now,
        next_sweep(now, now),
    )
    await catalog.give_back(connection, ids)
    await outbox.emit(
        connection,
        *(
            FlashSaleEnded(
                flash_sale_id=sale.flash_sale_id,
                shop_id=sale.shop_id,
                product_id=sale.product_id,
                sku_id=sale.sku_id,
            )
            for sale in sales
        ),
    )


async def _note(connection: Connection, caller: Caller, sale: FlashSaleRow, deed: str) -> None:
    [sku] = await catalog.get_skus(connection, [sale.sku_id])
    await shops.note_deed(
        connection,
        caller,
        sale.shop_id,
        deed=deed,
        target=str(sale.product_id),
        details={"name": sku.name, "price": format_minor(sale.price_minor)},
    )


async def _get_sku(connection: Connection, shop_id: ShopId, sku_id: SkuId) -> Sku:
    found = await catalog.get_skus(connection, [sku_id])
    if not found or found[0].shop_id != shop_id:
        raise InvalidInputError(field="sku_id", reason="unknown")
    return found[0]


async def _check_price(connection: Connection, sku: Sku, price_minor: int, now: datetime) -> None:
    since = now - timedelta(days=HONEST_PRICE_DAYS)
    lowest = await catalog.get_lowest_prices(connection, [sku.sku_id], since)
    check_price(price_minor, sku.price_minor, lowest.get(sku.sku_id, sku.price_minor))


async def _hold_sales_of(connection: Connection, sku_id: SkuId) -> None:
    """Until the transaction ends nobody else plans a sale of this SKU: two that overlap would not see each other."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('flash_sale ' || $1::text, 0))", str(sku_id)
    )


async def _write(connection: Connection, sale: FlashSaleRow, by: AccountId, now: datetime) -> None:
    await connection.execute(
        _INSERT,
        sale.shop_id,
        sale.flash_sale_id,
        sale.product_id,
        sale.sku_id,
        sale.price_minor,
        sale.set_aside,
        sale.limit_per_buyer,
        sale.starts_at,
        sale.ends_at,
        by,
        now,
        sale.opens_at,
        sale.early_level,
    )
