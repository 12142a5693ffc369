"""Orders driven about at random: one buyer and two sellers, and the machine by which hypothesis drives them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.modules.orders.books import check_books
from tests.modules.orders.life import post, run_job, shipment, track
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market

from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.run_clock import (
    cancel_overdue_payments,
    complete_overdue_receipts,
    handle_left_notices,
)

T = TypeVar("T")

PICK = st.integers(min_value=0, max_value=1_000_000)
"""Whatever there is at that moment, by number: the later steps depend on what the earlier ones have made."""


class Walk:
    """One buyer and two sellers who do anything at any time. A refusal is as good as a deed."""

    def __init__(self, markets: list[Market], buyer: Buyer, sku_ids: list[Any]) -> None:
        self.markets = markets
        self.buyer = buyer
        self.sku_ids = sku_ids
        self.orders: list[dict[str, Any]] = []
        self.charges: list[dict[str, Any]] = []
        self.rooms: dict[UUID, RoomId] = {}
        """Where SKUs are bought, if in a room."""

    async def checkout(self, wanted: list[tuple[int, int]], *, shop_coupon: bool, platform_coupon: bool) -> None:
        lines = {self.sku_ids[number % len(self.sku_ids)]: quantity for number, quantity in wanted}
        answer = await self.buyer.checkout(
            [(sku_id, quantity, PRICE_MINOR, self.rooms.get(sku_id)) for sku_id, quantity in lines.items()],
            shops=self.markets[0].said("SAVE5") if shop_coupon else [],
            platform_coupon_code="PLAT10" if platform_coupon else None,
        )
        assert answer.status_code in (201, 409, 422), answer.text
        if answer.status_code == 201:
            self.orders += answer.json()["orders"]

    async def start_payment(self, picks: list[int]) -> None:
        if self.orders:
            order_ids = list({self._some(self.orders, pick)["order_id"] for pick in picks})
            answer = await self.buyer.client.post(
                "/api/payments",
                json={"order_ids": order_ids, "provider": "sandbox"},
                headers={"Idempotency-Key": uuid4().hex},
            )
            assert answer.status_code in (201, 409), answer.text
            if answer.status_code == 201:
                self.charges.append(answer.json())

    async def end_payment(self, pick: int, outcome: str) -> None:
        if self.charges:
            path = f"/api/sandbox/charges/{self._some(self.charges, pick)['charge_id']}/decision"
            answer = await self.buyer.client.post(path, json={"outcome": outcome, "delay_s": 0})
            assert answer.status_code in (200, 409), answer.text

    async def act(self, pick: int, deed: str, *, as_buyer: bool, body: Any = None) -> None:
        if self.orders:
            order = self._some(self.orders, pick)
            client = self.buyer.client if as_buyer else self._seller_of(order).seller
            answer = await post(client, order, deed, body)
            assert answer.status_code in (200, 404, 409), answer.text

    async def deliver(self, pick: int) -> None:
        if self.orders:
            order = self._some(self.orders, pick)
            answer = await track(self._seller_of(order).seller, order, {"kind": "delivered"})
            assert answer.status_code in (200, 409), answer.text

    async def wait(self, days: int) -> None:
        later = utc_now() + timedelta(days=days, minutes=20 * (days >= 0))
        database = self.markets[0].ctx.database
        await asyncio.gather(*(cancel_overdue_payments(database, later) for _ in range(2)))
        await asyncio.gather(*(complete_overdue_receipts(database, later) for _ in range(2)))

    async def work(self) -> None:
        """What workers do besides: callbacks that come late, what we ask of providers, refunds."""
        ctx = self.markets[0].ctx
        async with ctx.database.connection() as connection:
            await connection.execute("UPDATE payments.charge SET ask_at = now() WHERE ask_at IS NOT NULL")
        for name in ("payments_ask_about_charges", "payments_deliver_sandbox_callbacks"):
            await run_job(ctx, name)
        await handle_left_notices(ctx.database, utc_now())
        await run_job(ctx, "payments_carry_out_refunds")

    async def check(self) -> None:
        async with self.markets[0].ctx.database.connection() as connection:
            await check_books(connection)

    def _seller_of(self, order: dict[str, Any]) -> Market:
        return next(market for market in self.markets if str(market.shop_id) == order["shop_id"])

    def _some(self, things: list[dict[str, Any]], pick: int) -> dict[str, Any]:
        # The newest are picked most, so that some get far.
        return things[-1 - pick % min(len(things), 4)]


class WalkMachine(RuleBasedStateMachine):
    """A walk as hypothesis drives it, from a thread of its own."""

    walk: Walk
    loop: asyncio.AbstractEventLoop
    open_walk: Any
    failures: list[Exception]

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Do it in the test's event loop."""
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)
        except Exception as failure:
            self.failures.append(failure)
            raise

    @initialize()
    def begin(self) -> None:
        """A buyer and goods of this walk's own."""
        self.walk = self.run(self.open_walk())

    @invariant()
    def books_add_up(self) -> None:
        """After each step."""
        if hasattr(self, "walk"):
            self.run(self.walk.check())


class OrderRules(WalkMachine):
    """What may happen to orders."""

    @rule(
        wanted=st.lists(st.tuples(PICK, st.integers(1, 4)), min_size=1, max_size=3),
        shop_coupon=st.booleans(),
        platform_coupon=st.booleans(),
    )
    def checkout(self, wanted: list[tuple[int, int]], shop_coupon: bool, platform_coupon: bool) -> None:
        """Buy of one shop or both."""
        self.run(self.walk.checkout(wanted, shop_coupon=shop_coupon, platform_coupon=platform_coupon))

    @rule(picks=st.lists(PICK, min_size=1, max_size=3))
    def start_payment(self, picks: list[int]) -> None:
        """Begin to pay some orders."""
        self.run(self.walk.start_payment(picks))

    @rule(wanted=st.lists(st.tuples(PICK, st.integers(1, 2)), min_size=1, max_size=2), steps=st.integers(1, 4))
    def buy(self, wanted: list[tuple[int, int]], steps: int) -> None:
        """What mostly happens: buy, pay, ship, deliver, or the first of that."""
        self.run(self.walk.checkout(wanted, shop_coupon=False, platform_coupon=steps == 3))
        self.run(self.walk.start_payment([0, 1]) if len(wanted) > 1 else self.walk.start_payment([0]))
        if steps > 1:
            self.run(self.walk.end_payment(0, "succeed"))
        if steps > 2:
            self.run(self.walk.act(0, "shipment", as_buyer=False, body=shipment()))
        if steps > 3:
            self.run(self.walk.deliver(0))

    @rule(pick=PICK, outcome=st.sampled_from(["succeed", "fail", "succeed_twice", "out_of_order", "later", "never"]))
    def end_payment(self, pick: int, outcome: str) -> None:
        """However a provider tells of it, and however late."""
        self.run(self.walk.end_payment(pick, outcome))

    # One rule for all of it: hypothesis leaves out whole rules in some of its walks.
    @rule(
        pick=PICK, deed=st.sampled_from(["shipment", "tracking", "receipt", "cancel", "cancel"]), as_buyer=st.booleans()
    )
    def act(self, pick: int, deed: str, as_buyer: bool) -> None:
        """Somebody does something to an order, may they or not."""
        if deed == "tracking":
            self.run(self.walk.deliver(pick))
            return
        bodies = {"shipment": shipment(), "receipt": None, "cancel": {}}
        self.run(self.walk.act(pick, deed, as_buyer=as_buyer, body=bodies[deed]))

    @rule(days=st.sampled_from([-3650, -1, 0, 0, 8, 16, 36500]))
    def wait(self, days: int) -> None:
        """Time passes, or the clock jumps."""
        self.run(self.walk.wait(days))

    @rule()
    def work(self) -> None:
        """Workers catch up."""
        self.run(self.walk.work())


async def walk_at_random(
    machine: type[WalkMachine], open_walk: Callable[[], Awaitable[Walk]], *, walks: int, steps: int
) -> None:
    """So many walks of so many steps, always the same ones. Raises what went wrong first."""
    failures: list[Exception] = []
    ours = {"loop": asyncio.get_running_loop(), "open_walk": staticmethod(open_walk), "failures": failures}
    chosen = settings(
        max_examples=walks,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, type("Machine", (machine,), ours), settings=chosen)
    except Exception as error:
        # What was written stays written, so a walk cannot be walked again as hypothesis would like to.
        raise (failures[0] if failures else error) from error
