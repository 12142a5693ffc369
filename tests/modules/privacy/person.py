"""Somebody who has bought, followed, liked and watched, and everything that happens because of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from tests.modules.club.clubhouse import CLUB
from tests.modules.orders.market import Buyer
from tests.modules.outreach.sender import NOON, Sender
from tests.outbox import list_envelopes

from xiaodian.app import consumers
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.fans.service.count_comments import count_comments
from xiaodian.modules.fans.service.count_visits import count_watched
from xiaodian.modules.live.service.note_speakers import note_speakers

# Rooms' moments need no hearing here, and what is sent to shops' own programs is theirs.
_NOT_HEARD = ("live-streams", "live-purchases", "live-stock", "live-products", "webhooks-", "search-")
# Uuids of these name no account, or say only that there was one.
_NO_PEOPLE = {"accounts.erased", "infra.outbox", "infra.inbox"}


class World:
    """A shop with its fans, and a worker that hears everything."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.market = sender.market
        self.ctx = sender.ctx
        self._heard: set[UUID] = set()

    async def hear(self, *more: Envelope) -> None:
        """Hand what was told since last time to all who listen, until nothing more is told."""
        await note_speakers(self.ctx)
        pending = list(more)
        while True:
            async with self.ctx.database.connection() as connection:
                told = [each for each in await list_envelopes(connection) if each.event_id not in self._heard]
            pending += told
            if not pending:
                await count_watched(self.ctx.database, self.ctx.settings.books_utc_offset_h, utc_now())
                await count_comments(self.ctx, utc_now())
                return
            self._heard |= {each.event_id for each in told}
            for consumer in consumers(self.ctx):
                mine = [each for each in pending if each.type in consumer.event_types]
                if mine and not consumer.durable.startswith(_NOT_HEARD):
                    await consumer.handle(mine)
            pending = []

    async def fan(self, name: str, sku_id: SkuId, room_id: RoomId) -> Buyer:
        """Somebody who follows, watches, has bought and received, and has got a message with a coupon."""
        fan = await self.market.buyer(name)
        await self.report(fan, sku_id, room_id)
        await fan.client.put(f"/api/creators/{self.market.seller_id}/follow")
        assert (await fan.client.post(f"/api/rooms/{room_id}/comments", json={"text": f"{name}说好吃"})).is_success
        order = await fan.order(sku_id)
        await fan.pay(order["order_id"])
        async with self.ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE orders.order SET state = 'completed', closed_at = now() WHERE order_id = $1",
                UUID(order["order_id"]),
            )
        await self.hear()
        await self._join_club(fan)
        shop = f"/api/shops/{self.market.shop_id}/fans/{fan.account_id}"
        assert (await self.market.seller.post(f"{shop}/notes", json={"text": "爱喝茶"})).is_success
        assert (await self.market.seller.put(f"{shop}/tags", json={"tags": ["老客"]})).is_success
        return fan

    async def _join_club(self, fan: Buyer) -> None:
        """The shop has a club, and the fan has watched as a member of it."""
        settings = f"/api/shops/{self.market.shop_id}/fan-club/settings"
        assert (await self.market.seller.put(settings, json=CLUB)).is_success
        assert (await fan.client.post(f"/api/fan-clubs/{self.market.shop_id}/membership", json={})).is_success
        async with self.ctx.database.connection() as connection:
            await connection.execute(
                "INSERT INTO club.attendance (shop_id, account_id, day, watch_s, first_at, last_at) "
                "VALUES ($1, $2, $3, 600, now() - interval '1 hour', now())",
                self.market.shop_id,
                fan.account_id,
                utc_now().date(),
            )

    async def report(self, fan: Buyer, sku_id: SkuId, room_id: RoomId) -> None:
        """The fan's page tells that a product was opened in a room."""
        product_id = UUID(await self.market.product_id(sku_id))
        now_ms = to_epoch_ms(utc_now() - timedelta(minutes=1))
        items = [
            Behaviour(kind=BehaviourKind.ENTERED, room_id=room_id, at_ms=now_ms),
            Behaviour(kind=BehaviourKind.PRODUCT_VIEWED, room_id=room_id, product_id=product_id, at_ms=now_ms),  # type: ignore[arg-type]
        ]
        report = BehaviourReported(viewer_id=uuid4(), account_id=fan.account_id, items=items)
        await self.hear(
            Envelope(
                event_id=uuid4(),
                type="BehaviourReported",
                occurred_at_ms=now_ms,
                key="",
                data=msgspec.Raw(msgspec.json.encode(report)),
            )
        )

    async def write_to_all(self) -> None:
        """The shop sends a message with a coupon to everybody."""
        coupon_id = await self.sender.personal_coupon()
        await self.sender.send(coupon_id=coupon_id)
        assert await self.sender.work(NOON) > 0

    async def tables_that_name(self, account_id: UUID) -> set[str]:
        """Every table in which the account's id stands, as an id or within a text."""
        async with self.ctx.database.connection() as connection:
            columns = await connection.fetch(
                """
                SELECT table_schema || '."' || table_name || '"' AS place, table_schema || '.' || table_name AS named,
                    column_name
                FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'public') AND table_type = 'BASE TABLE'
                    AND data_type IN ('uuid', 'text', 'jsonb', 'ARRAY')
                """
            )
            named = set()
            for row in columns:
                found = await connection.fetchval(
                    f'SELECT EXISTS (SELECT FROM {row["place"]} WHERE "{row["column_name"]}"::text LIKE $1)',
                    f"%{account_id}%",
                )
                if found:
                    named.add(row["named"])
        return named - _NO_PEOPLE

    async def rows(self, *tables: str) -> dict[str, list[Any]]:
        """All rows of some tables, in an order of their own, without how often a fan was counted anew."""
        async with self.ctx.database.connection() as connection:
            found = {table: await connection.fetch(f"SELECT * FROM {table}") for table in tables}
        return {
            table: sorted((tuple(value for name, value in row.items() if name != "changes") for row in rows), key=str)
            for table, rows in found.items()
        }
