"""Films of short videos, from the upload to the player and to their end; in a folder and in an S3 store alike."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from PIL import Image
from tests.outbox import list_envelopes

from xiaodian.app import create_app, wire
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import VodId, VodNotReadyError, VodRefusedError
from xiaodian.edge.context import Context
from xiaodian.infra.storage import Storage
from xiaodian.modules.media import api
from xiaodian.modules.media.service.condemned import sweep_condemned
from xiaodian.modules.media.service.make_vod import make_next

from .tools import watch
from .vods import make, make_film, upload
from .weed import Weed

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    """A running S3 store."""
    running = Weed(tmp_path_factory.mktemp("weed"))
    yield running
    running.stop()


@pytest.fixture(params=["folder", "s3"])
def ctx(ctx: Context, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, test_id: str) -> Context:
    """The same platform over each kind of storage."""
    if request.param == "folder":
        return ctx
    weed: Weed = request.getfixturevalue("weed")
    for name, value in weed.environment.items():
        monkeypatch.setenv(name, value)
    return msgspec.structs.replace(ctx, storage=Storage.open(weed.make_bucket(test_id), ctx.settings.data_dir))


async def fetch_all(client: httpx.AsyncClient, url: str, folder: Path) -> list[str]:
    """Everything that a master playlist names, as players fetch it; answers the names of its renditions."""
    base = url.rpartition("/")[0]
    master = (await client.get(url)).text
    (folder / "master.m3u8").write_text(master)
    names = [line.partition("/")[0] for line in master.splitlines() if not line.startswith("#")]
    for name in names:
        (folder / name).mkdir()
        playlist = (await client.get(f"{base}/{name}/index.m3u8")).text
        (folder / name / "index.m3u8").write_text(playlist)
        for line in ["init.mp4", *(line for line in playlist.splitlines() if line and not line.startswith("#"))]:
            file = await client.get(f"{base}/{name}/{line}")
            assert file.status_code == 200, (line, file.text)
            (folder / name / line).write_bytes(file.content)
    return names


async def fetch_picture(client: httpx.AsyncClient, url: str) -> Image.Image:
    """A picture that is served as one."""
    answer = await client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    with Image.open(io.BytesIO(answer.content), formats=("WEBP",)) as opened:
        return opened.convert("RGB")


def addresses(vod: dict[str, Any]) -> list[str]:
    """One of each kind of file of a film."""
    base = vod["playback_url"].rpartition("/")[0]
    return [
        *(vod["playback_url"], vod["poster_url"], vod["sprite_url"]),
        *(f"{base}/240/index.m3u8", f"{base}/240/init.mp4", f"{base}/240/0.m4s"),
    ]


async def statuses(client: httpx.AsyncClient, urls: list[str], **headers: str) -> set[int]:
    """What all of them are answered with."""
    return {(await client.get(url, headers=headers)).status_code for url in urls}


async def test_an_uploaded_film_plays_at_heights_that_it_has_and_leaves_nothing_when_deleted(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    creator, owner_id = await sign_up()
    vod = await make(ctx, creator, make_film(tmp_path / "a.mp4", 6, "720x1280").read_bytes())
    assert (vod["state"], vod["progress"], vod["width"], vod["height"]) == ("ready", 100, 720, 1280), vod
    assert abs(vod["duration_ms"] - 6000) < 60
    names = await fetch_all(client, vod["playback_url"], tmp_path)
    assert names == ["480", "720"]
    for name in names:
        seen = await watch(str(tmp_path / name / "index.m3u8"), "-allowed_extensions", "ALL")
        assert abs(seen.picture_s - 6) < 0.1
        assert abs(seen.sound_s - 6) < 0.1
        assert seen.complaints == ""
    assert (await fetch_picture(client, vod["poster_url"])).size == (720, 1280)
    assert (vod["sprite_columns"], vod["sprite_every_ms"]) == (6, 1000)
    assert (await fetch_picture(client, vod["sprite_url"])).size == (6 * 90, 160)
    # What was uploaded is no longer there, what was made is.
    while await sweep_condemned(ctx):
        pass
    assert {path.partition("/")[0] async for path in ctx.storage.iterate("")} == {"vods"}
    async with ctx.database.transaction() as connection:
        [ready] = [e for e in await list_envelopes(connection) if e.type == "VodReady"]
        assert msgspec.json.decode(ready.data)["owner_id"] == str(owner_id)
        await api.delete_vod(connection, VodId(UUID(vod["vod_id"])))
    assert await sweep_condemned(ctx)
    assert [path async for path in ctx.storage.iterate("")] == []


async def test_what_was_deleted_is_gone_at_once_in_every_process_and_from_caches(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    vod = await make(ctx, creator, make_film(tmp_path / "a.mp4").read_bytes())
    vod_id = VodId(UUID(vod["vod_id"]))
    urls = [*addresses(vod), await api.take_still(ctx, vod_id, 1000)]
    other_app: Any = create_app()
    wire(other_app, ctx)
    transport = httpx.ASGITransport(app=other_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://other") as other:
        tags = {}
        for process in (client, other):
            for url in urls:
                answer = await process.get(url)
                assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, no-cache")
                assert answer.headers["x-content-type-options"] == "nosniff"
                tags[url] = answer.headers["etag"]
                # A cache asks whether it may still serve what it keeps.
                known = await process.get(url, headers={"if-none-match": answer.headers["etag"]})
                assert (known.status_code, known.content) == (304, b"")
        async with ctx.database.transaction() as connection:
            await api.delete_vod(connection, vod_id)
        # Before any file was removed:
        for process in (client, other):
            assert await statuses(process, urls) == {404}
            for url, tag in tags.items():
                assert (await process.get(url, headers={"if-none-match": tag})).status_code == 404
    assert (await creator.get(f"/api/vods/{vod_id}")).status_code == 404
    with pytest.raises(NotFoundError):
        await api.take_still(ctx, vod_id, 0)


async def test_parts_of_files_are_given_to_players_that_ask_for_them(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    vod = await make(ctx, creator, make_film(tmp_path / "a.mp4").read_bytes())
    url = vod["playback_url"].replace("master.m3u8", "240/0.m4s")
    whole = await client.get(url)
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("video/iso.segment", "bytes")
    part = await client.get(url, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, whole.content[4:8])
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.content)}"
    changed = await client.get(url, headers={"range": "bytes=4-7", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    beyond = await client.get(url, headers={"range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    head = await client.head(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))
    base = vod["playback_url"].rpartition("/")[0]
    for name in ("240/../../x", "240/999.m4s", "999/0.m4s", "poster.png", "240/%2e%2e", "master.m3u8/x", ""):
        assert (await client.get(f"{base}/{name}")).status_code == 404, name


async def test_a_cover_is_the_picture_of_its_moment(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    red_then_blue = "color=red:s=320x240:r=25:d=5[r];color=blue:s=320x240:r=25:d=2[b];[r][b]concat"
    film = make_film(tmp_path / "a.mp4", 7, "320x240", "-filter_complex", red_then_blue, "-map", "1:a")
    vod = await make(ctx, creator, film.read_bytes())
    vod_id = VodId(UUID(vod["vod_id"]))
    for at_ms, colour in ((4960, (254, 0, 0)), (5000, (0, 0, 254))):
        picture = await fetch_picture(client, await api.take_still(ctx, vod_id, at_ms))
        pixel = picture.getpixel((160, 120))
        assert isinstance(pixel, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True)), (at_ms, pixel)


async def test_there_is_no_cover_of_what_is_no_film_yet(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    vod_id = VodId(UUID(await upload(creator, b"no film")))
    with pytest.raises(VodNotReadyError):
        await api.take_still(ctx, vod_id, 0)
    assert await make_next(ctx)
    with pytest.raises(VodRefusedError):
        await api.take_still(ctx, vod_id, 0)


async def test_the_film_of_another_is_none_of_ones_business(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    stranger, _ = await sign_up("路人")
    vod_id = await upload(creator, b"no film")
    assert (await stranger.get(f"/api/vods/{vod_id}")).status_code == 404


async def watch_states(ctx: Context, vod_id: VodId) -> AsyncIterator[tuple[str, int]]:
    """State and progress of a film, each time that one of them is another."""
    last = None
    while True:
        async with ctx.database.connection() as connection:
            vod = await api.get_vod(connection, vod_id)
        if (vod.state, vod.progress) != last:
            last = (vod.state, vod.progress)
            yield last
        await asyncio.sleep(0.05)


async def test_a_film_deleted_while_it_is_made_is_not_finished(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    creator, _ = await sign_up()
    vod_id = VodId(UUID(await upload(creator, make_film(tmp_path / "a.mp4", 40, "1280x720").read_bytes())))
    making = asyncio.create_task(make_next(ctx))
    async for state, progress in watch_states(ctx, vod_id):
        if state == "working" and 5 < progress < 100:
            break
    async with ctx.database.transaction() as connection:
        await api.delete_vod(connection, vod_id)
    assert await making
    while await sweep_condemned(ctx):
        pass
    assert [path async for path in ctx.storage.iterate("")] == []
    async with ctx.database.connection() as connection:
        assert [e for e in await list_envelopes(connection) if e.type.startswith("Vod")] == []
        assert await api.get_vods(connection, [vod_id]) == {}
