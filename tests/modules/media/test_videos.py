"""Films of goods that sellers upload."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.videos import convert_next

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


@pytest.fixture
def ctx(ctx: Context) -> Context:
    """A platform that takes small films only."""
    return msgspec.structs.replace(ctx, settings=msgspec.structs.replace(ctx.settings, video_max_bytes=2_000_000))


def make_film(folder: Path, seconds: float, *options: str) -> bytes:
    """A moving picture of this length."""
    path = folder / "film.mov"
    subprocess.run(
        [
            *(find_ffmpeg(), "-y", "-loglevel", "error", "-f", "lavfi"),
            *("-i", f"testsrc2=s=320x240:r=5:d={seconds}", *options, str(path)),
        ],
        check=True,
    )
    return path.read_bytes()


async def upload(client: httpx.AsyncClient, content: bytes) -> dict[str, Any]:
    """A film that is taken in."""
    answer = await client.post("/api/media/videos", content=content, headers={"content-type": "video/mp4"})
    assert answer.status_code == 202, answer.text
    video: dict[str, Any] = answer.json()
    assert video["state"] == "waiting"
    return video


async def test_a_film_of_any_kind_becomes_one_that_plays_everywhere(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    seller, _ = await sign_up()
    video = await upload(seller, make_film(tmp_path, 2, "-c:v", "mpeg4"))
    assert await convert_next(ctx)
    assert not await convert_next(ctx)
    path = f"/api/media/videos/{video['video_id']}"
    ready = (await seller.get(path)).json()
    assert (ready["state"], ready["width"], ready["height"], ready["duration_ms"]) == ("ready", 320, 240, 2000)
    film = await client.get(ready["url"])
    assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
    # The index stands before the pictures, so that it plays while it loads.
    assert film.content.index(b"moov") < film.content.index(b"mdat")
    assert b"avc1" in film.content
    part = await client.get(ready["url"], headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, film.content[4:8])
    assert part.headers["content-range"] == f"bytes 4-7/{len(film.content)}"
    beyond = await client.get(ready["url"], headers={"range": f"bytes={len(film.content)}-"})
    assert beyond.status_code == 416
    poster = await client.get(ready["url"].replace(".mp4", ".webp"))
    assert poster.content[8:12] == b"WEBP"
    stranger, _ = await sign_up("路人")
    assert (await stranger.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("content", "reason"), [(b"GIF89a" + bytes(1000), "not_a_video"), (b"\0\0\0\x18ftypmp42" * 9, "not_a_video")]
)
async def test_what_is_no_film_is_refused_with_the_reason(
    ctx: Context, sign_up: SignUp, content: bytes, reason: str
) -> None:
    seller, _ = await sign_up()
    video = await upload(seller, content)
    assert await convert_next(ctx)
    refused = (await seller.get(f"/api/media/videos/{video['video_id']}")).json()
    assert (refused["state"], refused["refused_reason"], refused["url"]) == ("refused", reason, None)


async def test_a_film_of_more_than_a_minute_is_refused(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    seller, _ = await sign_up()
    video = await upload(seller, make_film(tmp_path, 62, "-c:v", "libx264", "-preset", "ultrafast", "-r", "1"))
    await convert_next(ctx)
    refused = (await seller.get(f"/api/media/videos/{video['video_id']}")).json()
    assert refused["refused_reason"] == "too_long"


async def test_a_film_that_is_too_large_or_empty_is_not_even_kept(ctx: Context, sign_up: SignUp) -> None:
    seller, _ = await sign_up()
    for content, reason in ((bytes(2_000_001), "too_large"), (b"", "empty")):
        answer = await seller.post("/api/media/videos", content=content)
        assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    assert [path async for path in ctx.storage.iterate("uploads")] == []


async def test_a_film_at_which_workers_die_is_given_up(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    seller, _ = await sign_up()
    video = await upload(seller, make_film(tmp_path, 1))
    async with ctx.database.connection() as connection:
        await connection.execute("UPDATE media.video SET attempts = 3")
    assert await convert_next(ctx)
    refused = (await seller.get(f"/api/media/videos/{video['video_id']}")).json()
    assert refused["refused_reason"] == "unreadable"
