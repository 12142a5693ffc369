"""The files of a film are as public as its video: what is hidden or taken down cannot be fetched by its address."""

from collections.abc import Sequence
from uuid import UUID

import httpx
import msgspec
import pytest
from tests.conftest import SignUp
from tests.films import put_film
from tests.modules.content.studio import Studio, draw_picture

from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.media.service.condemned import sweep_condemned
from xiaodian.modules.media.vod_rules import Rendition, run_folder

FILES = ("poster.webp", "still-100.webp", "sprite.webp", "240/init.mp4", "240/0.m4s")
LADDER = [
    Rendition(
        name="240", width=240, height=426, codecs="avc1", fps=30, peak_bps=1, average_bps=1, segments_ms=[4000, 4000]
    )
]


@pytest.fixture
async def operator(ctx: Context, sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody who runs the platform."""
    client, account_id = await sign_up("运营")
    async with ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


async def lay_files(studio: Studio, video_id: str) -> list[str]:
    """Files behind the video's film; answers the addresses of all that there is of it."""
    async with studio.ctx.database.transaction() as connection:
        row = await connection.fetchrow(
            """
            UPDATE media.vod SET ladder = $2 WHERE vod_id = (SELECT vod_id FROM content.video WHERE video_id = $1)
            RETURNING vod_id, run
            """,
            UUID(video_id),
            msgspec.to_builtins(LADDER),
        )
    assert row is not None
    for name in FILES:
        await studio.ctx.storage.put(run_folder(row["vod_id"], row["run"]) + name, b"x")
    return [f"/media/vods/{row['vod_id']}/{name}" for name in ("master.m3u8", "240/index.m3u8", *FILES)]


async def statuses(client: httpx.AsyncClient, urls: Sequence[str], **headers: str) -> set[int]:
    """What all of them are answered with."""
    return {(await client.get(url, headers=headers)).status_code for url in urls}


async def test_what_an_operator_takes_down_cannot_be_fetched_by_whoever_knows_its_addresses(
    studio: Studio, operator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    video_id = await studio.publish()
    urls = await lay_files(studio, video_id)
    viewer, _ = await studio.sign_up("观众")
    tags = {}
    for url in urls:
        answer = await client.get(url)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, no-cache"), url
        tags[url] = answer.headers["etag"]
    ruling = {"reason": "不实宣传"}
    assert (await operator.post(f"/api/operator/videos/{video_id}/take-down", json=ruling)).status_code == 204
    for stranger in (client, viewer):
        assert await statuses(stranger, urls) == {404}
        # Not to a cache either that asks whether it may still serve what it keeps.
        for url, tag in tags.items():
            assert (await stranger.get(url, headers={"if-none-match": tag})).status_code == 404
    for entitled in (studio.creator, operator):
        for url in urls:
            answer = await entitled.get(url)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store"), url
            assert "access-control-allow-origin" not in answer.headers
    assert (await operator.post(f"/api/operator/videos/{video_id}/restore", json=ruling)).status_code == 204
    assert await statuses(client, urls) == {200}


async def test_a_hidden_film_is_its_creators_alone_and_so_is_a_draft(studio: Studio, client: httpx.AsyncClient) -> None:
    video_id = await studio.draft()
    urls = await lay_files(studio, video_id)
    assert await statuses(client, urls) == {404}
    assert await statuses(studio.creator, urls) == {200}
    await studio.creator.post(f"/api/me/videos/{video_id}/publish")
    assert await statuses(client, urls) == {200}
    await studio.creator.post(f"/api/me/videos/{video_id}/hide")
    assert await statuses(client, urls) == {404}
    assert await statuses(studio.creator, urls) == {200}
    assert await statuses(client, urls, authorization="Bearer made-up") == {404}
    await studio.creator.post(f"/api/me/videos/{video_id}/publish")
    assert await statuses(client, urls) == {200}


async def test_an_uploaded_cover_is_as_public_as_its_film_and_gone_with_it_also_from_caches(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    video_id = await studio.draft()
    cover = await studio.cover(video_id)
    assert (await studio.edit(video_id, cover_url=cover))["cover_url"] == cover
    assert (await client.get(cover)).status_code == 404
    await studio.creator.post(f"/api/me/videos/{video_id}/publish")
    shown = await client.get(cover)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert shown.headers["cache-control"] == "public, no-cache"
    await studio.creator.post(f"/api/me/videos/{video_id}/hide")
    assert (await client.get(cover)).status_code == 404
    assert (await studio.creator.get(cover)).status_code == 200
    assert (await studio.creator.delete(f"/api/me/videos/{video_id}")).status_code == 204
    for anybody in (client, studio.creator):
        assert (await anybody.get(cover, headers={"if-none-match": shown.headers["etag"]})).status_code == 404
    assert await sweep_condemned(studio.ctx)
    assert [path async for path in studio.ctx.storage.iterate("")] == []


async def test_of_a_picture_uploaded_elsewhere_the_film_keeps_a_copy_that_goes_with_it(
    studio: Studio, client: httpx.AsyncClient
) -> None:
    video_id = await studio.publish()
    files = {"file": ("cover.png", draw_picture(), "image/png")}
    picture = (await studio.creator.post("/api/media/pictures", files=files)).json()["url"]
    cover = (await studio.edit(video_id, cover_url=picture))["cover_url"]
    assert cover.startswith("/media/vods/")
    assert (await client.get(cover)).content == (await client.get(picture)).content
    await studio.creator.delete(f"/api/me/videos/{video_id}")
    assert (await client.get(cover)).status_code == 404


async def test_a_cover_of_another_film_or_of_none_is_refused_and_a_film_in_the_making_has_one(studio: Studio) -> None:
    video_id, other = await studio.publish(), await studio.publish()
    before = await studio.own(video_id)
    film = before["vod"]["vod_id"]
    made_up = ("/media/pictures/" + "0" * 64 + ".webp", f"/media/vods/{film}/cover-{'0' * 32}.webp")
    for cover in (await studio.cover(other), *made_up):
        answer = await studio.creator.patch(f"/api/me/videos/{video_id}", json={"cover_url": cover})
        assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "not_found"), cover
    stranger, _ = await studio.sign_up("路人")
    files = {"file": ("cover.png", draw_picture(), "image/png")}
    assert (await stranger.post(f"/api/me/videos/{video_id}/covers", files=files)).status_code == 404
    assert await studio.own(video_id) == before
    vod_id = await put_film(studio.ctx, studio.stage.host_id, is_ready=False)
    early = (await studio.creator.post("/api/me/videos", json={"vod_id": str(vod_id)})).json()["video_id"]
    cover = await studio.cover(early)
    await studio.edit(early, cover_url=cover)
    assert (await studio.creator.get(cover)).status_code == 200
