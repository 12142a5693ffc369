"""A published video with products, as those who learn from its viewers see it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.conftest import SignUp
from tests.live.stage import set_stage
from tests.modules.feed.cinema import Cinema, Person
from tests.modules.insights.observer import Observer

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.surfacing import video_handlers
from xiaodian.modules.surfacing.service.weigh_moments import weigh_video

TABLES = ("viewing", "moment_count", "moment_order", "quiet_second", "acquaintance")


class Screening:
    """A published video of 20 seconds with two of the observer's products, and its creator."""

    def __init__(self, observer: Observer, creator: Person, video_id: VideoId) -> None:
        self.observer, self.creator, self.video_id, self.ctx = observer, creator, video_id, observer.ctx
        self.product, self.other = observer.products[0], observer.products[1]

    def deed(self, kind: str, at_ms: int | None = None, **more: Any) -> dict[str, Any]:
        """Something done on the video."""
        item: dict[str, Any] = {"kind": kind, "video_id": str(self.video_id), "media_at_ms": at_ms}
        if kind.startswith("card_") or kind == "product_viewed":
            item["product_id"] = str(self.product.product_id)
        return item | more

    async def tell(self, client: httpx.AsyncClient, *items: dict[str, Any], viewer_id: UUID | None = None) -> None:
        """A page tells."""
        answer = await client.post(
            "/api/behaviour", json={"viewer_id": str(viewer_id or uuid4()), "items": list(items)}
        )
        assert answer.status_code == 204, answer.text

    async def watch(self, client: httpx.AsyncClient, card_ms: int, left_ms: int, *, is_clicked: bool = False) -> None:
        """Somebody new sees the card, and goes on."""
        clicked = [self.deed("card_clicked", card_ms + 700)] if is_clicked else []
        shown = self.deed("card_shown", card_ms)
        await self.tell(client, self.deed("entered"), shown, *clicked, self.deed("left", left_ms))

    async def hear(self, durable: str, envelopes: list[Envelope]) -> None:
        """Hand events to a reaction."""
        consumers: dict[str, Consumer] = {each.durable: each for each in video_handlers.consumers(self.ctx)}
        await consumers[durable].handle(envelopes)

    async def learn(self) -> None:
        """All that pages told is learned."""
        reports = await self.observer.reports()
        await self.observer.take_reports(reports)
        await self.hear("surfacing-viewings", reports)

    async def hear_of_it(self) -> None:
        """The video was published."""
        data = {"video_id": str(self.video_id), "product_ids": [str(self.product.product_id)]}
        event = Envelope(
            event_id=uuid4(),
            type="VideoPublished",
            occurred_at_ms=0,
            key="",
            data=msgspec.Raw(msgspec.json.encode(data)),
        )
        await self.hear("surfacing-videos", [event])

    async def weigh(self) -> None:
        """Weights follow."""
        async with self.ctx.database.transaction() as connection:
            await weigh_video(connection, self.video_id)

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that is summed, without what sums to nothing."""
        async with self.ctx.database.connection() as connection:
            return {
                table: sorted(
                    (tuple(row) for row in await connection.fetch(f"SELECT * FROM surfacing.{table}")), key=str
                )
                for table in TABLES
            }

    async def moments(self) -> list[dict[str, Any]]:
        """What the creator is told of the first product."""
        answer = await self.creator.client.get(f"/api/me/videos/{self.video_id}/moments")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["products"][0]["moments"])

    async def orders_of(
        self, client: httpx.AsyncClient, at_ms: int, limit: int = 2
    ) -> tuple[int, list[dict[str, Any]]]:
        """The orders that came of a moment of the first product, by pages: how many are told, and all of them."""
        path = f"/api/me/videos/{self.video_id}/moments/{self.product.product_id}/{at_ms}/orders?limit={limit}"
        return await read_pages(client, path)


async def read_pages(client: httpx.AsyncClient, path: str) -> tuple[int, list[dict[str, Any]]]:
    """A list of the orders behind a figure to its end, and how many it says they are."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.get(f"{path}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    return page["orders"], items


async def screen(ctx: Context, sign_up: SignUp) -> Screening:
    """Nobody has watched it yet."""
    observer = await Observer.open(await set_stage(ctx, sign_up), sign_up)
    cinema = Cinema(ctx, sign_up)
    creator = await cinema.join("达人")
    goods = [product.product_id for product in observer.products[:2]]
    video_id = await cinema.publish(creator, "好物", product_ids=goods)
    return Screening(observer, creator, video_id)
