"""What tests of an order's life do again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.conftest import once
from tests.modules.orders.market import Buyer, Market

from xiaodian.contracts.orders import LineRefund, Order, OrderId, OrderRefund
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import api as orders
from xiaodian.modules.orders import jobs as orders_jobs
from xiaodian.modules.payments import jobs as payments_jobs

CARRIER = "顺丰速运"


def shipment() -> dict[str, str]:
    """A parcel that nobody else has."""
    return {"carrier": CARRIER, "tracking_number": f"SF{uuid4().int % 10**13:013d}"}


async def post(client: httpx.AsyncClient, order: dict[str, Any], deed: str, body: dict[str, Any] | None = None) -> Any:
    """Do something with an order, for the first time."""
    return await client.post(f"/api/orders/{order['order_id']}/{deed}", json=body, headers=once())


async def paid(market: Market, buyer: Buyer, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """An order that is paid, of goods of its own."""
    order = await buyer.order(await market.sku(), quantity, **more)
    await buyer.pay(order["order_id"])
    return await buyer.see(order["order_id"])


async def shipped(market: Market, buyer: Buyer, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """An order on its way."""
    order = await paid(market, buyer, quantity, **more)
    answer = await post(market.seller, order, "shipment", shipment())
    assert answer.status_code == 200, answer.text
    return await buyer.see(order["order_id"])


async def track(client: httpx.AsyncClient, order: dict[str, Any], *events: dict[str, Any]) -> httpx.Response:
    """Tell tracking events; those without a time happened now."""
    now_ms = int(utc_now().timestamp() * 1000)
    told = [{"at_ms": now_ms, "place": "丹东", "text": ""} | event for event in events]
    return await client.post(f"/api/orders/{order['order_id']}/tracking", json={"events": told})


async def run_job(ctx: Context, name: str) -> None:
    """Run one of the worker's jobs once."""
    [job] = [job for job in [*payments_jobs.jobs(ctx), *orders_jobs.jobs(ctx)] if job.name == name]
    await job.run()


async def refund(
    market: Market,
    order_id: str,
    *lines: tuple[int, int, int, int],
    freight_minor: int = 0,
    refund_id: UUID | None = None,
    now: datetime | None = None,
) -> Order:
    """Give back (line number, pieces, to the buyer, to the platform), as after-sales do."""
    async with market.ctx.database.transaction() as connection:
        found = await orders.lock_orders(connection, [UUID(order_id)])
        back = OrderRefund(
            refund_id=refund_id or uuid4(),
            lines=[
                LineRefund(line_no=line[0], quantity=line[1], refund_minor=line[2], platform_minor=line[3])
                for line in lines
            ],
            freight_minor=freight_minor,
            reason="after_sale",
        )
        return await orders.refund_lines(connection, found[OrderId(UUID(order_id))], back, now or utc_now())


async def escrow(market: Market, order_id: str) -> int:
    """What lies in an order's escrow."""
    async with market.ctx.database.connection() as connection:
        return int(
            await connection.fetchval(
                "SELECT coalesce(sum(amount_minor), 0) FROM ledger.entry WHERE account = $1", f"escrow:{order_id}"
            )
        )


async def settle(client: httpx.AsyncClient) -> None:
    """Wait until the process that this client talks to has handled what it acknowledged."""
    app: Any = client._transport
    await app.app.state.order_desk.cashier.settle()
