"""The short videos of a demo host: scenes of the film, uploaded, tagged and published by the public API."""

import asyncio
import base64
import random
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from xiaodian.cli.show.catalogue import AUDIENCE, PASSWORD, REMARKS, HostSample
from xiaodian.cli.show.client import ApiError, Json, Member
from xiaodian.cli.show.film import FilmFailedError, find_ffmpeg

FIRST_AFTER_S = 6.0
"""The room goes on air first: that is what a visitor of the demo looks for."""
MOST = 3
LENGTH_S = 11
UP_AFTER_S = 1.5
"""So long after a short video begins its product is held up."""
CARD_MS = 6_000
FANS = 4
READY_CHECK_S = 1.0
READY_CHECKS = 300
TOPICS = {"greenhouse": "#丹东草莓 #新农商", "studio": "#手作日常 #新匠人"}
TUS = {"tus-resumable": "1.0.0"}


async def post_videos(sample: HostSample, member: Member, products: Sequence[Json], film: Path) -> None:
    """Make those of the host's videos that are not there yet; what goes wrong is told, and is no reason to stop."""
    await asyncio.sleep(FIRST_AFTER_S)
    try:
        videos = (await member.call("GET", "/api/me/videos", params={"limit": 100}))["items"]
        there = {video["title"] for video in videos if video["state"] != "draft"}
        for number in range(min(MOST, len(sample.products))):
            title = f"{sample.products[number].sign} {TOPICS[sample.look]}"
            if title not in there:
                video_id = await _post(number, title, sample, member, products, film)
                await _cheer(str(member.http.base_url), video_id, number, REMARKS[sample.products[number].art])
    except (ApiError, httpx.HTTPError, FilmFailedError, TimeoutError) as error:
        print(f"demo videos: {error}", file=sys.stderr)


async def _post(
    number: int, title: str, sample: HostSample, member: Member, products: Sequence[Json], film: Path
) -> str:
    begin_s = number * sample.scene_s + sample.held_from_s - UP_AFTER_S
    vod_id = await _upload(member, await _cut_scene(film, begin_s))
    video: Json = await member.call("POST", "/api/me/videos", {"vod_id": vod_id})
    path = f"/api/me/videos/{video['video_id']}"
    held_up = {"product_id": products[number]["product_id"], "at_ms": round(UP_AFTER_S * 1000), "show_ms": CARD_MS}
    # When the card of the second one comes up best, the platform finds out.
    beside = {"product_id": products[(number + 1) % len(products)]["product_id"]}
    await member.call("PATCH", path, {"title": title, "products": [held_up, beside]})
    await _wait_until_ready(member, path)
    await member.call("POST", f"{path}/publish")
    return str(video["video_id"])


async def _wait_until_ready(member: Member, path: str) -> None:
    for _ in range(READY_CHECKS):
        if (await member.call("GET", path))["vod"]["state"] in ("ready", "refused"):
            return
        await asyncio.sleep(READY_CHECK_S)
    raise TimeoutError("a film did not become ready")


async def _cut_scene(film: Path, begin_s: float) -> bytes:
    """Of a scene that in which its product is held up; it begins with a key frame, so nothing is encoded anew."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "scene.mp4"
        cutter = await asyncio.create_subprocess_exec(
            *(find_ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error"),
            *("-ss", str(begin_s), "-t", str(LENGTH_S), "-i", str(film)),
            *("-c", "copy", "-movflags", "+faststart", str(scene)),
            stdin=asyncio.subprocess.DEVNULL,
        )
        if await cutter.wait():
            raise FilmFailedError("a scene could not be cut")
        return await asyncio.to_thread(scene.read_bytes)


async def _upload(member: Member, content: bytes) -> str:
    """Upload by the tus protocol; answers the id of the film that it becomes."""
    name = base64.b64encode(b"scene.mp4").decode()
    made = await member.http.post(
        "/api/uploads",
        headers={**TUS, "upload-length": str(len(content)), "upload-metadata": f"filename {name}"},
    )
    made.raise_for_status()
    sent = await member.http.patch(
        made.headers["location"],
        content=content,
        headers={**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"},
    )
    sent.raise_for_status()
    return str(made.headers["location"].rstrip("/").rpartition("/")[2])


async def _cheer(address: str, video_id: str, number: int, remarks: Sequence[str]) -> None:
    """Some of the audience like it, and say so."""
    chance = random.Random(number)
    for sample in AUDIENCE[number : number + FANS]:
        fan = Member(address)
        # The audience's own process may be signing up the same viewer right now.
        with suppress(ApiError, httpx.HTTPError):
            await fan.enter(sample.sign_in, PASSWORD, sample.name)
            await fan.call("PUT", f"/api/videos/{video_id}/like")
            await fan.call("POST", f"/api/videos/{video_id}/comments", {"text": chance.choice(remarks)})
        await fan.close()
