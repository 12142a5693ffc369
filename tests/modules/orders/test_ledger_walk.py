"""Orders driven about at random: whatever happens in whatever order, money, stock, coupons and limits add up."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.conftest import SignUp
from tests.modules.orders.books import check_books
from tests.modules.orders.life import post, refund, run_job, shipment, track
from tests.modules.orders.market import Buyer, Market, open_market

from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.run_clock import (
    cancel_overdue_payments,
    complete_overdue_receipts,
    handle_left_notices,
)

T = TypeVar("T")

STOCK = 12
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

    async def checkout(self, wanted: list[tuple[int, int]], *, shop_coupon: bool, platform_coupon: bool) -> None:
        lines = {self.sku_ids[number % len(self.sku_ids)]: quantity for number, quantity in wanted}
        answer = await self.buyer.checkout(
            list(lines.items()),
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

    async def give_back(self, pick: int, line_pick: int, quantity: int, share: float, *, freight: bool) -> None:
        """Some pieces, some money: often more than there is."""
        if not self.orders:
            return
        order = await self.buyer.see(self._some(self.orders, pick)["order_id"])
        line = self._some(order["lines"], line_pick)
        left_minor = line["paid_minor"] - line["refunded_minor"]
        back = (line["line_no"], quantity, round(left_minor * share), 0)
        if share == 1.0:
            back = (
                line["line_no"],
                line["quantity"] - line["refunded_quantity"],
                left_minor,
                await self._subsidy(line),
            )
        try:
            await refund(self._seller_of(order), order["order_id"], back, freight_minor=800 if freight else 0)
        except RefundTooLargeError:
            return

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

    async def _subsidy(self, line: dict[str, Any]) -> int:
        return int(line["platform_off_minor"]) if not line["refunded_quantity"] else 0

    def _seller_of(self, order: dict[str, Any]) -> Market:
        return next(market for market in self.markets if str(market.shop_id) == order["shop_id"])

    def _some(self, things: list[dict[str, Any]], pick: int) -> dict[str, Any]:
        # The newest are picked most, so that some get far.
        return things[-1 - pick % min(len(things), 4)]


class WalkMachine(RuleBasedStateMachine):
    """The walk as hypothesis drives it, from a thread of its own."""

    walk: Walk
    loop: asyncio.AbstractEventLoop
    open_walk: Any
    failures: list[AssertionError]

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Do it in the test's event loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    @initialize()
    def begin(self) -> None:
        """A buyer and goods of this walk's own."""
        self.walk = self.run(self.open_walk())

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

    @rule(
        pick=PICK,
        line_pick=PICK,
        quantity=st.integers(0, 3),
        share=st.sampled_from([0.0, 0.1, 0.5, 1.0, 1.0, 1.0, 1.5]),
        freight=st.booleans(),
    )
    def give_back(self, pick: int, line_pick: int, quantity: int, share: float, freight: bool) -> None:
        """As after-sales do."""
        self.run(self.walk.give_back(pick, line_pick, quantity, share, freight=freight))

    @rule(days=st.sampled_from([-3650, -1, 0, 0, 8, 16, 36500]))
    def wait(self, days: int) -> None:
        """Time passes, or the clock jumps."""
        self.run(self.walk.wait(days))

    @rule()
    def work(self) -> None:
        """Workers catch up."""
        self.run(self.walk.work())

    @invariant()
    def books_add_up(self) -> None:
        """After each step."""
        if not hasattr(self, "walk"):
            return
        try:
            self.run(self.walk.check())
        except AssertionError as failure:
            self.failures.append(failure)
            raise


async def test_money_stock_coupons_and_limits_add_up_after_each_step_whatever_anybody_does(
    ctx: Context, sign_up: SignUp, market: Market
) -> None:
    markets = [market, await open_market(ctx, sign_up)]
    await market.coupon(quota=6)
    await market.platform_coupon(quota=6)
    await market.freight(800)

    async def _open_walk() -> Walk:
        # What an earlier walk has left may be finished by this one's clock and workers, and must add up still.
        sku_ids = [
            *await markets[0].product([STOCK, STOCK]),
            *await markets[1].product([STOCK]),
        ]
        await markets[0].limit(sku_ids[0], 7)
        return Walk(markets, await market.buyer(), sku_ids)

    failures: list[AssertionError] = []
    ours = {"loop": asyncio.get_running_loop(), "open_walk": staticmethod(_open_walk), "failures": failures}
    machine = type("Machine", (WalkMachine,), ours)
    walks = settings(
        max_examples=8,
        stateful_step_count=30,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=walks)
    except Exception as error:
        # What was written stays written, so a walk cannot be walked again as hypothesis would like to.
        raise (failures[0] if failures else error) from error
    async with ctx.database.connection() as connection:
        deeds = {row["deed"] for row in await connection.fetch("SELECT DISTINCT deed FROM orders.move")}
        reasons = {row["reason"] for row in await connection.fetch("SELECT DISTINCT reason FROM payments.refund")}
    # A walk that went nowhere would prove nothing.
    assert deeds >= {"pay", "cancel", "time_out", "ship", "deliver", "auto_complete", "close_refunded"}
    assert reasons >= {"cancelled", "after_sale"}
