"""The journal of stock: every piece that comes or goes other than by orders."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import JournalKind, SkuId, StockId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog.service.product_input import StockCorrection

_INSERT = """
    INSERT INTO catalog.stock_journal (
        shop_id, journal_id, sku_id, stock_id, changed_at, changed_by, kind, reason, request_key,
        available_from, available_to, delta
    )
    SELECT entry.shop_id, entry.journal_id, entry.sku_id, entry.stock_id, $1, $2, $3, $4, $5,
           entry.available_from, entry.available_to, entry.delta
    FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::int[], $11::int[], $12::int[])
        AS entry (shop_id, journal_id, sku_id, stock_id, available_from, available_to, delta)
"""


class JournalLine(NamedTuple):
    """One stock before and after; `available_from` is None for a stock that is new."""

    shop_id: ShopId
    sku_id: SkuId
    stock_id: StockId
    available_from: int | None
    available_to: int
    delta: int
    """What on_hand and sold together gained: over all lines of a stock it sums to what both together are."""


async def write_journal(
    connection: Connection,
    lines: Sequence[JournalLine],
    kind: JournalKind,
    *,
    by: AccountId | None,
    reason: str | None = None,
    request_key: str | None = None,
) -> None:
    """Lines of one deed; `by` is None for what the clock alone does, `request_key` what makes it happen only once."""
    await connection.execute(
        _INSERT,
        utc_now(),
        by,
        kind,
        reason,
        request_key,
        [line.shop_id for line in lines],
        [new_id() for _ in lines],
        [line.sku_id for line in lines],
        [line.stock_id for line in lines],
        [line.available_from for line in lines],
        [line.available_to for line in lines],
        [line.delta for line in lines],
    )


async def find_correction(connection: Connection, sku_id: SkuId, by: AccountId, key: str) -> StockCorrection | None:
    """What an account corrected of a SKU under this Idempotency-Key; None if nothing yet."""
    row = await connection.fetchrow(
        """
        SELECT delta, kind, reason FROM catalog.stock_journal
        WHERE sku_id = $1 AND changed_by = $2 AND request_key = $3
        """,
        sku_id,
        by,
        key,
    )
    return msgspec.convert(dict(row), StockCorrection) if row is not None else None
