"""Writes planned changes of products: a few statements, however many products and SKUs there are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import JournalKind, Product, ProductChanged, Sku, SkuId, StockId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog.product_rules import is_waiting
from xiaodian.modules.catalog.service.figures import refresh_figures
from xiaodian.modules.catalog.service.journal import JournalLine, write_journal
from xiaodian.modules.catalog.service.keep_versions import keep_versions
from xiaodian.modules.catalog.service.plan_product import Change
from xiaodian.modules.catalog.service.set_available import set_available_many

_COLUMNS = {
    "product_id": "uuid",
    "shop_id": "uuid",
    "title": "text",
    "description": "text",
    "picture_urls": "text[]",
    "state": "text",
    "currency": "text",
    "category": "text",
    "freight_template_id": "uuid",
    "limit_per_buyer": "integer",
    "version": "integer",
    "handle": "text",
    "external": "jsonb",
    "options": "jsonb",
    "attributes": "jsonb",
    "video_url": "text",
    "provenance": "jsonb",
    "pending": "jsonb",
    "rejected_reason": "text",
    "waiting_since": "timestamptz",
    "changed_at": "timestamptz",
}
_FIXED = ("product_id", "shop_id", "currency", "waiting_since")
_CLOCKS = ("waiting_since", "changed_at")
_ROW = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_INSERT_PRODUCTS = f"""
    INSERT INTO catalog.product ({", ".join(_COLUMNS)}, created_at)
    SELECT {", ".join(_COLUMNS)}, changed_at FROM jsonb_to_recordset($1::jsonb) AS new ({_ROW})
"""
# What waits goes on waiting from when it began to.
_UPDATE_PRODUCTS = f"""
    UPDATE catalog.product SET
        {", ".join(f"{name} = edit.{name}" for name in _COLUMNS if name not in _FIXED)},
        waiting_since = CASE
            WHEN edit.waiting_since IS NULL THEN NULL ELSE coalesce(product.waiting_since, edit.waiting_since)
        END
    FROM jsonb_to_recordset($1::jsonb) AS edit ({_ROW})
    WHERE product.product_id = edit.product_id
"""
_SKU_COLUMNS = {
    "sku_id": "uuid",
    "product_id": "uuid",
    "shop_id": "uuid",
    "position": "integer",
    "name": "text",
    "price_minor": "bigint",
    "weight_g": "integer",
    "option_values": "text[]",
    "picture_url": "text",
    "code": "text",
    "barcode": "text",
}
_SKU_ROW = ", ".join(f"{name} {kind}" for name, kind in _SKU_COLUMNS.items())
_INSERT_SKUS = f"""
    INSERT INTO catalog.sku ({", ".join(_SKU_COLUMNS)})
    SELECT {", ".join(_SKU_COLUMNS)} FROM jsonb_to_recordset($1::jsonb) AS new ({_SKU_ROW})
"""
_UPDATE_SKUS = f"""
    UPDATE catalog.sku SET
        {", ".join(f"{name} = edit.{name}" for name in _SKU_COLUMNS if not name.endswith("_id"))}, is_removed = false
    FROM jsonb_to_recordset($1::jsonb) AS edit ({_SKU_ROW})
    WHERE sku.sku_id = edit.sku_id
"""
_REMOVE_SKUS = "UPDATE catalog.sku SET is_removed = true WHERE sku_id = ANY($1::uuid[])"
# Codes that change hands are let go of first: the index allows no moment in which two SKUs have one.
_FREE_CODES = "UPDATE catalog.sku SET code = NULL WHERE sku_id = ANY($1::uuid[])"
_FREE_HANDLES = "UPDATE catalog.product SET handle = NULL WHERE product_id = ANY($1::uuid[])"
_INSERT_STOCKS = """
    INSERT INTO catalog.stock (stock_id, sku_id, on_hand)
    SELECT stock.sku_id, stock.sku_id, stock.on_hand FROM unnest($1::uuid[], $2::int[]) AS stock (sku_id, on_hand)
"""
_INSERT_PRICES = """
    INSERT INTO catalog.price_change (sku_id, changed_at, price_minor)
    SELECT price.sku_id, $1, price.price_minor FROM unnest($2::uuid[], $3::bigint[]) AS price (sku_id, price_minor)
"""


class _Skus(NamedTuple):
    """What becomes of the SKUs of several products; each with its place among its siblings."""

    removed: list[SkuId]
    added: list[tuple[int, Sku]]
    changed: list[tuple[int, Sku]]
    repriced: list[Sku]
    recoded: list[SkuId]


async def write_changes(
    connection: Connection, changes: Sequence[Change], by: AccountId, brought_back: Mapping[SkuId, Sku] | None = None
) -> None:
    """Write products that this transaction holds, keep their new versions, tell of them. Nothing is checked any more.

    `brought_back` are SKUs that were removed and that `after` has again. Emits ProductChanged, one a product.
    """
    now = utc_now()
    moved = [_counted(change) for change in changes if change.is_other_version]
    await _write_products(connection, moved, now)
    await _write_skus(connection, moved, brought_back or {}, by, now)
    stock = {sku_id: available for change in changes for sku_id, available in change.stock.items()}
    await set_available_many(connection, stock, by)
    await keep_versions(connection, moved, by, now)
    await refresh_figures(connection, [change.after.product_id for change in changes])
    events = [
        ProductChanged(product_id=change.after.product_id, shop_id=change.after.shop_id, is_new=change.before is None)
        for change in sorted(moved, key=lambda change: change.after.product_id)
    ]
    await outbox.emit(connection, *events)


def _counted(change: Change) -> Change:
    version = 1 if change.before is None else change.before.version + 1
    return change._replace(after=msgspec.structs.replace(change.after, version=version))


async def _write_products(connection: Connection, changes: Sequence[Change], now: datetime) -> None:
    new = [_row_of(change.after, now) for change in changes if change.before is None]
    if new:
        await connection.execute(_INSERT_PRODUCTS, new)
    edited = [change for change in changes if change.before is not None]
    renamed = [change.after.product_id for change in edited if change.before and change.before.handle is not None]
    if any(change.before and change.before.handle != change.after.handle for change in edited):
        await connection.execute(_FREE_HANDLES, renamed)
    if edited:
        await connection.execute(_UPDATE_PRODUCTS, [_row_of(change.after, now) for change in edited])


def _row_of(product: Product, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(product, name) for name in _COLUMNS if name not in _CLOCKS}
    # Whole milliseconds, as a cursor can say them.
    since = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return {**row, "waiting_since": since if is_waiting(product) else None, "changed_at": now}


async def _write_skus(
    connection: Connection,
    changes: Sequence[Change],
    brought_back: Mapping[SkuId, Sku],
    by: AccountId,
    now: datetime,
) -> None:
    skus = _sort_skus(changes, brought_back)
    if skus.removed:
        await connection.execute(
            "UPDATE catalog.sku SET is_removed = true WHERE sku_id = ANY($1::uuid[])", skus.removed
        )
    if skus.recoded:
        await connection.execute(_FREE_CODES, skus.recoded)
    if skus.changed:
        await connection.execute(_UPDATE_SKUS, _rows_of(skus.changed))
    if skus.added:
        await connection.execute(_INSERT_SKUS, _rows_of(skus.added))
        added = [sku for _, sku in skus.added]
        await connection.execute(_INSERT_STOCKS, [sku.sku_id for sku in added], [sku.available for sku in added])
        lines = [
            JournalLine(sku.shop_id, sku.sku_id, StockId(sku.sku_id), None, sku.available, sku.available)
            for sku in added
        ]
        await write_journal(connection, lines, JournalKind.OPENING, by=by)
    if skus.repriced:
        await connection.execute(
            _INSERT_PRICES, now, [sku.sku_id for sku in skus.repriced], [sku.price_minor for sku in skus.repriced]
        )


def _sort_skus(changes: Sequence[Change], brought_back: Mapping[SkuId, Sku]) -> _Skus:
    skus = _Skus([], [], [], [], [])
    for change in changes:
        present = {} if change.before is None else {sku.sku_id: sku for sku in change.before.skus}
        places = {sku_id: place for place, sku_id in enumerate(present)}
        after = {sku.sku_id for sku in change.after.skus}
        skus.removed.extend(sku_id for sku_id in present if sku_id not in after)
        for place, sku in enumerate(change.after.skus):
            was = present.get(sku.sku_id) or brought_back.get(sku.sku_id)
            if was is None:
                skus.added.append((place, sku))
            elif sku != was or places.get(sku.sku_id) != place:
                skus.changed.append((place, sku))
                if sku.code != was.code and was.code is not None:
                    skus.recoded.append(sku.sku_id)
            if was is None or sku.price_minor != was.price_minor:
                skus.repriced.append(sku)
    return skus


def _rows_of(skus: Iterable[tuple[int, Sku]]) -> list[dict[str, Any]]:
    names = [name for name in _SKU_COLUMNS if name != "position"]
    return [{"position": place, **{name: getattr(sku, name) for name in names}} for place, sku in skus]
