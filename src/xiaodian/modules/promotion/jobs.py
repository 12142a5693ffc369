"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.promotion.service.run_clock import (
    announce_flash_sales,
    end_flash_sales,
    start_flash_sales,
    sweep_flash_sales,
)


def jobs(ctx: Context) -> list[Job]:
    """Flash sales come and go on time; what comes back later is given back."""

    async def _come_and_go() -> None:
        now = utc_now()
        changed = await end_flash_sales(ctx.database, now)
        changed += await start_flash_sales(ctx.database, now)
        changed += await announce_flash_sales(ctx.database, now)
        if changed:
            await ctx.broker.poke("outbox")

    async def _sweep() -> None:
        if await sweep_flash_sales(ctx.database, utc_now()):
            await ctx.broker.poke("outbox")

    return [
        Job(name="promotion_flash_sales", period_s=0.5, run=_come_and_go),
        Job(name="promotion_sweep_flash_sales", period_s=10.0, run=_sweep),
    ]
