"""What the open API does with stock, by the use cases of catalog."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.catalog import SkuId, StockWish
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.integrations import wire_products as wire
from xiaodian.modules.integrations.call import Call
from xiaodian.modules.integrations.service.products import to_sku


async def get_sku(call: Call, sku_id: SkuId) -> wire.Sku:
    """Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        return to_sku(await catalog.get_sku_of_staff(connection, call.caller, sku_id, Scope.STOCK_READ))


async def change_stock(ctx: Context, call: Call, wish: StockWish, reason: str) -> wire.StockLevel:
    """Change one. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    async with ctx.database.connection() as connection:
        await catalog.get_sku_of_staff(connection, call.caller, wish.sku_id, Scope.STOCK_WRITE)
    [level] = (await change_stocks(ctx, call, [wish], reason)).items
    return level


async def change_stocks(ctx: Context, call: Call, wishes: Sequence[StockWish], reason: str) -> wire.StockLevels:
    """Change many. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    after = await catalog.change_stocks(ctx.database, call.caller, call.shop_id, wishes, reason)
    await ctx.broker.poke("outbox")
    return wire.StockLevels(
        items=[wire.StockLevel(sku_id=wish.sku_id, available=after[wish.sku_id]) for wish in wishes]
    )


async def list_moves(call: Call, sku_id: SkuId, *, before: UUID | None, limit: int) -> list[wire.StockMove]:
    """Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await catalog.get_sku_of_staff(connection, call.caller, sku_id, Scope.STOCK_READ)
        entries = await catalog.list_journal(connection, sku_id, before=before, limit=limit)
    return [
        wire.StockMove(
            id=entry.journal_id,
            kind=entry.kind,
            change=entry.change,
            available=entry.available,
            reason=entry.reason,
            at=from_epoch_ms(entry.changed_at_ms),
            by=entry.changed_by,
        )
        for entry in entries
    ]
