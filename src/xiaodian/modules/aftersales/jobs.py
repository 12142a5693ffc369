"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.aftersales.service.run_clock import time_out


def jobs(ctx: Context) -> list[Job]:
    """Silence that counts as an answer."""

    async def _time_out() -> None:
        if await time_out(ctx.database, utc_now()):
            await ctx.broker.poke("outbox")

    return [Job(name="aftersales_time_out", period_s=10.0, run=_time_out)]
