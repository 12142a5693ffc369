"""Films of short videos, from the upload to the player."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context

from .tools import watch
from .vods import make, make_film

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


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


async def test_an_uploaded_film_plays_at_heights_that_it_has(
    ctx: Context, sign_up: SignUp, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
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
