"""A shop with endpoints, and the worker's part in small steps."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from tests.live.stage import relay
from tests.modules.orders.market import Market

from xiaodian.contracts.base import Event
from xiaodian.contracts.orders import OrderId, ParcelTracked, TrackingOfEvent
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.catalogue import CHOOSABLE
from xiaodian.modules.webhooks.deliverer import Deliverer
from xiaodian.modules.webhooks.intake import read_all
from xiaodian.modules.webhooks.sender import Sender


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The present moment there."""
        return utc_now() + self.ahead


class Desk:
    """A seller's endpoints."""

    def __init__(self, ctx: Context, market: Market, sender: Sender) -> None:
        self.ctx = ctx
        self.market = market
        self.seller: httpx.AsyncClient = market.seller
        self.sender = sender
        self.clock = Clock()

    @property
    def path(self) -> str:
        """Path of the shop's endpoints."""
        return f"/api/shops/{self.market.shop_id}/webhooks"

    async def make(self, url: str, types: Sequence[str] = (), **more: Any) -> dict[str, Any]:
        """An endpoint (and its secret) of these types, else of all."""
        body = {"url": url, "types": list(types) or sorted(CHOOSABLE), **more}
        answer = await self.seller.post(self.path, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return {**made["endpoint"], "secret": made["secret"]}

    async def see(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        """The endpoint as it is now."""
        answer = await self.seller.get(f"{self.path}/{endpoint['endpoint_id']}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def log(self, endpoint: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        """Its deliveries, the newest first."""
        answer = await self.seller.get(
            f"{self.path}/{endpoint['endpoint_id']}/deliveries", params={"limit": 100, **query}
        )
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def do(self, endpoint: dict[str, Any], deed: str, body: Any = None) -> httpx.Response:
        """A POST below the endpoint."""
        return await self.seller.post(f"{self.path}/{endpoint['endpoint_id']}/{deed}", json=body)

    async def notices(self) -> list[tuple[str, str]]:
        """What the shop's home page says of the platform's notices."""
        answer = await self.seller.get(f"/api/shops/{self.market.shop_id}/home")
        assert answer.status_code == 200, answer.text
        return [(notice["kind"], notice["text"]) for notice in answer.json()["notices"]]

    async def happen(self, *events: Event) -> None:
        """Events of the platform, and what follows until messages wait to be sent."""
        async with self.ctx.database.transaction() as connection:
            await outbox.emit(connection, *events)
        await self.take_in()

    async def take_in(self) -> None:
        """Make messages of what is in the outbox."""
        await relay(self.ctx)
        await read_all(self.ctx)

    async def deliver(self) -> int:
        """Send what is due now; answers how many tries and results it were."""
        return await Deliverer(self.ctx, self.sender, self.clock.now).drain()

    def tracked(self, order_id: UUID, text: str, shop_id: ShopId | None = None) -> ParcelTracked:
        """A small event that needs no order to be there."""
        event = TrackingOfEvent(kind="in_transit", happened_at_ms=1_760_000_000_000, place="丹东", text=text)
        return ParcelTracked(order_id=OrderId(order_id), shop_id=shop_id or self.market.shop_id, events=[event])

    async def rows(self, table: str) -> int:
        """How many rows a table of the module has."""
        async with self.ctx.database.connection() as connection:
            return await count(connection, table)


async def count(connection: Connection, table: str) -> int:
    """Rows of a table of the module."""
    return int(await connection.fetchval(f"SELECT count(*) FROM webhooks.{table}"))
