"""The order desk: what a process keeps between requests so that those that arrive together are decided together."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError, Order
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.modules.orders.service.cashier import Cashier
from xiaodian.modules.orders.service.checkout_input import CheckoutInput, check_wish
from xiaodian.modules.orders.service.decide import decide
from xiaodian.modules.orders.service.idempotency import Key, hash_body
from xiaodian.modules.orders.service.place_orders import PlaceRequest, place_orders
from xiaodian.modules.orders.service.serials import Serials
from xiaodian.modules.risk import api as risk

# Two batches at a time: what one does before it takes the stock's lock, and how its answers are told, happens while the
# other waits for the database. A third would only make them smaller.
PLACED_AT_ONCE = 2


class OrderDesk:
    """Places orders and takes payments in batches. One per process."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.cashier = Cashier(ctx)
        self._serials = Serials(ctx.database)
        self._in_flight: dict[Key, bytes] = {}
        self._pace = risk.Pace(Limit(name="checkout", burst=ctx.settings.checkouts_per_minute, period_s=60))
        limits = {"max_batch": ctx.settings.checkout_batch_max, "max_queue": ctx.settings.checkout_queue_max}
        self._placing: Batcher[PlaceRequest, list[Order]] = Batcher(
            self._place_batch, parallel=PLACED_AT_ONCE, **limits
        )

    async def settle(self) -> None:
        """Wait until all that was taken on is done."""
        await self._placing.settle()
        await self.cashier.settle()

    async def place(self, caller: Caller, key: str, wish: CheckoutInput) -> list[Order]:
        """The orders that this request placed, one a shop, now or when it came before.

        They stand even if nobody waits for the answer any more. Raises what judge_checkout does,
        IdempotencyMismatchError, IdempotencyInFlightError, TooManyRequestsError, UnavailableError.
        """
        self._pace.take(caller.account_id)
        check_wish(wish)
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
        except UnavailableError:
            self._in_flight.pop(request.answer_key, None)
            raise

    async def _place_batch(self, requests: Sequence[PlaceRequest]) -> Sequence[list[Order] | BaseException]:
        async def _place(batch: Sequence[PlaceRequest]) -> Sequence[list[Order] | BaseException]:
            return await place_orders(self._ctx, self._serials, batch)

        try:
            answers = await decide(_place, requests)
        finally:
            # Not when the buyer hangs up: the request is still being decided then.
            for request in requests:
                self._in_flight.pop(request.answer_key, None)
        await self._ctx.broker.poke("outbox")
        return answers
