"""The platform looks at goods before they go on sale, and at a new content of those that are."""

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.catalog import IllegalProductMoveError, Product, ProductId, ProductState
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.product_rules import Mover, content_of, is_waiting, wished_state
from xiaodian.modules.catalog.service.plan_product import Change, plan_content
from xiaodian.modules.catalog.service.write_product import lock_product, refuse_version, write_checked


async def approve_product(database: Database, operator: Caller, product_id: ProductId, version: int) -> Product:
    """What waits goes on sale, as it was in the version that the operator looked at.

    Raises NotFoundError, IllegalProductMoveError if nothing waits, VersionConflictError.
    """
    async with database.transaction() as connection:
        before = await _hold_waiting(connection, product_id, version)
        if before.pending is not None:
            change = plan_content(before, content_of(before.pending))
        else:
            change = _moved(before, ProductState.ON_SALE, None)
        await write_checked(connection, operator, change, "product.approved")
        return await queries.get_product(connection, product_id)


async def reject_product(
    database: Database, operator: Caller, product_id: ProductId, version: int, reason: str
) -> Product:
    """What waits does not go on sale, and the shop reads why; what is on sale stays as it was.

    Raises NotFoundError, IllegalProductMoveError if nothing waits, VersionConflictError.
    """
    async with database.transaction() as connection:
        before = await _hold_waiting(connection, product_id, version)
        if before.pending is not None:
            pending = msgspec.structs.replace(before.pending, refused_reason=reason)
            change = Change(before, msgspec.structs.replace(before, pending=pending))
        else:
            change = _moved(before, ProductState.REJECTED, reason)
        await write_checked(connection, operator, change, "product.rejected", {"reason": reason})
        return await queries.get_product(connection, product_id)


async def _hold_waiting(connection: Connection, product_id: ProductId, version: int) -> Product:
    product = await lock_product(connection, product_id)
    if not is_waiting(product):
        raise IllegalProductMoveError(state=product.state)
    if product.version != version:
        await refuse_version(connection, product)
    return product


def _moved(before: Product, state: ProductState, reason: str | None) -> Change:
    state = wished_state(before.state, state, Mover.OPERATOR)
    return Change(before, msgspec.structs.replace(before, state=state, rejected_reason=reason))
