"""The journal of stock: every piece that comes or goes other than by orders."""

from collections.abc import Sequence
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import JournalKind, SkuId, StockId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id

_INSERT = """
    INSERT INTO catalog.stock_journal (
        shop_id, journal_id, sku_id, stock_id, changed_at, changed_by, kind, reason, available_from, available_to, delta
    )
    SELECT entry.shop_id, entry.journal_id, entry.sku_id, entry.stock_id, $1, $2, $3, $4,
           entry.available_from, entry.available_to, entry.delta
    FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::int[], $10::int[], $11::int[])
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
) -> None:
    """Lines of one deed; `by` is None for what the clock alone does."""
    await connection.execute(
        _INSERT,
        utc_now(),
        by,
        kind,
        reason,
        [line.shop_id for line in lines],
        [new_id() for _ in lines],
        [line.sku_id for line in lines],
        [line.stock_id for line in lines],
        [line.available_from for line in lines],
        [line.available_to for line in lines],
        [line.delta for line in lines],
    )
