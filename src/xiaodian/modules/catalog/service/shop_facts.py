"""What of a shop decides whether a product of it makes sense: categories, freight templates, names that are taken."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.base import DomainError, InvalidInputError
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog.service.plan_product import Change
from xiaodian.modules.shops import api as shops

_TAKEN_CODES = """
    SELECT code, sku_id FROM catalog.sku WHERE shop_id = $1 AND code = ANY($2::text[]) AND NOT is_removed
"""
_TAKEN_HANDLES = "SELECT handle, product_id FROM catalog.product WHERE shop_id = $1 AND handle = ANY($2::text[])"


class ShopFacts:
    """Read once for several changes; each that was checked is then part of the facts for the next."""

    def __init__(
        self,
        categories: set[str],
        templates: dict[UUID, DomainError | None],
        codes: dict[str, SkuId],
        handles: dict[str, ProductId],
    ) -> None:
        self._categories = categories
        self._templates = templates
        self._codes = codes
        self._handles = handles

    def check(self, change: Change) -> None:
        """Raises InvalidInputError. What the product had before is not asked about again."""
        before, after = change.before, change.after
        if (before is None or after.category != before.category) and after.category not in self._categories:
            raise InvalidInputError(field="category", reason="unknown")
        if after.pending is not None and after.pending.category not in self._categories:
            raise InvalidInputError(field="category", reason="unknown")
        template_id = after.freight_template_id
        if template_id is not None and (before is None or template_id != before.freight_template_id):
            error = self._templates.get(template_id)
            if error is not None:
                raise error
        if after.handle is not None and self._handles.get(after.handle, after.product_id) != after.product_id:
            raise InvalidInputError(field="handle", reason="handle_taken")
        own = {sku.sku_id for sku in (*after.skus, *(before.skus if before else ()))}
        for number, sku in enumerate(after.skus):
            holder = self._codes.get(sku.code) if sku.code is not None else None
            if holder is not None and holder not in own:
                raise InvalidInputError(field=f"skus.{number}.code", reason="code_taken", code=sku.code)
        self._take(change)

    def _take(self, change: Change) -> None:
        before, after = change.before, change.after
        if before is not None:
            gone = {sku.code for sku in before.skus if sku.code is not None}
            for code in gone:
                self._codes.pop(code, None)
            if before.handle is not None:
                self._handles.pop(before.handle, None)
        self._codes.update({sku.code: sku.sku_id for sku in after.skus if sku.code is not None})
        if after.handle is not None:
            self._handles[after.handle] = after.product_id


async def hold_names(connection: Connection, shop_id: ShopId) -> None:
    """Until the transaction ends nobody else changes products of this shop, so that no name is given twice."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog ' || $1::text, 0))", str(shop_id))


async def read_facts(connection: Connection, shop_id: ShopId, changes: Sequence[Change]) -> ShopFacts:
    """What these changes of one shop must be checked against."""
    categories = await connection.fetch("SELECT code FROM catalog.category")
    codes = sorted({sku.code for change in changes for sku in change.after.skus if sku.code is not None})
    taken = await connection.fetch(_TAKEN_CODES, shop_id, codes) if codes else []
    handles = sorted({change.after.handle for change in changes if change.after.handle is not None})
    named = await connection.fetch(_TAKEN_HANDLES, shop_id, handles) if handles else []
    templates = {
        template_id: await _find_fault(connection, shop_id, template_id)
        for template_id in {change.after.freight_template_id for change in changes}
        if template_id is not None
    }
    return ShopFacts(
        {row["code"] for row in categories},
        templates,
        {row["code"]: row["sku_id"] for row in taken},
        {row["handle"]: row["product_id"] for row in named},
    )


async def _find_fault(connection: Connection, shop_id: ShopId, template_id: UUID) -> DomainError | None:
    try:
        await shops.require_freight_template(connection, shop_id, template_id)
    except DomainError as error:
        return error
    return None
