"""The cash desk: takes what payment providers tell, many messages in one transaction. One per process."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from xiaodian.contracts.payments import BadCallbackError, PaymentNotice, RefundNotice
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.capture_payments import capture_payments
from xiaodian.modules.orders.service.decide import decide
from xiaodian.modules.payments import api as payments

T = TypeVar("T")

AnyNotice = PaymentNotice | RefundNotice
Acknowledgement = tuple[int, bytes, str]
"""Status, body and media type."""

# Two at a time, so that the round trip of one batch does not hold up the next: rows of the inbox are independent.
KEPT_AT_ONCE = 2
# Two, so that one is decided here while another waits for the disk; they meet only at the stock of a SKU, last.
CAPTURED_AT_ONCE = 2

log = get_logger(__name__)


class _Told(NamedTuple):
    """A message that was verified, on its way into the inbox."""

    notice: AnyNotice
    is_followed: bool
    """Whether it is handled by itself once it is kept; else by who brought it."""


class Cashier:
    """Keeps callbacks in the inbox, acknowledges them, and handles them after that.

    What a process leaves unhandled, because it was killed or has too many, a worker's job takes up (see jobs.py).
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.providers = payments.Providers(ctx)
        limits = {"max_batch": ctx.settings.checkout_batch_max, "max_queue": ctx.settings.checkout_queue_max}
        self._keeping: Batcher[_Told, bool] = Batcher(self._keep_batch, parallel=KEPT_AT_ONCE, **limits)
        self._capturing: Batcher[PaymentNotice, None] = Batcher(
            self._capture_batch, parallel=CAPTURED_AT_ONCE, **limits
        )
        self._refunding: Batcher[RefundNotice, None] = Batcher(self._refund_batch, **limits)

    async def take_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
        """Keep a provider's callback; answers how the provider wants it acknowledged. It is handled afterwards.

        Raises BadCallbackError, UnknownProviderError, UnavailableError.
        """
        notice = await self.providers.get(provider).verify_callback(headers, body)
        if notice is not None:
            await self._keeping.submit(_Told(notice, is_followed=True))
        return self.providers.get(provider).acknowledgement

    async def handle_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """The same, and it is handled before this returns."""
        notice = await self.providers.get(provider).verify_callback(headers, body)
        if notice is None or not await self._keeping.submit(_Told(notice, is_followed=False)):
            return
        if isinstance(notice, PaymentNotice):
            await self._capturing.submit(notice)
        else:
            await self._refunding.submit(notice)

    async def settle(self) -> None:
        """Wait until all that was acknowledged is handled."""
        for batcher in (self._keeping, self._capturing, self._refunding):
            await batcher.settle()

    async def _keep_batch(self, batch: Sequence[_Told]) -> Sequence[bool | BaseException]:
        """For each whether it is still to be handled, or why it is of no use."""
        async with self._ctx.database.connection() as connection:
            found = await payments.keep_notices(connection, [told.notice for told in batch], utc_now())
        answers: list[bool | BaseException] = []
        for notice, is_followed in batch:
            kept = found[notice.provider, notice.notice_id]
            answers.append(BadCallbackError(reason=kept.refused) if kept.refused else not kept.is_handled)
            if is_followed and not kept.refused and not kept.is_handled:
                self._follow(notice)
        return answers

    def _follow(self, notice: AnyNotice) -> None:
        """Have it handled by and by. If there are too many it stays in the inbox, where a worker finds it."""
        if isinstance(notice, PaymentNotice):
            self._capturing.push(notice)
        else:
            self._refunding.push(notice)

    async def _capture_batch(self, notices: Sequence[PaymentNotice]) -> Sequence[BaseException | None]:
        async def _capture(batch: Sequence[PaymentNotice]) -> Sequence[BadCallbackError | None]:
            return await capture_payments(self._ctx.database, batch)

        answers = await self._tell_what_fails(notices, decide(_capture, notices))
        await self._ctx.broker.poke("outbox")
        return answers

    async def _refund_batch(self, notices: Sequence[RefundNotice]) -> Sequence[None]:
        await self._tell_what_fails(notices, payments.accept_refund_notices(self._ctx.database, notices))
        await self._ctx.broker.poke("outbox")
        return [None] * len(notices)

    @staticmethod
    async def _tell_what_fails(notices: Sequence[AnyNotice], handled: Awaitable[T]) -> T:
        """Nobody may be waiting for the answer. What is not handled stays in the inbox, so a worker tries again."""
        try:
            return await handled
        except Exception:
            log.exception("notices_not_handled", first=notices[0].notice_id, count=len(notices))
            raise
