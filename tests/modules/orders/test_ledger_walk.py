"""Orders driven about at random: whatever happens in whatever order, money, stock, coupons and limits add up."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from tests.conftest import SignUp
from tests.modules.orders.life import refund
from tests.modules.orders.market import Market, open_market
from tests.modules.orders.walk import PICK, OrderRules, Walk, walk_at_random

from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.edge.context import Context

STOCK = 12


class RefundWalk(Walk):
    """Money also goes back, as it does for after-sales."""

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

    async def _subsidy(self, line: dict[str, Any]) -> int:
        return int(line["platform_off_minor"]) if not line["refunded_quantity"] else 0


class RefundRules(OrderRules):
    """The same for hypothesis."""

    walk: RefundWalk

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


async def test_money_stock_coupons_and_limits_add_up_after_each_step_whatever_anybody_does(
    ctx: Context, sign_up: SignUp, market: Market
) -> None:
    markets = [market, await open_market(ctx, sign_up)]
    await market.coupon(quota=6)
    await market.platform_coupon(quota=6)
    await market.freight(800)

    async def _open_walk() -> RefundWalk:
        # What an earlier walk has left may be finished by this one's clock and workers, and must add up still.
        sku_ids = [
            *await markets[0].product([STOCK, STOCK]),
            *await markets[1].product([STOCK]),
        ]
        await markets[0].limit(sku_ids[0], 7)
        return RefundWalk(markets, await market.buyer(), sku_ids)

    await walk_at_random(RefundRules, _open_walk, walks=8, steps=30)
    async with ctx.database.connection() as connection:
        deeds = {row["deed"] for row in await connection.fetch("SELECT DISTINCT deed FROM orders.move")}
        reasons = {row["reason"] for row in await connection.fetch("SELECT DISTINCT reason FROM payments.refund")}
    # A walk that went nowhere would prove nothing.
    assert deeds >= {"pay", "cancel", "time_out", "ship", "deliver", "auto_complete", "close_refunded"}
    assert reasons >= {"cancelled", "after_sale"}
