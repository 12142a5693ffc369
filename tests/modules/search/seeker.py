"""Somebody who looks for things, over HTTP; search hears of changes when asked to listen."""

from typing import Any
from uuid import UUID

from tests.modules.orders.market import Market
from tests.outbox import list_envelopes

from xiaodian.contracts.content import VideoId, VideoPublished
from xiaodian.infra import outbox
from xiaodian.infra.database import Record
from xiaodian.modules.search import handlers


class Seeker:
    """A market, and what can be found of it."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._told: set[UUID] = set()

    async def listen(self, *, twice: bool = False) -> None:
        """Let search hear what happened since it last listened."""
        async with self.market.ctx.database.connection() as connection:
            told = [one for one in await list_envelopes(connection) if one.event_id not in self._told]
        self._told |= {one.event_id for one in told}
        for consumer in handlers.consumers(self.market.ctx) * (2 if twice else 1):
            concerned = [one for one in told if one.type in consumer.event_types]
            if concerned:
                await consumer.handle(concerned)

    async def find(self, question: str, **more: Any) -> dict[str, Any]:
        """What is found."""
        answer = await self.market.seller.get("/api/search", params={"q": question, **more})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def titles(self, question: str) -> list[str]:
        """Titles of the products that are found."""
        return [one["item"]["title"] for one in (await self.find(question))["products"]]

    async def put_on_sale(self, title: str, **more: Any) -> str:
        """A product of the shop that can be bought."""
        answer = await self.market.seller.post(
            f"/api/shops/{self.market.shop_id}/products",
            json={
                "title": title,
                "description": "",
                "picture_urls": [],
                "state": "on_sale",
                "skus": [{"name": "一份", "price_minor": 990, "stock": 3}],
                **more,
            },
        )
        assert answer.status_code == 201, answer.text
        product_id: str = answer.json()["product_id"]
        return product_id

    async def publish(self, title: str, topic: str) -> VideoId:
        """A short video of the seller, as search hears of it."""
        video_id = await self.market.video()
        event = VideoPublished(
            video_id=video_id,
            creator_id=self.market.seller_id,
            title=title,
            topics=[topic],
            product_ids=[],
            duration_ms=30_000,
            published_at_ms=0,
        )
        async with self.market.ctx.database.transaction() as connection:
            await connection.execute(
                "UPDATE content.video SET title = $2, topics = $3 WHERE video_id = $1", video_id, title, [topic]
            )
            await connection.execute(
                "INSERT INTO content.video_topic (topic, video_id, published_at) VALUES ($1, $2, now())",
                topic,
                video_id,
            )
            await outbox.emit(connection, event)
        return video_id

    async def documents(self) -> list[Record]:
        """The whole index."""
        async with self.market.ctx.database.connection() as connection:
            return await connection.fetch(
                "SELECT kind, doc_id, tokens::text, weight FROM search.document ORDER BY kind, doc_id"
            )
