"""A room with a host, a shop and two products, and ways to make things happen in it."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.conftest import SignUp

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import Envelope, Event
from xiaodian.contracts.catalog import Product, Sku
from xiaodian.contracts.live import AnyMoment, CommentId, CommentMoment, PulseMoment, RoomId
from xiaodian.contracts.media import StreamId, StreamStarted
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.infra.outbox_relay import relay_batch
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.live import handlers
from xiaodian.modules.live.log_reader import all_kinds, open_reader
from xiaodian.modules.live.ticks import Entry

_encode = msgspec.json.Encoder().encode


class Stage:
    """What a test needs to know of its room."""

    def __init__(self, ctx: Context, host: httpx.AsyncClient, host_id: AccountId, room_id: RoomId) -> None:
        self.ctx = ctx
        self.host = host
        self.host_id = host_id
        self.room_id = room_id
        self.products: list[Product] = []
        self.shop_id = ShopId(uuid4())

    @property
    def control(self) -> str:
        """Path of the room-control API."""
        return f"/api/rooms/{self.room_id}/control"

    @property
    def caller(self) -> Caller:
        """The host as use cases see it."""
        return Caller(
            account_id=self.host_id, display_name="小丹", is_operator=False, scopes=frozenset({Scope.EVERYTHING})
        )

    def sku(self, product: int = 0) -> Sku:
        """The first SKU of a product."""
        return self.products[product].skus[0]

    async def fill_bag(self, *products: int) -> None:
        """Put products into the bag."""
        wanted = products or range(len(self.products))
        answer = await self.host.put(
            f"{self.control}/bag", json={"product_ids": [str(self.products[each].product_id) for each in wanted]}
        )
        assert answer.status_code == 204, answer.text

    async def stream_id(self) -> StreamId:
        """The room's stream."""
        async with self.ctx.database.connection() as connection:
            value = await connection.fetchval("SELECT stream_id FROM live.room WHERE room_id = $1", self.room_id)
        return StreamId(value)

    async def go_on_air(self) -> None:
        """The first picture arrives."""
        await self.happen(
            "live-streams",
            StreamStarted(stream_id=await self.stream_id(), at_ms=to_epoch_ms(utc_now()), is_return=False),
        )

    async def happen(self, durable: str, *events: Event) -> list[Envelope]:
        """Hand events to a reaction of live; answers their envelopes, to hand them over again."""
        envelopes = [envelope_of(event) for event in events]
        await self.repeat(durable, envelopes)
        return envelopes

    async def repeat(self, durable: str, envelopes: Sequence[Envelope]) -> None:
        """Hand the same events to a reaction, as JetStream may."""
        reactions = {consumer.durable: consumer for consumer in handlers.consumers(self.ctx)}
        await reactions[durable].handle(envelopes)

    async def entries(self) -> list[Entry]:
        """The room's log, with what waits in the outbox sent to it."""
        await relay(self.ctx)
        return await read_log(self.ctx.broker, self.room_id)

    async def told(self) -> list[AnyMoment]:
        """All moments of the room so far."""
        return [entry.moment for entry in await self.entries()]

    async def say(self, text: str, by: AccountId | None = None) -> CommentMoment:
        """A comment straight into the log."""
        comment = comment_of(text, by or AccountId(uuid4()))
        await publish(self.ctx.broker, self.room_id, comment)
        return comment


def envelope_of(event: Event) -> Envelope:
    """An event as consumers get it."""
    return Envelope(
        event_id=new_id(),
        type=type(event).__name__,
        occurred_at_ms=to_epoch_ms(utc_now()),
        key=str(getattr(event, event.event_key)),
        data=msgspec.Raw(_encode(event)),
    )


def comment_of(text: str, by: AccountId | None = None) -> CommentMoment:
    """A comment made now."""
    return CommentMoment(
        at_ms=to_epoch_ms(utc_now()),
        comment_id=CommentId(new_id()),
        account_id=by or AccountId(uuid4()),
        name="观众",
        text=text,
        is_host=False,
    )


async def publish(broker: Broker, room_id: RoomId, moment: AnyMoment) -> int:
    """Write a moment into a room's log."""
    kind = moment.__struct_config__.tag
    return await broker.publish(f"room.{room_id}.{kind}", _encode(moment), message_id=uuid4().hex)


async def relay(ctx: Context) -> None:
    """Send everything in the outbox."""
    async with ctx.database.connection() as connection:
        while await relay_batch(connection, ctx.broker):
            pass


async def read_log(broker: Broker, room_id: RoomId) -> list[Entry]:
    """The whole log of a room without pulses."""
    async with open_reader(broker, all_kinds(room_id), from_seq=1) as reader, aclosing(reader.deliveries()) as all_:
        found = [delivery.entry async for delivery in all_]
    return [entry for entry in found if entry and not isinstance(entry.moment, PulseMoment)]


async def set_stage(ctx: Context, sign_up: SignUp) -> Stage:
    """A host with a shop, two products on sale, and a planned room."""
    host, host_id = await sign_up("小丹")
    shop = await host.post("/api/shops", json={"name": f"小丹的店 {uuid4().hex[:6]}"})
    assert shop.status_code == 201, shop.text
    room = await host.post("/api/rooms", json={"title": "草莓专场"})
    assert room.status_code == 201, room.text
    stage = Stage(ctx, host, host_id, RoomId(UUID(room.json()["room_id"])))
    stage.shop_id = ShopId(UUID(shop.json()["shop_id"]))
    for title in ("丹东草莓", "五常大米"):
        stage.products.append(await make_product(host, stage.shop_id, title))
    return stage


async def make_product(host: httpx.AsyncClient, shop_id: ShopId, title: str, state: str = "on_sale") -> Product:
    """A product with one SKU at 29.90 of which there are 10."""
    answer = await host.post(
        f"/api/shops/{shop_id}/products",
        json={
            "title": title,
            "description": "",
            "picture_urls": ["/media/pictures/a.webp"],
            "state": state,
            "skus": [{"name": "3斤装", "price_minor": 2990, "stock": 10}],
        },
    )
    assert answer.status_code == 201, answer.text
    return msgspec.json.decode(answer.content, type=Product)
