"""Reads of the versions of products."""

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, NotFoundError
from xiaodian.contracts.catalog import Product, ProductId, ProductSnapshot, Sku
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms

_VERSION = "version, changed_at, changed_by"


class Version(Contract, frozen=True, kw_only=True):
    """When a product became what it then was, and by whom."""

    version: int
    changed_at_ms: int
    changed_by: AccountId | None
    """None: from before versions were kept."""


class FullVersion(Version, frozen=True, kw_only=True):
    """The same, with what it was."""

    snapshot: ProductSnapshot


async def list_versions(
    connection: Connection, product_id: ProductId, *, before: int | None, limit: int
) -> list[Version]:
    """Versions that were kept, the latest first, those before `before`."""
    rows = await connection.fetch(
        f"""
        SELECT {_VERSION} FROM catalog.product_version
        WHERE product_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3
        """,
        product_id,
        before,
        limit,
    )
    return [_version_of(row) for row in rows]


async def get_version(connection: Connection, product: Product, version: int) -> FullVersion:
    """One version. Raises NotFoundError if it was not kept."""
    row = await connection.fetchrow(
        f"SELECT {_VERSION}, snapshot FROM catalog.product_version WHERE product_id = $1 AND version = $2",
        product.product_id,
        version,
    )
    if row is None:
        raise NotFoundError
    found = _version_of(row)
    return FullVersion(
        version=found.version,
        changed_at_ms=found.changed_at_ms,
        changed_by=found.changed_by,
        snapshot=msgspec.convert(row["snapshot"], ProductSnapshot),
    )


async def find_changer(connection: Connection, product_id: ProductId, version: int) -> AccountId | None:
    """Who made this version; None if that is not known."""
    changed_by: AccountId | None = await connection.fetchval(
        "SELECT changed_by FROM catalog.product_version WHERE product_id = $1 AND version = $2", product_id, version
    )
    return changed_by


async def get_removed_skus(connection: Connection, product_id: ProductId) -> list[Sku]:
    """SKUs that the product had once; they keep what they were, and their pieces."""
    rows = await connection.fetch(
        """
        SELECT sku.sku_id, sku.product_id, sku.shop_id, sku.name, sku.price_minor, sku.weight_g, sku.option_values,
               sku.picture_url, sku.code, sku.barcode, stock.on_hand - stock.reserved AS available
        FROM catalog.sku JOIN catalog.stock ON stock.stock_id = sku.sku_id
        WHERE product_id = $1 AND is_removed
        """,
        product_id,
    )
    return [Sku(**row) for row in rows]


def _version_of(row: Record) -> Version:
    return Version(version=row["version"], changed_at_ms=to_epoch_ms(row["changed_at"]), changed_by=row["changed_by"])
