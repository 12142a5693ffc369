"""The order desk: what a process keeps between requests so that those that arrive together are decided together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import asyncpg

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import DomainError, UnavailableError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError, Order
from xiaodian.contracts.payments import BadCallbackError, PaymentNotice
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.logging import get_logger
from xiaodian.modules.orders.service.capture_payments import capture_payments
from xiaodian.modules.orders.service.checkout_input import CheckoutInput, check_lines
from xiaodian.modules.orders.service.idempotency import Key, KeyTakenError, hash_body
from xiaodian.modules.orders.service.place_orders import PlaceRequest, place_orders
from xiaodian.modules.orders.service.serials import Serials
from xiaodian.modules.payments import api as payments

ATTEMPTS = 4

Request = TypeVar("Request")
Answer = TypeVar("Answer")

log = get_logger(__name__)


class OrderDesk:
    """Places orders and takes payments in batches. One per process."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.providers = payments.Providers(ctx)
        self._serials = Serials(ctx.database)
        self._in_flight: dict[Key, bytes] = {}
        limits = {"max_batch": ctx.settings.checkout_batch_max, "max_queue": ctx.settings.checkout_queue_max}
        self._placing: Batcher[PlaceRequest, Order] = Batcher(self._place_batch, **limits)
        self._capturing: Batcher[PaymentNotice, None] = Batcher(self._capture_batch, **limits)

    async def place(self, caller: Caller, key: str, wish: CheckoutInput) -> Order:
        """The order that this request placed, now or when it came before.

        The order stands even if nobody waits for the answer any more. Raises what judge_order does,
        IdempotencyMismatchError, IdempotencyInFlightError, UnavailableError.
        """
        check_lines(wish.lines)
        request = PlaceRequest(
            buyer_id=caller.account_id,
            buyer_name=caller.display_name,
            key=key,
            body_hash=hash_body("checkout", wish),
            wish=wish,
        )
        in_flight = self._in_flight.get(request.answer_key)
        if in_flight is not None:
            if in_flight != request.body_hash:
                raise IdempotencyMismatchError(field="Idempotency-Key")
            raise IdempotencyInFlightError(retry_after_s=1)
        self._in_flight[request.answer_key] = request.body_hash
        try:
            return await self._placing.submit(request)
        finally:
            del self._in_flight[request.answer_key]

    async def take_callback(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Handle a provider's callback, once however often it comes. Raises BadCallbackError, UnknownProviderError."""
        notice = await self.providers.get(provider).verify_callback(headers, body)
        await self._capturing.submit(notice)

    async def _place_batch(self, requests: Sequence[PlaceRequest]) -> Sequence[Order | BaseException]:
        async def _place(batch: Sequence[PlaceRequest]) -> Sequence[Order | BaseException]:
            return await place_orders(self._ctx, self._serials, batch)

        answers = await _decide(_place, requests)
        await self._ctx.broker.poke("outbox")
        return answers

    async def _capture_batch(self, notices: Sequence[PaymentNotice]) -> Sequence[BaseException | None]:
        async def _capture(batch: Sequence[PaymentNotice]) -> Sequence[BadCallbackError | None]:
            return await capture_payments(self._ctx.database, batch)

        answers = await _decide(_capture, notices)
        await self._ctx.broker.poke("outbox")
        return answers


async def _decide(
    decide: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | BaseException]]], batch: Sequence[Request]
) -> Sequence[Answer | BaseException]:
    """Decide a batch, again if another process got in the way; a fault in one request must not fail the others."""
    try:
        return await _decide_again(decide, batch)
    except DomainError:
        raise
    except Exception as error:
        if len(batch) == 1:
            return [error]
        log.exception("batch_failed", size=len(batch))
    answers: list[Answer | BaseException] = []
    for request in batch:
        try:
            answers.extend(await _decide_again(decide, [request]))
        except Exception as error:
            answers.append(error)
    return answers


async def _decide_again(
    decide: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | BaseException]]], batch: Sequence[Request]
) -> Sequence[Answer | BaseException]:
    for _ in range(ATTEMPTS):
        try:
            return await decide(batch)
        except (KeyTakenError, asyncpg.DeadlockDetectedError):
            continue
    raise UnavailableError(retry_after_s=1)
