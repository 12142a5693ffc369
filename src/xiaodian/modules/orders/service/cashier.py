"""The cash desk: takes what payment providers tell, many messages in one transaction. One per process."""

import asyncio
from collections.abc import Mapping, Sequence

from xiaodian.contracts.payments import BadCallbackError, PaymentNotice, RefundNotice
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.capture_payments import capture_payments
from xiaodian.modules.orders.service.decide import decide
from xiaodian.modules.payments import api as payments

AnyNotice = PaymentNotice | RefundNotice
Acknowledgement = tuple[int, bytes, str]
"""Status, body and media type."""

# Two at a time, so that the round trip of one batch does not hold up the next: rows of the inbox are independent.
KEPT_AT_ONCE = 2
# Three, so that one is decided here while another waits for the disk; they meet only at the stock of a SKU, last.
CAPTURED_AT_ONCE = 3
# Callbacks that are acknowledged and not handled yet; a further one is acknowledged when there is room again.
MAX_FOLLOWING = 2000

log = get_logger(__name__)


class Cashier:
    """Keeps callbacks in the inbox, acknowledges them, and handles them after that.

    What a process leaves unhandled, because it was killed, a worker's job takes up (see jobs.py).
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.providers = payments.Providers(ctx)
        limits = {"max_batch": ctx.settings.checkout_batch_max, "max_queue": ctx.settings.checkout_queue_max}
        self._keeping: Batcher[AnyNotice, bool] = Batcher(self._keep_batch, parallel=KEPT_AT_ONCE, **limits)
        self._capturing: Batcher[PaymentNotice, None] = Batcher(
            self._capture_batch, parallel=CAPTURED_AT_ONCE, **limits
        )
        self._following: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MAX_FOLLOWING)

    async def take_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
        """Keep a provider's callback; answers how the provider wants it acknowledged. It is handled afterwards.

        Raises BadCallbackError, UnknownProviderError, UnavailableError.
        """
        notice = await self._receive(provider, headers, body)
        if notice is not None:
            await self._room.acquire()
            task = asyncio.get_running_loop().create_task(self._follow(notice))
            self._following.add(task)
            task.add_done_callback(self._done)
        return self.providers.get(provider).acknowledgement

    async def handle_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """The same, and it is handled before this returns."""
        notice = await self._receive(provider, headers, body)
        if notice is not None:
            await self._handle(notice)

    async def capture(self, notice: PaymentNotice) -> None:
        """Handle a provider's verified word about a charge, once however often it comes. Raises BadCallbackError."""
        await self._capturing.submit(notice)

    async def settle(self) -> None:
        """Wait until all that was acknowledged is handled."""
        await asyncio.gather(*self._following)

    async def _receive(self, provider: str, headers: Mapping[str, str], body: bytes) -> AnyNotice | None:
        """Verify and keep; None if there is nothing left to do."""
        notice = await self.providers.get(provider).verify_callback(headers, body)
        return notice if notice is not None and await self._keeping.submit(notice) else None

    def _done(self, task: asyncio.Task[None]) -> None:
        self._following.discard(task)
        self._room.release()

    async def _follow(self, notice: AnyNotice) -> None:
        try:
            await self._handle(notice)
        except Exception:
            # It is in the inbox, so a worker tries again.
            log.exception("notice_not_handled", provider=notice.provider, notice_id=notice.notice_id)

    async def _handle(self, notice: AnyNotice) -> None:
        if isinstance(notice, PaymentNotice):
            await self.capture(notice)
            return
        await payments.accept_refund_notices(self._ctx.database, [notice])
        await self._ctx.broker.poke("outbox")

    async def _keep_batch(self, notices: Sequence[AnyNotice]) -> Sequence[bool | BaseException]:
        """For each whether it is still to be handled, or why it is of no use."""
        async with self._ctx.database.connection() as connection:
            found = await payments.keep_notices(connection, notices, utc_now())
        kept = [found[notice.provider, notice.notice_id] for notice in notices]
        return [BadCallbackError(reason=one.refused) if one.refused else not one.is_handled for one in kept]

    async def _capture_batch(self, notices: Sequence[PaymentNotice]) -> Sequence[BaseException | None]:
        async def _capture(batch: Sequence[PaymentNotice]) -> Sequence[BadCallbackError | None]:
            return await capture_payments(self._ctx.database, batch)

        answers = await decide(_capture, notices)
        await self._ctx.broker.poke("outbox")
        return answers
