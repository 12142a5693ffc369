"""Many products of one shop at once, for files and other systems: each is written, or refused with the reason."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import UNSET, field

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, DomainError, InvalidInputError
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.service.plan_product import Change, as_new, plan_edit, plan_new
from xiaodian.modules.catalog.service.product_input import ProductWrite
from xiaodian.modules.catalog.service.shop_facts import hold_names, read_facts
from xiaodian.modules.catalog.service.write_changes import write_changes
from xiaodian.modules.catalog.service.write_product import mover_of
from xiaodian.modules.shops import api as shops

MAX_BATCH = 1000
"""Products of one call; who has more calls again."""

_TARGETS = """
    SELECT product_id, NULL AS handle, NULL AS code FROM catalog.product
    WHERE shop_id = $1 AND product_id = ANY($2::uuid[])
    UNION ALL
    SELECT product_id, handle, NULL FROM catalog.product WHERE shop_id = $1 AND handle = ANY($3::text[])
    UNION ALL
    SELECT product_id, NULL, code FROM catalog.sku WHERE shop_id = $1 AND code = ANY($4::text[]) AND NOT is_removed
"""


class WriteOutcome(StrEnum):
    """What became of one product of a batch."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class WrittenProduct(Contract, frozen=True, kw_only=True):
    """The answer for one product of a batch, in the batch's order."""

    outcome: WriteOutcome
    product_id: ProductId | None = None
    """None if it was refused before it had one."""
    code: str | None = None
    """The refusal's code; its text is in the catalogue under `errors.<code>.<reason>` or `errors.<code>`."""
    params: dict[str, object] = field(default_factory=dict)
    field: str | None = None


async def write_products(
    connection: Connection,
    caller: Caller,
    shop_id: ShopId,
    writes: Sequence[ProductWrite],
    *,
    needs_review: bool,
    dry_run: bool = False,
) -> list[WrittenProduct]:
    """Create or change up to MAX_BATCH products in the caller's transaction; with `dry_run` only say what would be.

    What one refuses does not hold up the others. A product named twice is refused the second time. Notes one deed.
    Raises NotFoundError, ForbiddenError, InvalidInputError if there are too many.
    """
    if len(writes) > MAX_BATCH:
        raise InvalidInputError(field="products", reason="too_many", limit=MAX_BATCH)
    await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
    await hold_names(connection, shop_id)
    present = await _get_present(connection, shop_id, writes)
    planned = _plan(shop_id, writes, present, needs_review)
    facts = await read_facts(connection, shop_id, [change for change in planned if isinstance(change, Change)])
    answers: list[WrittenProduct] = []
    changes: list[Change] = []
    for change in planned:
        try:
            if isinstance(change, DomainError):
                raise change
            facts.check(change)
        except DomainError as error:
            answers.append(_refused(error))
            continue
        answers.append(WrittenProduct(outcome=_outcome_of(change), product_id=change.after.product_id))
        changes.append(change)
    if not dry_run and changes:
        await write_changes(connection, changes, caller.account_id)
        counts = {outcome.value: sum(one.outcome is outcome for one in answers) for outcome in WriteOutcome}
        await shops.note_deed(connection, caller, shop_id, deed="product.batch_written", target="", details=counts)
    return answers


class _Present:
    """Products of the shop that the batch may mean, by what it may name them by."""

    def __init__(self) -> None:
        self.products: dict[UUID, Product] = {}
        self.by_handle: dict[str, UUID] = {}
        self.by_code: dict[str, UUID] = {}

    def find(self, write: ProductWrite) -> Product | None:
        """Raises InvalidInputError if it names an id that there is not."""
        if write.product_id is not None:
            if write.product_id not in self.products:
                raise InvalidInputError(field="product_id", reason="unknown")
            return self.products[write.product_id]
        handle = write.edit.handle
        if isinstance(handle, str):
            # Who names a handle means that product, even if a SKU of another has the same code.
            return self.products[self.by_handle[handle]] if handle in self.by_handle else None
        codes = [] if write.edit.skus is UNSET else [sku.code for sku in write.edit.skus]
        found = {self.by_code[code] for code in codes if isinstance(code, str) and code in self.by_code}
        if len(found) > 1:
            raise InvalidInputError(field="skus", reason="of_several_products")
        return self.products[found.pop()] if found else None


async def _get_present(connection: Connection, shop_id: ShopId, writes: Sequence[ProductWrite]) -> _Present:
    edits = [write.edit for write in writes]
    skus = [sku for edit in edits if edit.skus is not UNSET for sku in edit.skus]
    rows = await connection.fetch(
        _TARGETS,
        shop_id,
        [write.product_id for write in writes if write.product_id is not None],
        [edit.handle for edit in edits if isinstance(edit.handle, str)],
        [sku.code for sku in skus if isinstance(sku.code, str)],
    )
    ids = sorted({row["product_id"] for row in rows})
    await connection.execute(
        "SELECT FROM catalog.product WHERE product_id = ANY($1::uuid[]) ORDER BY product_id FOR UPDATE", ids
    )
    present = _Present()
    present.products = {product.product_id: product for product in await queries.get_products(connection, ids)}
    present.by_handle = {row["handle"]: row["product_id"] for row in rows if row["handle"] is not None}
    present.by_code = {row["code"]: row["product_id"] for row in rows if row["code"] is not None}
    return present


def _plan(
    shop_id: ShopId, writes: Sequence[ProductWrite], present: _Present, needs_review: bool
) -> list[Change | DomainError]:
    planned: list[Change | DomainError] = []
    seen: set[object] = set()
    for write in writes:
        try:
            change = _plan_one(shop_id, write, present, needs_review)
            names: Mapping[object, None] = dict.fromkeys((change.after.product_id, change.after.handle))
            if any(name in seen for name in names if name is not None):
                raise InvalidInputError(field="handle", reason="twice_in_batch")
            seen.update(names)
            planned.append(change)
        except DomainError as error:
            planned.append(error)
    return planned


def _plan_one(shop_id: ShopId, write: ProductWrite, present: _Present, needs_review: bool) -> Change:
    before = present.find(write)
    if before is None:
        return plan_new(shop_id, as_new(write.edit), mover_of(needs_review))
    return plan_edit(
        before, write.edit, mover_of(needs_review), keeps_other_skus=write.keeps_other_skus, knows_by_name=True
    )


def _outcome_of(change: Change) -> WriteOutcome:
    if change.before is None:
        return WriteOutcome.CREATED
    available = {sku.sku_id: sku.available for sku in change.before.skus}
    is_moved = any(available.get(sku_id) != stock for sku_id, stock in change.stock.items())
    return WriteOutcome.UPDATED if change.is_other_version or is_moved else WriteOutcome.UNCHANGED


def _refused(error: DomainError) -> WrittenProduct:
    return WrittenProduct(outcome=WriteOutcome.REFUSED, code=error.code, field=error.field, params=error.params)
