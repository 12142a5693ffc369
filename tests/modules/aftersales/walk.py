"""A market driven about at random: orders as ever, and after-sales, settlements, claw-backs and payouts beside them."""

import asyncio
import csv
import io
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
from tests.conftest import once
from tests.modules.aftersales.books import check_all_books, list_open
from tests.modules.aftersales.counter import ADDRESS, BACK, SHIPMENT, Counter
from tests.modules.orders.life import run_job, shipment
from tests.modules.orders.market import Buyer, Market
from tests.modules.orders.walk import Walk

from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.payments import ChargeId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.aftersales.service.run_clock import time_out
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.ledger.service.make_checkpoints import make_checkpoints
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments.service.sandbox_books import RefundPlan
from xiaodian.modules.settlement import api as settlement

REFUSED = (403, 404, 409, 422)
ROUNDS = 12
"""So many times does everybody stay silent, at the most, until everything has come to its end."""
A_YEAR = 366

DEEDS: dict[str, tuple[str, Any]] = {
    "agree": ("agreement", {"return_address": ADDRESS}),
    "refuse": ("refusal", {"reason": "已拆封"}),
    "offer": ("offer", {"kind": "refund_only", "refund_minor": 101, "note": "补偿", "return_address": ADDRESS}),
    "accept_offer": ("offer/acceptance", None),
    "decline_offer": ("offer/refusal", None),
    "request_again": ("request-again", {"description": "真的坏了"}),
    "withdraw": ("withdrawal", None),
    "ship_return": ("return-shipment", BACK),
    "receive_return": ("return-receipt", {}),
    "resend": ("resend", SHIPMENT),
    "receive_exchange": ("exchange-receipt", None),
    "escalate": ("escalation", {"note": "请平台看看"}),
    "add_evidence": ("evidence", {"text": "照片"}),
    "rule_buyer": ("ruling", {"outcome": "buyer", "note": "依据照片", "with_freight": True}),
    "rule_seller": ("ruling", {"outcome": "seller", "note": "依据照片"}),
    "rule_evidence": ("ruling", {"outcome": "evidence", "note": "请补充"}),
    "rule_negotiate": ("ruling", {"outcome": "negotiate", "note": "请再谈谈"}),
}
"""How each deed of an after-sale is done."""


class Owner(NamedTuple):
    """Somebody who earns money, and where they ask for it."""

    client: httpx.AsyncClient
    account: str
    payouts: str


class Scene(NamedTuple):
    """What all walks share."""

    counter: Counter
    markets: list[Market]
    owners: list[Owner]
    creator: httpx.AsyncClient
    room_id: RoomId


class MoneyWalk(Walk):
    """One buyer, two sellers, a creator, a service provider, an operator, a payment provider and a bank."""

    def __init__(self, scene: Scene, buyer: Buyer, sku_ids: list[SkuId]) -> None:
        super().__init__(scene.markets, buyer, sku_ids)
        self.scene = scene
        self.ctx = scene.counter.ctx
        self.after_sales: list[dict[str, Any]] = []
        self.plan = RefundPlan.SUCCEED
        self.began_on = self._today()

    async def buy(self, wanted: list[tuple[int, int]], steps: int, *, platform_coupon: bool) -> None:
        """What mostly happens: buy, pay, ship, receive, settle, or the first of that."""
        await self.checkout(wanted, shop_coupon=False, platform_coupon=platform_coupon)
        await self.start_payment([0, 1] if platform_coupon else [0])
        if steps > 1:
            await self.end_payment(0, "succeed")
        if steps > 2:
            await self.act(0, "shipment", as_buyer=False, body=shipment())
        if steps > 3:
            await self.act(0, "receipt", as_buyer=True)
        if steps > 4:
            await self.settle()

    async def do(self, pick: int, deed: str, *, as_buyer: bool) -> None:
        """Somebody does something to an order, may they or not."""
        await self.act(pick, deed, as_buyer=as_buyer, body=shipment() if deed == "shipment" else {})

    async def dispute(
        self, pick: int, line_pick: int, kind: str, more: int, share: float | None, deed_picks: list[int]
    ) -> None:
        """Ask for an after-sale; some more steps of it follow, whosever turn it is."""
        known = len(self.after_sales)
        await self.ask(pick, line_pick, kind, more, share)
        if len(self.after_sales) > known:
            await self.answer(0, deed_picks, "turn")

    async def ask(self, pick: int, line_pick: int, kind: str, more: int, share: float | None) -> None:
        """Ask for money or other goods, perhaps for more than there is."""
        if not self.orders:
            return
        order = await self.buyer.see(self._some(self.orders, pick)["order_id"])
        line = self._some(order["lines"], line_pick)
        quantity = max(1, pick % (line["quantity"] - line["refunded_quantity"] + 1)) + more
        body = {"line_no": line["line_no"], "kind": kind, "quantity": quantity, "reason": "quality"}
        if share is not None and kind != "exchange":
            body["refund_minor"] = max(1, round(line["paid_minor"] * share))
        answer = await self.buyer.client.post(
            f"/api/orders/{order['order_id']}/after-sales", json=body, headers={"Idempotency-Key": uuid4().hex}
        )
        assert answer.status_code == 201 or answer.status_code in REFUSED, answer.text
        if answer.status_code == 201:
            self.after_sales.append(answer.json())

    async def answer(self, pick: int, deed_picks: list[int], who: str) -> None:
        """Those concerned go on with an after-sale."""
        for deed_pick in deed_picks if self.after_sales else ():
            await self._answer(pick, deed_pick, who)

    async def stay_silent(self) -> None:
        """The deadlines of all after-sales pass, and two workers see it at once."""
        await self._write("UPDATE aftersales.after_sale SET deadline_at = now() WHERE deadline_at > now()")
        await asyncio.gather(*(time_out(self.ctx.database, utc_now()) for _ in range(2)))

    async def settle(self) -> None:
        """Two workers settle at once."""
        await self.scene.counter.tell()
        await self._write("UPDATE settlement.due SET look_at = now() WHERE look_at > now()")
        await asyncio.gather(*(settlement.settle_due(self.ctx.database, utc_now()) for _ in range(2)))

    async def owe(self, pick: int) -> None:
        """Shops leave all they have as security; then one of them owes a buyer what it has got."""
        await self.buy([(pick, 1)], 5, platform_coupon=False)
        for number in range(len(self.markets)):
            await self.pay_deposit(number, 1.0)
        await self.dispute(0, 0, "refund_only", 0, None, [0])

    async def lose_refund(self, pick: int) -> None:
        """A seller agrees, and the provider does not carry it out."""
        await self.plan_refunds(RefundPlan.FAIL)
        await self.buy([(pick, 1)], 3, platform_coupon=False)
        await self.dispute(0, 0, "refund_only", 0, None, [0])
        await self.work()
        await self.plan_refunds(RefundPlan.SUCCEED)

    async def swap(self, pick: int) -> None:
        """An exchange goes its whole way."""
        await self.buy([(pick, 1)], 4, platform_coupon=False)
        await self.dispute(0, 0, "exchange", 0, None, [0] * 4)

    async def pay_out(self, *, is_paid: bool) -> None:
        """Everybody asks for all that they have, and gets it, or the bank does not find them."""
        for number in range(len(self.scene.owners)):
            await self.ask_payout(number, 1.0)
        await self.decide_payouts(release=True)
        await self.bank(is_paid=is_paid)

    async def plan_refunds(self, plan: RefundPlan) -> None:
        """From now on the provider carries refunds out, or refuses them, or takes its time."""
        self.plan = plan
        sandbox = payments.Providers(self.ctx).get_sandbox()
        for charge in self.charges:
            await sandbox.books.plan_refunds(ChargeId(UUID(charge["charge_id"])), plan)

    async def end_payment(self, pick: int, outcome: str) -> None:
        """The provider keeps to its plan."""
        await super().end_payment(pick, outcome)
        await self.plan_refunds(self.plan)

    async def retry_refunds(self) -> None:
        """The operator has refused refunds tried again."""
        operator = self.scene.counter.operator
        failed = (await operator.get("/api/operator/refunds", params={"limit": 100})).json()["items"]
        for refund in failed:
            answer = await operator.post(f"/api/operator/refunds/{refund['refund_id']}/retry", headers=once())
            assert answer.status_code == 200, answer.text

    async def ask_payout(self, pick: int, share: float) -> None:
        """Exactly what is there can be had, and not a cent more."""
        owner = self.scene.owners[pick % len(self.scene.owners)]
        await self._take(owner, owner.payouts, share, 201)

    async def pay_deposit(self, pick: int, share: float) -> None:
        """A shop leaves money as security."""
        market = self.markets[pick % len(self.markets)]
        owner = self.scene.owners[pick % len(self.markets)]
        await self._take(owner, f"/api/shops/{market.shop_id}/deposit", share, 200)

    async def decide_payouts(self, *, release: bool) -> None:
        """The operator decides about all that was asked for."""
        operator = self.scene.counter.operator
        for payout in (await operator.get("/api/operator/payouts", params={"state": "requested"})).json()["items"]:
            path = f"/api/operator/payouts/{payout['payout_id']}"
            answer = await (
                operator.post(f"{path}/release", headers=once())
                if release
                else operator.post(f"{path}/rejection", json={"reason": "账户异常"}, headers=once())
            )
            assert answer.status_code == 200, answer.text

    async def bank(self, *, is_paid: bool) -> None:
        """All that is released goes to the bank, which tells twice what became of it."""
        operator = self.scene.counter.operator
        made = await operator.post("/api/operator/payout-batches", headers=once())
        assert made.status_code in (201, 409), made.text
        if made.status_code == 409:
            return
        path = f"/api/operator/payout-batches/{made.json()['batch_id']}"
        file = (await operator.get(f"{path}/file")).text.lstrip("\ufeff")
        ids = [row["payout_id"] for row in csv.DictReader(io.StringIO(file))]
        assert len(ids) == made.json()["count"]
        told = "".join(f"{payout_id},{'paid' if is_paid else 'failed'},\n" for payout_id in ids)
        for _ in range(2):
            answer = await operator.post(
                f"{path}/results", files={"file": ("results.csv", told.encode(), "text/csv")}, headers=once()
            )
            assert answer.status_code == 200, answer.text

    async def work(self) -> None:
        """What workers do; the broker tells all events once more."""
        await super().work()
        await self._write("UPDATE payments.refund SET try_at = now() WHERE try_at > now()")
        await self._write("UPDATE payments.charge SET close_at = now() WHERE close_at > now()")
        await run_job(self.ctx, "payments_close_charges")
        await run_job(self.ctx, "payments_carry_out_refunds")
        self.scene.counter.forget()
        await self.scene.counter.tell()

    async def check(self) -> None:
        """All books agree."""
        await make_checkpoints(self.ctx.database, worth=2, look_at_every=1)
        async with self.ctx.database.connection() as connection:
            await check_all_books(connection)

    async def end(self) -> None:
        """Everybody falls silent but those who carry out: all comes to an end by itself."""
        await self._write("UPDATE payments.sandbox_charge SET refund_plan = 'succeed'")
        await self._write("UPDATE payments.sandbox_refund SET state = 'succeeded' WHERE state = 'pending'")
        await self.work()
        for number, order in enumerate(self.orders):
            # Nobody sends or cancels by the clock alone.
            client, deed = (self.buyer.client, "cancel") if number % 2 else (self._seller_of(order).seller, "shipment")
            body = {} if number % 2 else shipment()
            answer = await client.post(f"/api/orders/{order['order_id']}/{deed}", json=body, headers=once())
            assert answer.status_code in (200, 409), answer.text
        for _ in range(ROUNDS):
            await self.wait(A_YEAR)
            # While after-sales are open, and once silence has ended them.
            await self.settle()
            await self.stay_silent()
            await self.settle()
            await self.retry_refunds()
            await self.work()
            await self.decide_payouts(release=True)
            await self.bank(is_paid=True)
            await self.check()
            if not await self._list_open():
                break
        assert await self._list_open() == []
        for day in {self.began_on, self._today()}:
            assert await settlement.reconcile(self.ctx, day, whole_ledger=True) == []

    async def _answer(self, pick: int, deed_pick: int, who: str) -> None:
        """One of those concerned does what they may, or, if they may do nothing, something that they may not."""
        one = self._some(self.after_sales, pick)
        clients = {"buyer": self.buyer.client, "seller": self._seller_of(one).seller}
        if who == "turn":
            seen = (await clients["buyer"].get(f"/api/after-sales/{one['after_sale_id']}")).json()
            who = seen["waits_for"] or "buyer"
        client = clients.get(who, self.scene.counter.operator)
        seen = (await client.get(f"/api/after-sales/{one['after_sale_id']}")).json()
        allowed: list[str] = seen["allowed"]
        deed = (allowed or sorted(DEEDS))[deed_pick % len(allowed or DEEDS)]
        answer = await self.scene.counter.try_to(client, one, *DEEDS[deed])
        # What is allowed may still meet a shelf without pieces to exchange with.
        accepted = (200, 409) if allowed else REFUSED
        assert answer.status_code in accepted, (deed, seen["state"], answer.text)

    async def _list_open(self) -> list[str]:
        async with self.ctx.database.connection() as connection:
            return await list_open(connection)

    def _today(self) -> date:
        return settlement.date_in_books(utc_now(), self.ctx.settings.books_utc_offset_h)

    async def _take(self, owner: Owner, path: str, share: float, taken: int) -> None:
        async with self.ctx.database.connection() as connection:
            balance_minor = await ledger.get_balance(connection, owner.account, "CNY")
        amount_minor = max(1, round(balance_minor * share))
        answer = await owner.client.post(
            path, json={"amount_minor": amount_minor}, headers={"Idempotency-Key": uuid4().hex}
        )
        assert answer.status_code == (taken if amount_minor <= balance_minor else 409), (balance_minor, answer.text)

    async def _write(self, statement: str) -> None:
        connection: Connection
        async with self.ctx.database.connection() as connection:
            await connection.execute(statement)
