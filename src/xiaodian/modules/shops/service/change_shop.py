"""Rename a shop, open it or close it."""

from collections.abc import Callable

import asyncpg
from msgspec import UNSET, UnsetType

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import Shop, ShopChanged, ShopId, ShopNameTakenError
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.kit.text import comparison_key
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.rules import require_shop_name
from xiaodian.modules.shops.service.note_deed import note_deed


async def change_shop(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    *,
    name: str | UnsetType = UNSET,
    is_open: bool | UnsetType = UNSET,
    check: Callable[[Shop], None] | None = None,
) -> Shop:
    """Change what is given; saying again what is so already tells nobody. `check` may refuse the shop as it is.

    Raises NotFoundError to who is not on the staff, ForbiddenError, InvalidInputError, ShopNameTakenError.
    """
    async with ctx.database.transaction() as connection:
        await connection.execute("SELECT FROM shops.shop WHERE shop_id = $1 FOR NO KEY UPDATE", shop_id)
        before = await queries.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
        if check is not None:
            check(before)
        after = Shop(
            shop_id=shop_id,
            owner_id=before.owner_id,
            name=before.name if name is UNSET else require_shop_name(name),
            is_open=before.is_open if is_open is UNSET else is_open,
        )
        if after == before:
            return before
        try:
            await connection.execute(
                "UPDATE shops.shop SET name = $2, name_key = $3, is_open = $4 WHERE shop_id = $1",
                shop_id,
                after.name,
                comparison_key(after.name),
                after.is_open,
            )
        except asyncpg.UniqueViolationError as error:
            raise ShopNameTakenError(field="name") from error
        if after.name != before.name:
            await note_deed(connection, caller, shop_id, deed="shop.renamed", target="", details={"name": after.name})
        if after.is_open != before.is_open:
            deed = "shop.opened" if after.is_open else "shop.closed"
            await note_deed(connection, caller, shop_id, deed=deed, target="")
        await outbox.emit(connection, ShopChanged(shop_id=shop_id, name=after.name, is_open=after.is_open))
    await ctx.broker.poke("outbox")
    return after
