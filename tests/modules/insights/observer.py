"""A room that sells for two shops, its audience and buyers, and what the platform tells of them."""

import random
from collections.abc import Iterator, Sequence
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import msgspec
from nats.js.api import ConsumerConfig
from tests.conftest import SignUp
from tests.live.stage import Stage, make_product, publish, relay
from tests.modules.orders.market import Buyer, Market
from tests.outbox import list_envelopes

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import Product
from xiaodian.contracts.insights import REPORTS, BehaviourReported, GuestReported
from xiaodian.contracts.live import AnyMoment
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.work import decode_batch, decode_message
from xiaodian.modules.catalog import handlers as catalog_handlers
from xiaodian.modules.catalog.handlers import STOCK_EVENTS
from xiaodian.modules.insights import handlers
from xiaodian.modules.insights.service.count_moments import count_moments

TABLES = (
    "sale",
    "refund",
    "shop_hour",
    "shop_buyer_day",
    "room_sale_minute",
    "room_product_sale",
    "sale_elsewhere",
    "room_minute",
    "room_audience",
    "room_viewer",
    "room_account",
    "room_visit",
    "room_visit_minute",
    "room_product_visit",
    "room_watching",
)
SALES = ("OrderPlaced", "OrderPaid", "OrderCancelled", "OrderRefunded")


class Observer:
    """The host's own shop sells the stage's products; another shop's product is in the bag beside them."""

    def __init__(self, stage: Stage, sign_up: SignUp, other: httpx.AsyncClient, other_shop_id: ShopId) -> None:
        self.stage = stage
        self.ctx = stage.ctx
        self.other = other
        self.other_shop_id = other_shop_id
        self.foreign: Product = stage.products[0]
        self.market = Market(stage.ctx, sign_up, stage.host, stage.host_id)
        self.market.shop_id = stage.shop_id
        self._told: set[UUID] = set()

    @classmethod
    async def open(cls, stage: Stage, sign_up: SignUp) -> Self:
        """The room's bag holds two products of the host's shop and one of another's."""
        other, _ = await sign_up("别家")
        shop = await other.post("/api/shops", json={"name": f"别家的店 {uuid4().hex[:6]}"})
        observer = cls(stage, sign_up, other, ShopId(UUID(shop.json()["shop_id"])))
        observer.foreign = await make_product(other, observer.other_shop_id, "别家的蓝莓")
        path = f"/api/products/{observer.foreign.product_id}/commission"
        assert (await other.put(path, json={"rate_bp": 1000})).is_success
        stage.products.append(observer.foreign)
        await stage.fill_bag()
        return observer

    @property
    def products(self) -> list[Product]:
        """All that is in the bag."""
        return self.stage.products

    async def order(self, buyer: Buyer, product: Product, quantity: int = 1, *, is_paid: bool = True) -> dict[str, Any]:
        """An order from the room's bag."""
        sku = product.skus[0]
        [order] = await buyer.orders([(sku.sku_id, quantity, sku.price_minor, self.stage.room_id)])
        if is_paid:
            await buyer.pay(order["order_id"])
        return order

    async def order_from_video(
        self, product: Product, video_id: UUID, at_ms: int | None, buyer: Buyer | None = None
    ) -> dict[str, Any]:
        """A paid order from a video's bag, by somebody new or this buyer."""
        buyer, sku = buyer or await self.market.buyer(), product.skus[0]
        line = {"sku_id": str(sku.sku_id), "quantity": 1, "price_minor": sku.price_minor}
        answer = await buyer.checkout([], lines=[{**line, "video_id": str(video_id), "video_at_ms": at_ms}])
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()["orders"][0]
        await buyer.pay(order["order_id"])
        return order

    async def events(self) -> list[Envelope]:
        """Events about sales that were not handed out before, in order."""
        async with self.ctx.database.connection() as connection:
            rows = await connection.fetch("SELECT subject, payload FROM infra.outbox ORDER BY id")
        found = [
            envelope
            for row in rows
            if row["subject"].removeprefix("event.") in SALES
            for envelope in decode_message(row["payload"])
        ]
        new = [envelope for envelope in found if envelope.event_id not in self._told]
        self._told |= {envelope.event_id for envelope in new}
        return new

    async def hear(self, envelopes: Sequence[Envelope] | None = None) -> None:
        """Hand events about sales to whoever counts them."""
        heard = await self.events() if envelopes is None else envelopes
        await self._consumer("insights-sales")(heard)

    async def hear_stock(self) -> None:
        """Hand events about stock to whoever keeps the figures of products."""
        async with self.ctx.database.connection() as connection:
            stock = await list_envelopes(connection, *STOCK_EVENTS)
        [count] = [each.handle for each in catalog_handlers.consumers(self.ctx) if each.durable == "catalog-figures"]
        await count(stock)

    async def hear_elsewhere(self, envelopes: Sequence[Envelope]) -> None:
        """Hand what other platforms told of to whoever counts it."""
        await self._consumer("insights-elsewhere")(envelopes)

    async def take_reports(self, envelopes: Sequence[Envelope]) -> None:
        """Hand reports of visitors' pages to whoever counts them."""
        await self._consumer("insights-behaviour")(envelopes)

    async def reports(self) -> list[Envelope]:
        """Reports that pages sent, as the broker keeps them."""
        return await list_reports(self.ctx)

    async def moment(self, moment: AnyMoment) -> None:
        """Something happens in the room."""
        await publish(self.ctx.broker, self.stage.room_id, moment)

    async def read_on(self) -> None:
        """The worker reads on in the logs."""
        await relay(self.ctx)
        while await count_moments(self.ctx):
            pass

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every summary."""
        async with self.ctx.database.connection() as connection:
            return {
                table: sorted(
                    (tuple(row) for row in await connection.fetch(f"SELECT * FROM insights.{table}")), key=str
                )
                for table in TABLES
            }

    async def get(self, who: httpx.AsyncClient, part: str = "", **query: Any) -> dict[str, Any]:
        """The room's figures as somebody sees them."""
        answer = await who.get(f"/api/rooms/{self.stage.room_id}/metrics{part}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _consumer(self, durable: str) -> Any:
        return consumer_of(self.ctx, durable)


def consumer_of(ctx: Context, durable: str) -> Any:
    """What counts the events that one consumer takes."""
    return {consumer.durable: consumer.handle for consumer in handlers.consumers(ctx)}[durable]


async def list_reports(ctx: Context) -> list[Envelope]:
    """Reports that pages sent, as the broker keeps them."""
    broker = ctx.broker
    config = ConsumerConfig(
        durable_name=f"{broker.prefix}-observer-{uuid4().hex}",
        filter_subjects=[broker.subject(f"event.{name}") for name in REPORTS],
    )
    await broker.jetstream.add_consumer(broker.events_stream, config)
    pull = await broker.jetstream.pull_subscribe_bind(durable=config.durable_name, stream=broker.events_stream)
    told: list[Envelope] = []
    while pending := (await pull.consumer_info()).num_pending:
        told += decode_batch(await pull.fetch(pending, timeout=30))
    await pull.unsubscribe()
    return told


def late_and_twice(envelopes: Sequence[Envelope], rng: random.Random) -> list[Envelope]:
    """The same, some of them twice, in another order."""
    heard = [*envelopes, *rng.sample(list(envelopes), len(envelopes) // 3)]
    rng.shuffle(heard)
    return heard


async def most_rows_read(connection: Connection, statement: str, *values: Any) -> float:
    """What the greediest step of a statement reads: the rows that it keeps, and those that it throws away."""
    [row] = await connection.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values)
    [plan] = msgspec.json.decode(row[0])

    def _steps(step: dict[str, Any]) -> Iterator[float]:
        read = step["Actual Rows"] + step.get("Rows Removed by Filter", 0)
        yield read * step["Actual Loops"]
        for below in step.get("Plans", []):
            yield from _steps(below)

    return max(_steps(plan["Plan"]))


def viewer_of(envelope: Envelope) -> BehaviourReported | GuestReported:
    """What a report says."""
    return msgspec.json.decode(envelope.data, type=BehaviourReported | GuestReported)
