"""What is done all the time, and what happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Job, Service
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.deliverer import run_deliverer
from xiaodian.modules.webhooks.intake import run_intake
from xiaodian.modules.webhooks.service.forget import forget_old
from xiaodian.modules.webhooks.service.trouble import look_after_failing


def services(ctx: Context) -> list[Service]:
    """Make messages of events, and send them."""

    async def _take_in() -> None:
        await run_intake(ctx)

    async def _deliver() -> None:
        await run_deliverer(ctx)

    return [Service(name="webhooks_intake", run=_take_in), Service(name="webhooks_deliver", run=_deliver)]


def jobs(ctx: Context) -> list[Job]:
    """Warn of endpoints that fail and switch them off; forget what is old."""

    async def _look_after() -> None:
        if await look_after_failing(ctx.database, utc_now()):
            await ctx.broker.poke(POKE)

    async def _forget() -> None:
        await forget_old(ctx.database, utc_now())

    return [
        Job(name="webhooks_look_after_failing", period_s=60.0, run=_look_after),
        Job(name="webhooks_forget_old", period_s=60.0, run=_forget),
    ]
