"""A shop's staff creates and edits products, one by one."""

from typing import NoReturn

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.catalog import Product, ProductId, VersionConflictError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import queries, version_queries
from xiaodian.modules.catalog.product_rules import Mover
from xiaodian.modules.catalog.service.plan_product import Change, plan_edit, plan_new
from xiaodian.modules.catalog.service.product_input import NewProduct, ProductEdit
from xiaodian.modules.catalog.service.shop_facts import hold_names, read_facts
from xiaodian.modules.catalog.service.write_changes import write_changes
from xiaodian.modules.shops import api as shops


async def create_product(
    database: Database, caller: Caller, shop_id: ShopId, new: NewProduct, *, needs_review: bool
) -> Product:
    """A new product of a shop; where products need a review, one to be sold waits for it.

    Raises NotFoundError, ForbiddenError, InvalidInputError, IllegalProductMoveError.
    """
    change = plan_new(shop_id, new, mover_of(needs_review))
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        await hold_names(connection, shop_id)
        await write_checked(connection, caller, change, "product.created")
        return await queries.get_product(connection, change.after.product_id)


async def edit_product(
    database: Database,
    caller: Caller,
    product_id: ProductId,
    edit: ProductEdit,
    *,
    needs_review: bool,
    expected_version: int | None = None,
) -> Product:
    """Change a product; orders placed keep what they were placed with.

    Where products need a review, a new content of one on sale waits for it beside the old. Raises NotFoundError,
    ForbiddenError, InvalidInputError, IllegalProductMoveError; VersionConflictError if it is not the version expected.
    """
    async with database.transaction() as connection:
        before = await hold_product(connection, caller, product_id, expected_version)
        change = plan_edit(before, edit, mover_of(needs_review))
        await write_checked(connection, caller, change, "product.edited")
        return await queries.get_product(connection, product_id)


async def hold_product(
    connection: Connection, caller: Caller, product_id: ProductId, expected_version: int | None = None
) -> Product:
    """A product that the caller may change, and that nobody else changes until the transaction ends.

    Raises NotFoundError, ForbiddenError, VersionConflictError.
    """
    await get_product_of_staff(connection, caller, product_id, Scope.PRODUCTS_WRITE)
    product = await lock_product(connection, product_id)
    if expected_version is not None and expected_version != product.version:
        await refuse_version(connection, product)
    return product


async def lock_product(connection: Connection, product_id: ProductId) -> Product:
    """A product that nobody else changes until the transaction ends. Raises NotFoundError."""
    product = await queries.get_product(connection, product_id)
    await hold_names(connection, product.shop_id)
    await connection.execute("SELECT FROM catalog.product WHERE product_id = $1 FOR UPDATE", product_id)
    return await queries.get_product(connection, product_id)


async def get_product_of_staff(connection: Connection, caller: Caller, product_id: ProductId, right: Scope) -> Product:
    """A product of a shop where the caller has this right. Raises NotFoundError, ForbiddenError."""
    product = await queries.get_product(connection, product_id)
    await shops.require_right(connection, caller, product.shop_id, right)
    return product


async def write_checked(
    connection: Connection, caller: Caller, change: Change, deed: str, details: dict[str, object] | None = None
) -> None:
    """Check a change against its shop, write it, and note who did it. Raises InvalidInputError."""
    after = change.after
    facts = await read_facts(connection, after.shop_id, [change])
    facts.check(change)
    await write_changes(connection, [change], caller.account_id)
    if change.is_other_version or change.stock:
        details = {"title": after.title, **(details or {})}
        await shops.note_deed(
            connection, caller, after.shop_id, deed=deed, target=str(after.product_id), details=details
        )


async def refuse_version(connection: Connection, product: Product) -> NoReturn:
    """Say what it is now and who made it so. Raises VersionConflictError."""
    changed_by = await version_queries.find_changer(connection, product.product_id, product.version)
    names = await accounts.get_accounts(connection, [changed_by]) if changed_by is not None else {}
    name = names[changed_by].display_name if changed_by in names else ""
    raise VersionConflictError(field="If-Match", version=product.version, changed_by=name)


def mover_of(needs_review: bool) -> Mover:
    """In which of the two worlds a shop's staff moves products."""
    return Mover.SELLER if needs_review else Mover.FREE_SELLER
