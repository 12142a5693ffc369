"""A creator with a shop, two products and films, and an audience; ways to make things happen to videos."""

import io
from typing import Any
from uuid import UUID

import httpx
from PIL import Image
from tests.conftest import SignUp
from tests.films import put_film
from tests.live.stage import Stage, envelope_of

from xiaodian.contracts.base import Envelope, Event
from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context
from xiaodian.modules.content import handlers


class Studio:
    """What a test needs to know of its creator."""

    def __init__(self, stage: Stage, sign_up: SignUp) -> None:
        self.stage, self.sign_up = stage, sign_up
        self.ctx: Context = stage.ctx
        self.creator: httpx.AsyncClient = stage.host

    async def draft(self, **patch: Any) -> str:
        """A draft of a film that is ready, changed in what is given."""
        vod_id = await put_film(self.ctx, self.stage.host_id)
        answer = await self.creator.post("/api/me/videos", json={"vod_id": str(vod_id)})
        assert answer.status_code == 201, answer.text
        video_id: str = answer.json()["video_id"]
        if patch:
            await self.edit(video_id, **patch)
        return video_id

    async def publish(self, **patch: Any) -> str:
        """A published video, changed in what is given."""
        video_id = await self.draft(**patch)
        answer = await self.creator.post(f"/api/me/videos/{video_id}/publish")
        assert answer.status_code == 200, answer.text
        return video_id

    async def edit(self, video_id: str, **patch: Any) -> dict[str, Any]:
        """Change a video; it must go well."""
        answer = await self.creator.patch(f"/api/me/videos/{video_id}", json=patch)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed

    async def see(self, video_id: str, viewer: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """The video as a viewer sees it."""
        answer = await (viewer or self.creator).get(f"/api/videos/{video_id}")
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def own(self, video_id: str) -> dict[str, Any]:
        """The video as its creator sees it."""
        answer = await self.creator.get(f"/api/me/videos/{video_id}")
        assert answer.status_code == 200, answer.text
        own: dict[str, Any] = answer.json()
        return own

    async def cover(self, video_id: str) -> str:
        """The address of a picture that is uploaded to be the video's cover."""
        files = {"file": ("cover.png", draw_picture(), "image/png")}
        answer = await self.creator.post(f"/api/me/videos/{video_id}/covers", files=files)
        assert answer.status_code == 201, answer.text
        url: str = answer.json()["url"]
        return url

    def product(self, number: int = 0, **moment: int) -> dict[str, Any]:
        """A product of the creator's shop as a patch names it."""
        return {"product_id": str(self.stage.products[number].product_id), **moment}

    async def happen(self, durable: str, *events: Event) -> list[Envelope]:
        """Hand events to a reaction of content; answers their envelopes, to hand them over again."""
        envelopes = [envelope_of(event) for event in events]
        await self.repeat(durable, envelopes)
        return envelopes

    async def repeat(self, durable: str, envelopes: list[Envelope]) -> None:
        """Hand the same events to a reaction, as JetStream may."""
        reactions = {consumer.durable: consumer for consumer in handlers.consumers(self.ctx)}
        await reactions[durable].handle(envelopes)

    async def rows(self, table: str, video_id: str) -> int:
        """How many rows of a table are about a video."""
        async with self.ctx.database.connection() as connection:
            return int(
                await connection.fetchval(f"SELECT count(*) FROM content.{table} WHERE video_id = $1", UUID(video_id))
            )


def draw_picture() -> bytes:
    """A small picture, as people upload them."""
    output = io.BytesIO()
    Image.linear_gradient("L").resize((90, 160)).save(output, "PNG")
    return output.getvalue()


def video(video_id: str) -> VideoId:
    """The id as events carry it."""
    return VideoId(UUID(video_id))
