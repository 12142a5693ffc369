"""Videos that can be watched, their creators and a viewer, without the work that films take."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from nats.js.api import ConsumerConfig
from tests.conftest import SignUp
from tests.live.stage import relay

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context
from xiaodian.infra.work import decode_batch
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.feed import handlers as feed_handlers
from xiaodian.modules.feed.service.keep_videos import keep_videos
from xiaodian.modules.feed.service.score_videos import score_videos
from xiaodian.modules.insights import handlers as insights_handlers

DURATION_MS = 20_000


class Person(NamedTuple):
    """Somebody with a browser."""

    client: httpx.AsyncClient
    account_id: AccountId


class Cinema:
    """What the tests of the feed look at."""

    def __init__(self, ctx: Context, sign_up: SignUp) -> None:
        self.ctx = ctx
        self.sign_up = sign_up

    async def join(self, name: str) -> Person:
        """Somebody new."""
        return Person(*await self.sign_up(name))

    async def publish(
        self,
        creator: Person,
        title: str = "草莓",
        *,
        topics: Sequence[str] = (),
        age: timedelta = timedelta(hours=1),
        product_ids: Sequence[UUID] = (),
    ) -> VideoId:
        """A video that everybody may watch."""
        video_id = VideoId(new_id())
        async with self.ctx.database.transaction() as connection:
            await connection.execute(
                """
                INSERT INTO content.video (video_id, creator_id, vod_id, state, title, topics, cover_url, width, height,
                    duration_ms, published_at)
                VALUES ($1, $2, $3, 'published', $4, $5, '/media/pictures/a.webp', 720, 1280, $6, $7)
                """,
                video_id,
                creator.account_id,
                new_id(),
                title,
                list(topics),
                DURATION_MS,
                utc_now() - age,
            )
            await connection.executemany(
                "INSERT INTO content.video_product (video_id, number, product_id) VALUES ($1, $2, $3)",
                [(video_id, number + 1, product_id) for number, product_id in enumerate(product_ids)],
            )
            await keep_videos(connection, [video_id])
        return video_id

    async def set_state(self, video_id: VideoId, state: str, *, is_told: bool = True) -> None:
        """Hide a video, take it down, show it again; the feed may not have heard of it yet."""
        async with self.ctx.database.transaction() as connection:
            await connection.execute("UPDATE content.video SET state = $2 WHERE video_id = $1", video_id, state)
            if is_told:
                await keep_videos(connection, [video_id])

    async def tell(self, client: httpx.AsyncClient, *items: dict[str, Any], viewer_id: UUID | None = None) -> None:
        """A page tells what was done on it."""
        body = {"viewer_id": str(viewer_id or new_id()), "items": list(items)}
        answer = await client.post("/api/behaviour", json=body)
        assert answer.status_code == 204, answer.text

    async def watch(self, client: httpx.AsyncClient, video_id: VideoId, furthest_ms: int = DURATION_MS) -> None:
        """A video comes on the screen, plays, and is left."""
        of = {"video_id": str(video_id)}
        await self.tell(
            client,
            {"kind": "seen", **of},
            {"kind": "entered", **of},
            {"kind": "watched", "watch_s": furthest_ms // 1000, "media_at_ms": furthest_ms, **of},
            {"kind": "left", "media_at_ms": furthest_ms, **of},
        )

    async def react(self) -> None:
        """All that was told of is counted, learned and scored."""
        await relay(self.ctx)
        for consumer in [*insights_handlers.consumers(self.ctx), *feed_handlers.consumers(self.ctx)]:
            for envelopes in await self._heard(consumer.durable, consumer.event_types):
                await consumer.handle(envelopes)
        async with self.ctx.database.connection() as connection:
            is_more = await connection.fetchval("SELECT EXISTS (SELECT FROM infra.outbox)")
        if is_more:
            await self.react()
        await score_videos(self.ctx)

    async def _heard(self, durable: str, event_types: Sequence[str]) -> list[list[Envelope]]:
        broker, batches = self.ctx.broker, []
        config = ConsumerConfig(
            durable_name=f"{broker.prefix}-{durable}",
            filter_subjects=[broker.subject(f"event.{name}") for name in event_types],
        )
        await broker.jetstream.add_consumer(broker.events_stream, config)
        pull = await broker.jetstream.pull_subscribe_bind(durable=config.durable_name, stream=broker.events_stream)
        while (await pull.consumer_info()).num_pending:
            messages = await pull.fetch(100, timeout=30)
            for message in messages:
                await message.ack_sync()
            batches.append(decode_batch(messages))
        await pull.unsubscribe()
        return batches

    async def again(self, durable: str) -> list[Envelope]:
        """All that a consumer ever heard."""
        await self.ctx.broker.jetstream.delete_consumer(
            self.ctx.broker.events_stream, f"{self.ctx.broker.prefix}-{durable}"
        )
        [types] = [each.event_types for each in feed_handlers.consumers(self.ctx) if each.durable == durable]
        return [envelope for batch in await self._heard(durable, types) for envelope in batch]

    async def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """A table of the feed, sorted."""
        async with self.ctx.database.connection() as connection:
            rows = await connection.fetch(f"SELECT {columns} FROM feed.{table}")
        return sorted((tuple(row) for row in rows), key=str)

    async def open(self, client: httpx.AsyncClient, query: str = "", language: str = "zh") -> dict[str, Any]:
        """A page of the feed."""
        answer = await client.get(f"/api/feed?{query}", headers={"accept-language": language})
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def walk(self, client: httpx.AsyncClient, query: str = "", *, most_pages: int = 50) -> list[dict[str, Any]]:
        """All the items of a visit."""
        items: list[dict[str, Any]] = []
        cursor = ""
        for _ in range(most_pages):
            page = await self.open(client, f"{query}&cursor={cursor}" if cursor else query)
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items
        raise AssertionError("the feed has no end")


def video_ids(items: Sequence[dict[str, Any]]) -> list[str]:
    """The videos among items, in order."""
    return [item["video"]["video_id"] for item in items if item["kind"] == "video"]
