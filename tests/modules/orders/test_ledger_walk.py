"""Orders driven about at random: whatever happens in whatever order, stock and ledger add up."""

import random
from datetime import timedelta
from typing import Any

import pytest
from tests.modules.orders.market import Buyer, Market

from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.run_clock import cancel_overdue_payments, complete_overdue_receipts

STEPS = 120
STOCK = 60


class Walk:
    """One buyer and one seller who do anything at any time."""

    def __init__(self, market: Market, buyer: Buyer, sku_ids: list[Any], chance: random.Random) -> None:
        self.market = market
        self.buyer = buyer
        self.sku_ids = sku_ids
        self.chance = chance
        self.order_ids: list[str] = []
        self.charge_ids: list[str] = []

    async def step(self) -> None:
        """Do something; a refusal is as good as a deed."""
        anything = [self.start, self.decide, self.ship, self.receive, self.cancel, self.wait]
        deed = self.chance.choice([self.place, self.place, self.go_on, self.go_on, self.go_on, self.go_on, *anything])
        await deed()

    async def go_on(self) -> None:
        """Take some order one step further."""
        if (order_id := self._some(self.order_ids)) is None:
            return
        self.order_ids.append(order_id)
        state = (await self.buyer.see(order_id))["state"]
        if state == "pending_payment":
            await self.start()
            await self.decide()
        elif state == "paid":
            await self.ship()
        elif state == "shipped":
            await self.receive()

    async def place(self) -> None:
        wanted = [
            (sku_id, self.chance.randint(1, 3))
            for sku_id in self.chance.sample(self.sku_ids, self.chance.randint(1, 2))
        ]
        code = self.chance.choice([None, "SAVE5"])
        answer = await self.buyer.checkout(wanted, coupon_code=code)
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            self.order_ids.append(answer.json()["order_id"])

    async def start(self) -> None:
        if order_id := self._some(self.order_ids):
            answer = await self.buyer.client.post(
                f"/api/orders/{order_id}/payment",
                json={"provider": "sandbox"},
                headers={"Idempotency-Key": str(self.chance.random())},
            )
            assert answer.status_code in (201, 409), answer.text
            if answer.status_code == 201:
                self.charge_ids.append(answer.json()["charge_id"])

    async def decide(self) -> None:
        if charge_id := self._some(self.charge_ids):
            await self.buyer.decide(charge_id, self.chance.choice(["succeed", "succeed", "fail"]))

    async def ship(self) -> None:
        await self._post(self.market.seller, "shipment", {"carrier": "顺丰", "tracking_number": "SF123456"})

    async def receive(self) -> None:
        await self._post(self.buyer.client, "receipt", None)

    async def cancel(self) -> None:
        await self._post(self.chance.choice([self.buyer.client, self.market.seller]), "cancel", {})

    async def wait(self) -> None:
        later = utc_now() + timedelta(days=self.chance.choice([0, 1, 8]))
        await cancel_overdue_payments(self.market.ctx.database, later)
        await complete_overdue_receipts(self.market.ctx.database, later)

    async def _post(self, client: Any, deed: str, body: Any) -> None:
        if order_id := self._some(self.order_ids):
            answer = await client.post(f"/api/orders/{order_id}/{deed}", json=body)
            assert answer.status_code in (200, 409), answer.text

    def _some(self, ids: list[str]) -> str | None:
        return self.chance.choice(ids[-2:]) if ids else None


async def check(market: Market) -> None:
    """What must always hold, over every row."""
    async with market.ctx.database.connection() as connection:
        stock = await connection.fetch(
            """
            SELECT on_hand, reserved, sold,
                coalesce(sum(quantity) FILTER (WHERE o.state = 'pending_payment'), 0) AS held,
                coalesce(sum(quantity) FILTER (WHERE o.state IN ('paid', 'shipped', 'completed')), 0) AS gone
            FROM catalog.stock LEFT JOIN orders.line AS l USING (sku_id)
                LEFT JOIN orders.order AS o USING (shop_id, order_id)
            GROUP BY sku_id
            """
        )
        for row in stock:
            assert (row["reserved"], row["sold"], row["on_hand"]) == (row["held"], row["gone"], STOCK - row["gone"])
        money = await connection.fetch(
            """
            SELECT o.state, o.total_minor, (
                SELECT coalesce(sum(amount_minor), 0) FROM ledger.entry WHERE account = 'escrow:' || o.order_id
            ) AS escrow FROM orders.order AS o
            """
        )
        for row in money:
            assert row["escrow"] == (row["total_minor"] if row["state"] in ("paid", "shipped") else 0)
        earned = await connection.fetchval("SELECT sum(total_minor) FROM orders.order WHERE state = 'completed'")
        unbalanced = await connection.fetchval(
            "SELECT count(*) FROM (SELECT FROM ledger.entry GROUP BY transfer_id HAVING sum(amount_minor) <> 0) AS bad"
        )
        redeemed = await connection.fetchrow(
            """
            SELECT (SELECT redeemed FROM promotion.coupon) AS counted,
                (SELECT count(*) FROM promotion.redemption WHERE released_at IS NULL) AS rows
            """
        )
    assert unbalanced == 0
    assert (await market.balances()).get("shop", 0) == (earned or 0)
    assert sum((await market.balances()).values()) == 0
    assert redeemed is not None
    assert redeemed["counted"] == redeemed["rows"] <= 15


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_stock_and_ledger_add_up_whatever_buyers_and_sellers_do(market: Market, seed: int) -> None:
    sku_ids, buyer = await market.product([STOCK, STOCK, STOCK]), await market.buyer()
    await market.coupon(quota=15)
    walk = Walk(market, buyer, list(sku_ids), random.Random(seed))
    for number in range(STEPS):
        await walk.step()
        if number % 20 == 19:
            await check(market)
    states = {order["state"] for order in (await buyer.client.get("/api/me/orders?limit=100")).json()["items"]}
    assert {"completed", "cancelled"} <= states
