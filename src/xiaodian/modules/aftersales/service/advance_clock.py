"""In a sandbox shop, time passes at once."""

from datetime import timedelta

from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.aftersales.service.run_clock import time_out


async def advance_clock(connection: Connection, shop_id: ShopId, by: timedelta) -> None:
    """Bring the deadlines of a shop's after-sales that much nearer."""
    await connection.execute(
        """
        UPDATE aftersales.after_sale SET deadline_at = deadline_at - $2::interval
        WHERE shop_id = $1 AND deadline_at IS NOT NULL
        """,
        shop_id,
        by,
    )


async def run_timers(ctx: Context) -> None:
    """Do at once what the job does by and by."""
    if await time_out(ctx.database, utc_now()):
        await ctx.broker.poke("outbox")
