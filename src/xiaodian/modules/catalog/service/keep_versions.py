"""Every version of a product as it was, for those who ask later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import Product
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog.product_rules import snapshot_of
from xiaodian.modules.catalog.service.plan_product import Change

_ROW = "product_id uuid, version integer, shop_id uuid, changed_at timestamptz, changed_by uuid, snapshot jsonb"
_INSERT = f"""
    INSERT INTO catalog.product_version (product_id, version, shop_id, changed_at, changed_by, snapshot)
    SELECT product_id, version, shop_id, changed_at, changed_by, snapshot
    FROM jsonb_to_recordset($1::jsonb) AS kept ({_ROW})
    ON CONFLICT DO NOTHING
"""
# Products from before there were versions: what they were is kept when they first change. Who made them is not known.
_FIRST_CHANGED = """
    SELECT product_id, changed_at FROM catalog.product
    WHERE product_id = ANY($1::uuid[]) AND NOT EXISTS (
        SELECT FROM catalog.product_version AS kept WHERE kept.product_id = product.product_id
    )
"""


async def keep_versions(connection: Connection, changes: Sequence[Change], by: AccountId, now: datetime) -> None:
    """Keep what these products are from now on, and, of those never kept before, what they were."""
    if not changes:
        return
    before = {change.before.product_id: change.before for change in changes if change.before is not None}
    unkept = await connection.fetch(_FIRST_CHANGED, list(before)) if before else []
    rows = [_row_of(before[row["product_id"]], row["changed_at"], None) for row in unkept]
    rows += [_row_of(change.after, now, by) for change in changes]
    await connection.execute(_INSERT, rows)


def _row_of(product: Product, changed_at: datetime, by: AccountId | None) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "version": product.version,
        "shop_id": product.shop_id,
        "changed_at": changed_at,
        "changed_by": by,
        "snapshot": snapshot_of(product),
    }
