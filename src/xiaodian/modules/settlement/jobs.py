"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.settlement.service.fee_invoices import make_fee_invoices
from xiaodian.modules.settlement.service.settle_orders import settle_due


def jobs(ctx: Context) -> list[Job]:
    """Settle completed orders; make the invoices of a month that is over."""

    async def _settle() -> None:
        if await settle_due(ctx.database, utc_now()):
            await ctx.broker.poke(POKE)

    async def _invoice() -> None:
        await make_fee_invoices(ctx.database, utc_now(), ctx.settings.books_utc_offset_h)

    return [
        Job(name="settlement_settle_due", period_s=1.0, run=_settle),
        Job(name="settlement_make_fee_invoices", period_s=600.0, run=_invoice),
    ]
