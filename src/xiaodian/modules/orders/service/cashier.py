"""The cash desk: takes what payment providers tell, many messages in one transaction. One per process."""

import asyncio
from collections.abc import Mapping, Sequence

from xiaodian.contracts.payments import BadCallbackError, PaymentNotice
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.logging import get_logger
from xiaodian.modules.orders.service.capture_payments import capture_payments
from xiaodian.modules.orders.service.decide import decide
from xiaodian.modules.payments import api as payments

Acknowledgement = tuple[int, bytes, str]
"""Status, body and media type."""

log = get_logger(__name__)


class Cashier:
    """Handles callbacks after they were kept in the inbox and acknowledged.

    What a process leaves unhandled, because it was killed, a worker's job takes up (see jobs.py).
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.providers = payments.Providers(ctx)
        self._inbox = payments.Inbox(ctx, self.providers)
        self._capturing: Batcher[PaymentNotice, None] = Batcher(
            self._capture_batch,
            max_batch=ctx.settings.checkout_batch_max,
            max_queue=ctx.settings.checkout_queue_max,
        )
        self._following: set[asyncio.Task[None]] = set()

    async def take_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
        """Keep a provider's callback; answers how the provider wants it acknowledged. It is handled afterwards.

        Raises BadCallbackError, UnknownProviderError, UnavailableError.
        """
        notice = await self._inbox.receive(provider, headers, body)
        if notice is not None:
            task = asyncio.get_running_loop().create_task(self._follow(notice))
            self._following.add(task)
            task.add_done_callback(self._following.discard)
        return self.providers.get(provider).acknowledgement

    async def handle_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """The same, and it is handled before this returns."""
        notice = await self._inbox.receive(provider, headers, body)
        if notice is not None:
            await self.capture(notice)

    async def capture(self, notice: PaymentNotice) -> None:
        """Handle a provider's verified word about a charge, once however often it comes. Raises BadCallbackError."""
        await self._capturing.submit(notice)

    async def settle(self) -> None:
        """Wait until all that was acknowledged is handled."""
        await asyncio.gather(*self._following)

    async def _follow(self, notice: PaymentNotice) -> None:
        try:
            await self.capture(notice)
        except Exception:
            # It is in the inbox, so a worker tries again.
            log.exception("notice_not_handled", provider=notice.provider, notice_id=notice.notice_id)

    async def _capture_batch(self, notices: Sequence[PaymentNotice]) -> Sequence[BaseException | None]:
        async def _capture(batch: Sequence[PaymentNotice]) -> Sequence[BadCallbackError | None]:
            return await capture_payments(self._ctx.database, batch)

        answers = await decide(_capture, notices)
        await self._ctx.broker.poke("outbox")
        return answers
