"""Viewers of a clip read what its room said then, unless its creator says otherwise."""

from datetime import timedelta

import httpx
import pytest
from tests.conftest import SignUp
from tests.films import DURATION_MS, finish_film
from tests.live.room_film import GAP_S, put_room_film
from tests.live.stage import Stage
from tests.modules.content.studio import Studio

from xiaodian.contracts.media import VodId, VodReady

FROM_S = 10
OF_ROOM = """WEBVTT

00:00:00.000 --> 00:00:02.000
跨过开头

00:00:10.000 --> 00:00:13.000
来看丹东草莓

00:00:25.000 --> 00:00:27.000
断线以后

00:00:29.000 --> 00:00:30.000
跨过结尾
"""


class Clip:
    """A published clip of half a minute, from the tenth second of a room that was cut off for a minute."""

    def __init__(self, studio: Studio, video_id: str) -> None:
        self.studio, self.video_id = studio, video_id
        self.transcript = f"/api/me/videos/{video_id}/transcript"

    async def say(self, text: str, film_s: float, until_s: float, gaps: int = 0) -> None:
        """A line of the room, by its film's time; `gaps` so often had the encoder been away before."""
        stage = self.studio.stage
        async with stage.ctx.database.connection() as connection:
            first = await connection.fetchval(
                "SELECT min(start_at) FROM media.segment WHERE stream_id = $1", await stage.stream_id()
            )
            start, end = (first + timedelta(seconds=each + gaps * GAP_S) for each in (film_s, until_s))
            await connection.execute(
                """
                INSERT INTO surfacing.caption (room_id, line_key, start_at, end_at, text)
                VALUES ($1, $2, $3, $4, $2)
                """,
                stage.room_id,
                text,
                start,
                end,
            )

    async def speak(self) -> None:
        """The room said something before, in and after what was cut."""
        await self.say("开场", 2, 8)
        await self.say("跨过开头", 8, 12)
        await self.say("来看丹东草莓", 20, 23)
        await self.say("断线以后", 35, 37, gaps=1)
        await self.say("跨过结尾", 39, 43, gaps=1)
        await self.say("一闪而过", 39.8, 43, gaps=1)
        await self.say("片尾", 45, 47, gaps=1)

    async def read(self, client: httpx.AsyncClient) -> str:
        """What viewers read; its creator reads the same."""
        shown = await client.get(f"/api/videos/{self.video_id}/captions")
        own = await self.studio.creator.get(f"/api/me/videos/{self.video_id}/captions")
        assert (shown.status_code, own.text) == (200, shown.text)
        return shown.text


@pytest.fixture
async def clip(stage: Stage, sign_up: SignUp) -> Clip:
    """Nothing is known yet of what the room said."""
    studio = Studio(stage, sign_up)
    await stage.fill_bag()
    await stage.go_on_air()
    await put_room_film(stage, 30, 30)
    body = {"room_id": str(stage.room_id), "from_ms": FROM_S * 1000, "to_ms": FROM_S * 1000 + DURATION_MS}
    made = (await studio.creator.post("/api/me/videos/clips", json=body)).json()
    async with stage.ctx.database.connection() as connection:
        vod_id = VodId(await connection.fetchval("SELECT vod_id FROM media.vod"))
    await finish_film(stage.ctx, vod_id)
    ready = VodReady(vod_id=vod_id, owner_id=stage.host_id, duration_ms=DURATION_MS)
    await studio.happen("content-films", ready)
    assert (await studio.creator.post(f"/api/me/videos/{made['video_id']}/publish")).status_code == 200
    return Clip(studio, made["video_id"])


async def test_a_clip_shows_what_its_room_said_in_that_stretch_by_the_clips_time(
    clip: Clip, client: httpx.AsyncClient
) -> None:
    # A room of which nothing was told, or not yet.
    assert await clip.read(client) == "WEBVTT\n"
    await clip.speak()
    assert await clip.read(client) == OF_ROOM


async def test_a_creators_own_captions_take_the_place_of_the_rooms_and_removed_means_none(
    clip: Clip, client: httpx.AsyncClient
) -> None:
    await clip.speak()
    creator, headers = clip.studio.creator, {"content-type": "text/vtt"}
    file = "WEBVTT\n\n00:01.000 --> 00:02.000\n自己写的\n"
    assert (await creator.post(clip.transcript, content=file.encode(), headers=headers)).status_code == 200
    assert await clip.read(client) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n自己写的\n"
    for _ in range(2):
        assert (await creator.delete(clip.transcript)).status_code == 204
        assert await clip.read(client) == "WEBVTT\n"
    # The way back.
    for _ in range(2):
        assert (await creator.delete(f"{clip.transcript}?to_room=true")).status_code == 204
        assert await clip.read(client) == OF_ROOM
    stranger, _ = await clip.studio.sign_up("路人")
    assert (await stranger.delete(clip.transcript)).status_code == 404
    assert await clip.read(client) == OF_ROOM
