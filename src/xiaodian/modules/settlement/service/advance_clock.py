"""In a sandbox shop, time passes at once."""

from datetime import timedelta

from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.settlement.service.settle_orders import note_due, settle_due


async def advance_clock(connection: Connection, shop_id: ShopId, by: timedelta) -> None:
    """Look that much earlier at a shop's orders which wait to be settled."""
    await connection.execute(
        "UPDATE settlement.due SET look_at = look_at - $2::interval WHERE shop_id = $1", shop_id, by
    )


async def settle_now(ctx: Context, order_ids: list[OrderId]) -> None:
    """Do at once, for completed orders among these, what event and job do by and by."""
    now = utc_now()
    async with ctx.database.transaction() as connection:
        await note_due(connection, order_ids, now)
    if await settle_due(ctx.database, now):
        await ctx.broker.poke("outbox")
