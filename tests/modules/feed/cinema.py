"""Videos that can be watched, their creators and a viewer, without the work that films take."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from tests.conftest import SignUp

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.feed.service.keep_videos import keep_videos

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
