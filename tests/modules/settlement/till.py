"""Sells, completes, settles and refunds orders, and looks at the books."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.conftest import SignUp, once
from tests.modules.orders.market import Buyer, Market

from xiaodian.contracts.accounting import escrow_account, shop_account
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.contracts.orders import LineRefund, OrderId, OrderRefund
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement
from xiaodian.modules.settlement.service.settle_orders import note_due, settle_due

BANK = {"holder": "王小丹", "bank": "丹东银行", "number": "6222020200001234"}


class Till:
    """What a shop, a creator, a provider and an operator do with money."""

    def __init__(self, market: Market, sign_up: SignUp, buyer: Buyer, sku_id: SkuId) -> None:
        self.market = market
        self.ctx = market.ctx
        self.shop_id = market.shop_id
        self.seller = market.seller
        self.buyer = buyer
        self.sku_id = sku_id
        self.sign_up = sign_up

    @classmethod
    async def open(cls, market: Market, sign_up: SignUp) -> "Till":
        """A shop with plenty of one product."""
        return cls(market, sign_up, await market.buyer(), await market.sku(stock=1000))

    async def operator(self) -> tuple[httpx.AsyncClient, AccountId]:
        """A new operator."""
        client, account_id = await self.sign_up("运营")
        async with self.ctx.database.connection() as connection:
            await accounts.grant_operator(connection, account_id)
        return client, account_id

    async def sell(
        self,
        quantity: int = 1,
        *,
        skus: Sequence[SkuId] = (),
        fee_bp: int = 0,
        commission_bp: int = 0,
        creator_id: AccountId | None = None,
        freight_minor: int = 0,
    ) -> OrderId:
        """An order that is placed at these rates, and paid."""
        wanted = [(sku_id, quantity) for sku_id in skus or (self.sku_id,)]
        [placed] = await self.buyer.orders(wanted)
        order_id = OrderId(UUID(placed["order_id"]))
        async with self.ctx.database.transaction() as connection:
            await connection.execute(
                "UPDATE orders.line SET fee_bp = $2, commission_bp = $3, creator_id = $4 WHERE order_id = $1",
                order_id,
                fee_bp,
                commission_bp,
                creator_id,
            )
            await connection.execute(
                "UPDATE orders.order SET freight_minor = $2, total_minor = total_minor + $2 WHERE order_id = $1",
                order_id,
                freight_minor,
            )
        await self.buyer.pay(str(order_id))
        return order_id

    async def complete(self, order_id: OrderId) -> None:
        """Shipped, received, and known to be due."""
        shipped = await self.seller.post(
            f"/api/orders/{order_id}/shipment",
            json={"carrier": "顺丰", "tracking_number": f"SF{order_id.int % 10**12:012d}"},
        )
        assert shipped.status_code == 200, shipped.text
        received = await self.buyer.client.post(f"/api/orders/{order_id}/receipt", headers=once())
        assert received.status_code == 200, received.text
        await self.note(order_id)

    async def note(self, *order_ids: OrderId) -> None:
        """What the consumer of OrderCompleted does."""
        async with self.ctx.database.transaction() as connection:
            await note_due(connection, order_ids, utc_now())

    async def settle(self, later: timedelta = timedelta(0)) -> int:
        """What the job does."""
        return await settle_due(self.ctx.database, utc_now() + later)

    async def sold(self, **how: Any) -> OrderId:
        """Sold, completed and settled."""
        order_id = await self.sell(**how)
        await self.complete(order_id)
        await self.settle()
        return order_id

    async def refund(
        self,
        order_id: OrderId,
        amounts: dict[int, int],
        *,
        freight_minor: int = 0,
        refund_id: UUID | None = None,
        now: datetime | None = None,
    ) -> UUID:
        """What an after-sale does once it is agreed: take back if settled, then give to the buyer."""
        chosen = refund_id or uuid4()
        lines = [
            LineRefund(line_no=line_no, quantity=0, refund_minor=amount, platform_minor=0)
            for line_no, amount in amounts.items()
        ]
        refund = OrderRefund(refund_id=chosen, lines=lines, freight_minor=freight_minor, reason="after_sale")
        moment = now or utc_now()
        async with self.ctx.database.transaction() as connection:
            order = (await orders.lock_orders(connection, [order_id]))[order_id]
            if await settlement.is_settled(connection, [order_id]):
                await settlement.claw_back(connection, order, lines, freight_minor, chosen, moment)
            await orders.refund_lines(connection, order, refund, moment)
        return chosen

    async def balance(self, account: str, at: datetime | None = None) -> int:
        """An account of the ledger."""
        async with self.ctx.database.connection() as connection:
            return await ledger.get_balance(connection, account, "CNY", at)

    async def escrow(self, order_id: OrderId) -> int:
        """What an order still holds."""
        return await self.balance(escrow_account(order_id))

    async def give(self, account: str, amount_minor: int) -> None:
        """Money from nowhere, for tests about what becomes of it."""
        entries = [Entry(account=account, amount_minor=amount_minor), Entry(account="x", amount_minor=-amount_minor)]
        transfer = Transfer(transfer_id=uuid4(), kind="gift", currency="CNY", entries=entries, reference=account)
        async with self.ctx.database.transaction() as connection:
            await ledger.post_many(connection, [transfer])

    async def rich(self, amount_minor: int) -> None:
        """The shop has money and a bank account."""
        await self.give(shop_account(self.shop_id), amount_minor)
        answer = await self.seller.put(f"/api/shops/{self.shop_id}/bank-account", json=BANK)
        assert answer.status_code == 200, answer.text

    async def ask_payout(self, amount_minor: int, key: str | None = None) -> httpx.Response:
        """The shop asks for its money."""
        return await self.seller.post(
            f"/api/shops/{self.shop_id}/payouts",
            json={"amount_minor": amount_minor},
            headers={"Idempotency-Key": key or uuid4().hex},
        )

    async def see(self, path: str) -> Any:
        """Something of the shop, as its seller sees it."""
        answer = await self.seller.get(f"/api/shops/{self.shop_id}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()
