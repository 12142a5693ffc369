"""A product becomes again what an earlier version of it was; that is a new version."""

from msgspec import UNSET

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.catalog import Product, ProductId, ProductSnapshot, SkuTerms
from xiaodian.infra.database import Database
from xiaodian.modules.catalog import queries, version_queries
from xiaodian.modules.catalog.service.plan_product import plan_edit
from xiaodian.modules.catalog.service.product_input import ProductEdit, SkuEdit
from xiaodian.modules.catalog.service.shop_facts import read_facts
from xiaodian.modules.catalog.service.write_changes import write_changes
from xiaodian.modules.catalog.service.write_product import hold_product, mover_of
from xiaodian.modules.shops import api as shops


async def restore_version(
    database: Database,
    caller: Caller,
    product_id: ProductId,
    version: int,
    *,
    needs_review: bool,
    expected_version: int | None = None,
) -> Product:
    """Everything but state and stock as it was; SKUs that were removed since are sold again, with their pieces.

    Raises NotFoundError, ForbiddenError, InvalidInputError (a code or category may be gone), VersionConflictError.
    """
    async with database.transaction() as connection:
        before = await hold_product(connection, caller, product_id, expected_version)
        kept = await version_queries.get_version(connection, before, version)
        removed = await version_queries.get_removed_skus(connection, product_id)
        change = plan_edit(before, _as_edit(kept.snapshot), mover_of(needs_review), removed=removed)
        facts = await read_facts(connection, before.shop_id, [change])
        facts.check(change)
        await write_changes(connection, [change], caller.account_id, {sku.sku_id: sku for sku in removed})
        await shops.note_deed(
            connection,
            caller,
            before.shop_id,
            deed="product.restored",
            target=str(product_id),
            details={"title": change.after.title, "version": version},
        )
        return await queries.get_product(connection, product_id)


def _as_edit(snapshot: ProductSnapshot) -> ProductEdit:
    fields = {
        name: getattr(snapshot, name)
        for name in ProductEdit.__struct_fields__
        if name not in ("state", "skus") and name in ProductSnapshot.__struct_fields__
    }
    return ProductEdit(**fields, skus=[_as_sku_edit(sku) for sku in snapshot.skus])


def _as_sku_edit(sku: SkuTerms) -> SkuEdit:
    return SkuEdit(**{name: getattr(sku, name) for name in SkuTerms.__struct_fields__}, stock=UNSET)
