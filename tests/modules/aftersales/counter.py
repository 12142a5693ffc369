"""The counter for after-sales: a shop, a buyer, an operator, and orders as far as a test needs them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.conftest import once
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market
from tests.outbox import list_envelopes

from xiaodian.app import consumers, jobs
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import SkuId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.aftersales.service.run_clock import time_out

SHIPMENT = {"carrier": "顺丰速运", "tracking_number": "SF1234567890"}
BACK = {"carrier": "中通快递", "tracking_number": "753123456789"}
ADDRESS = {"recipient": "王仓库", "phone": "13900000009", "region": "辽宁省 丹东市 振兴区", "detail": "仓库 3 号"}
PICTURE = "/media/pictures/broken.webp"
FREIGHT_MINOR = 600

_decode = msgspec.json.Decoder(Envelope).decode


class Counter:
    """All through the public HTTP interface, but for time, which tests tell."""

    def __init__(self, market: Market, buyer: Buyer, operator: httpx.AsyncClient) -> None:
        self.market = market
        self.buyer = buyer
        self.operator = operator
        self.ctx = market.ctx
        self._told: set[UUID] = set()

    @property
    def seller(self) -> httpx.AsyncClient:
        """The shop's owner."""
        return self.market.seller

    async def paid(self, sku_id: SkuId, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """A paid order of one line."""
        order = await self.buyer.order(sku_id, quantity, **more)
        await self.buyer.pay(order["order_id"])
        return await self.buyer.see(order["order_id"])

    async def shipped(self, sku_id: SkuId, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """An order on its way."""
        order = await self.paid(sku_id, quantity, **more)
        answer = await self.seller.post(f"/api/orders/{order['order_id']}/shipment", json=SHIPMENT)
        assert answer.status_code == 200, answer.text
        return await self.buyer.see(order["order_id"])

    async def completed(self, sku_id: SkuId, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """An order whose buyer has said that it came."""
        return await self.receive(await self.buyer.order(sku_id, quantity, **more))

    async def receive(self, order: dict[str, Any]) -> dict[str, Any]:
        """Pay, ship and receive an order that was placed."""
        path = f"/api/orders/{order['order_id']}"
        await self.buyer.pay(order["order_id"])
        shipped = await self.seller.post(f"{path}/shipment", json=SHIPMENT)
        assert shipped.status_code == 200, shipped.text
        received = await self.buyer.client.post(f"{path}/receipt", headers=once())
        assert received.status_code == 200, received.text
        return await self.buyer.see(order["order_id"])

    async def try_ask(self, order: dict[str, Any], kind: str, quantity: int = 1, /, **more: Any) -> httpx.Response:
        """Ask for an after-sale of the first line."""
        body = {"line_no": 0, "kind": kind, "quantity": quantity, "reason": "quality", "description": "坏了"} | more
        return await self.buyer.client.post(
            f"/api/orders/{order['order_id']}/after-sales", json=body, headers={"Idempotency-Key": uuid4().hex}
        )

    async def ask(self, order: dict[str, Any], kind: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """Ask for one that must be taken."""
        answer = await self.try_ask(order, kind, quantity, **more)
        assert answer.status_code == 201, answer.text
        asked: dict[str, Any] = answer.json()
        return asked

    async def try_to(
        self, who: httpx.AsyncClient, after_sale: dict[str, Any], deed: str, body: Any = None, key: str = ""
    ) -> httpx.Response:
        """Do something with it: `agreement`, `refusal`, …"""
        return await who.post(
            f"/api/after-sales/{after_sale['after_sale_id']}/{deed}",
            json=body,
            headers={"Idempotency-Key": key or uuid4().hex},
        )

    async def do(
        self, who: httpx.AsyncClient, after_sale: dict[str, Any], deed: str, body: Any = None
    ) -> dict[str, Any]:
        """Do something that must succeed; answers it as it is then."""
        answer = await self.try_to(who, after_sale, deed, body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def agree(self, after_sale: dict[str, Any]) -> dict[str, Any]:
        """The seller agrees, and tells an address."""
        return await self.do(self.seller, after_sale, "agreement", {"return_address": ADDRESS})

    async def refuse(self, after_sale: dict[str, Any]) -> dict[str, Any]:
        """The seller refuses."""
        return await self.do(self.seller, after_sale, "refusal", {"reason": "已拆封", "picture_urls": [PICTURE]})

    async def escalate(self, after_sale: dict[str, Any]) -> dict[str, Any]:
        """The buyer has it decided."""
        return await self.do(self.buyer.client, after_sale, "escalation", {"note": "请平台看看"})

    async def rule(self, after_sale: dict[str, Any], outcome: str, **more: Any) -> dict[str, Any]:
        """The operator decides."""
        return await self.do(self.operator, after_sale, "ruling", {"outcome": outcome, "note": "依据照片"} | more)

    async def send_back(self, after_sale: dict[str, Any]) -> dict[str, Any]:
        """The buyer sends the goods back."""
        return await self.do(self.buyer.client, after_sale, "return-shipment", BACK)

    async def see(self, after_sale: dict[str, Any], who: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """It as the buyer (or who is named) sees it."""
        answer = await (who or self.buyer.client).get(f"/api/after-sales/{after_sale['after_sale_id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def stay_silent(self, days: int = 60) -> int:
        """Nobody says anything for so long; answers on how many after-sales that was an answer."""
        return await time_out(self.ctx.database, utc_now() + timedelta(days=days))

    async def work(self) -> None:
        """What workers do: refunds are carried out, what is due is settled, events are told to whom they concern."""
        for _ in range(4):
            await self.tell()
            for job in jobs(self.ctx):
                if job.name.startswith(("payments_carry", "payments_handle_refund", "settlement")):
                    await job.run()

    async def escrow(self, order: dict[str, Any]) -> int:
        """What lies in the order's escrow."""
        async with self.ctx.database.connection() as connection:
            found = await connection.fetchval(
                "SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger.entry WHERE account = $1",
                f"escrow:{order['order_id']}",
            )
        return int(found)

    async def holds(self, order: dict[str, Any]) -> int:
        """How many after-sales hold the order's settlement back."""
        async with self.ctx.database.connection() as connection:
            return int(
                await connection.fetchval("SELECT holds FROM orders.order WHERE order_id = $1", UUID(order["order_id"]))
            )

    def forget(self) -> None:
        """The broker does not know what it has told, and tells all of it again."""
        self._told.clear()

    async def tell(self) -> None:
        """Events reach whom they concern."""
        async with self.ctx.database.connection() as connection:
            told = await list_envelopes(connection)
        envelopes = [envelope for envelope in told if envelope.event_id not in self._told]
        self._told |= {envelope.event_id for envelope in envelopes}
        for consumer in consumers(self.ctx):
            if not consumer.durable.startswith(("aftersales", "settlement")):
                continue
            concerned = [envelope for envelope in envelopes if envelope.type in consumer.event_types]
            if concerned:
                await consumer.handle(concerned)


__all__ = ["ADDRESS", "BACK", "FREIGHT_MINOR", "PICTURE", "PRICE_MINOR", "SHIPMENT", "Counter"]
