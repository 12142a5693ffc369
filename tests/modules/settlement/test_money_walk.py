"""Sales, refunds, settlements and payouts in random order: after each step every cent has two sides."""

import random
from uuid import uuid4

import pytest
from tests.modules.settlement.till import BANK, Till

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.ledger.service.make_checkpoints import make_checkpoints
from xiaodian.modules.orders import api as orders

STEPS = 25


class Walk:
    """One thing after another; remembers which orders there are."""

    def __init__(self, till: Till, creator_id: AccountId, dice: random.Random) -> None:
        self.till = till
        self.creator_id = creator_id
        self.dice = dice
        self.paid: list[OrderId] = []
        self.completed: list[OrderId] = []

    async def sell(self) -> None:
        """At any rates."""
        self.paid.append(
            await self.till.sell(
                fee_bp=self.dice.randrange(1000),
                commission_bp=self.dice.randrange(3000),
                creator_id=self.dice.choice([self.creator_id, None]),
                freight_minor=self.dice.choice([0, 333]),
            )
        )

    async def complete(self) -> None:
        """One of those that are paid."""
        if self.paid:
            order_id = self.paid.pop(self.dice.randrange(len(self.paid)))
            await self.till.complete(order_id)
            self.completed.append(order_id)

    async def settle(self) -> None:
        """All that is due."""
        await self.till.settle()

    async def refund(self) -> None:
        """Some of an order, or more than is left of it."""
        if self.completed:
            amount = self.dice.choice([1, 999, 1500])
            try:
                await self.till.refund(self.dice.choice(self.completed), {0: amount})
            except RefundTooLargeError:
                return

    async def pay_out(self) -> None:
        """Perhaps more than there is."""
        answer = await self.till.ask_payout(self.dice.choice([100, 5000]))
        assert answer.status_code in (201, 409), answer.text

    async def deposit(self) -> None:
        """Put in or taken back, perhaps more than there is."""
        path = self.dice.choice(["deposit", "deposit/withdrawal"])
        answer = await self.till.seller.post(
            f"/api/shops/{self.till.shop_id}/{path}",
            json={"amount_minor": 300},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert answer.status_code in (200, 409), answer.text

    async def check(self) -> None:
        """The books hold: each order's escrow is what the order says, or nothing once it is settled."""
        await make_checkpoints(self.till.ctx.database, worth=2, look_at_every=1)
        async with self.till.ctx.database.connection() as connection:
            assert await ledger.find_faults(connection) == []
            found = await orders.find_orders(connection, [*self.paid, *self.completed])
            rows = await connection.fetch("SELECT order_id, shop_minor, back_shop_minor FROM settlement.settlement")
        settled = {row["order_id"] for row in rows}
        for order in found.values():
            wanted = 0 if order.order_id in settled else order.escrow_minor
            assert await self.till.escrow(order.order_id) == wanted


@pytest.mark.parametrize("seed", [1, 11])
async def test_the_books_hold_after_every_step(till: Till, seed: int) -> None:
    _, creator_id = await till.sign_up("达人")
    await till.seller.put(f"/api/shops/{till.shop_id}/bank-account", json=BANK)
    walk = Walk(till, creator_id, random.Random(seed))
    deeds = [walk.sell, walk.complete, walk.complete, walk.settle, walk.refund, walk.refund, walk.pay_out, walk.deposit]
    for _ in range(STEPS):
        await walk.dice.choice(deeds)()
        await walk.check()
    statement = await till.see("balance")
    assert statement["available_minor"] == await till.balance(f"shop:{till.shop_id}")
