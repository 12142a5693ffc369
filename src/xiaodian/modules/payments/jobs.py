"""What happens by time alone. What a captured charge means is decided above: orders take it from the inbox."""

from datetime import timedelta

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.ask_providers import ask_about_charges, carry_out_refunds, close_charges
from xiaodian.modules.payments.service.inbox import accept_refund_notices, keep_callback
from xiaodian.modules.payments.service.inbox_rows import list_unhandled_refunds
from xiaodian.modules.payments.service.providers import Providers
from xiaodian.modules.payments.service.sandbox_cashier import deliver_due

BATCH = 500
LEFT_ALONE = timedelta(seconds=3)
"""The process that took a message in handles it by itself, unless it died."""


def jobs(ctx: Context) -> list[Job]:
    """Ask silent providers, tell them of closed charges, have refunds carried out, handle what was left over."""
    return jobs_with(ctx, Providers(ctx))


def jobs_with(ctx: Context, providers: Providers) -> list[Job]:
    """The same, through given providers."""

    async def _ask() -> None:
        await ask_about_charges(ctx.database, providers, utc_now())

    async def _close() -> None:
        await close_charges(ctx.database, providers, utc_now())

    async def _refund() -> None:
        if await carry_out_refunds(ctx.database, providers, utc_now()):
            await ctx.broker.poke("outbox")

    async def _handle_refund_notices() -> None:
        async with ctx.database.connection() as connection:
            notices = await list_unhandled_refunds(connection, utc_now() - LEFT_ALONE, BATCH)
        if notices and await accept_refund_notices(ctx.database, notices):
            await ctx.broker.poke("outbox")

    async def _keep(headers: dict[str, str], body: bytes) -> None:
        await keep_callback(ctx.database, providers.get_sandbox(), headers, body)

    async def _deliver() -> None:
        if ctx.settings.sandbox_payments:
            await deliver_due(providers.get_sandbox(), _keep)

    return [
        Job(name="payments_ask_about_charges", period_s=5.0, run=_ask),
        Job(name="payments_close_charges", period_s=5.0, run=_close),
        Job(name="payments_carry_out_refunds", period_s=1.0, run=_refund),
        Job(name="payments_handle_refund_notices", period_s=5.0, run=_handle_refund_notices),
        Job(name="payments_deliver_sandbox_callbacks", period_s=1.0, run=_deliver),
    ]
