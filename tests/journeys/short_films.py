"""A phone's film, and how it becomes a short video that is in the feed."""

import asyncio
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Locator, Page
from tests.journeys.conftest import STEP_TIMEOUT_MS

from xiaodian.cli.show.client import Json, Member
from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.modules.feed.wire import MAX_SIZE

FILM_S = 8

_RESTS = """() => {
    const entry = document.querySelectorAll('[data-testid=entry]:not([inert])')[0];
    const top = (element) => element.getBoundingClientRect().top;
    return entry && Math.abs(top(entry) - top(entry.closest('[role=feed]'))) < 2;
}"""

# What the page tells of what was done in it.
LISTEN = """() => {
    window.told = [];
    const send = navigator.sendBeacon.bind(navigator);
    navigator.sendBeacon = (to, body) => {
        if (String(to).endsWith('/api/behaviour')) window.told.push(body.text());
        return send(to, body);
    };
}"""
TOLD = """async () => {
    dispatchEvent(new Event('pagehide'));
    return (await Promise.all(window.told)).flatMap((body) => JSON.parse(body).items);
}"""


def make_short_film() -> bytes:
    """Upright, with sound."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        subprocess.run(
            [
                *(find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=s=180x320:r=25:d={FILM_S}"),
                *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={FILM_S}", "-c:v", "libx264", "-preset", "ultrafast"),
                *("-pix_fmt", "yuv420p", "-c:a", "aac", str(path)),
            ],
            check=True,
        )
        return path.read_bytes()


async def publish(creator: Member, film: bytes, title: str, products: list[Json]) -> str:
    """Upload a film and publish it; answers the video's id."""
    head = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(film)),
        "Content-Type": "application/offset+octet-stream",
        "Origin": str(creator.http.base_url).rstrip("/"),
    }
    made = await creator.http.post("/api/uploads", content=film, headers=head)
    assert made.status_code == 201, made.text
    vod_id = made.headers["location"].rpartition("/")[2]
    async with asyncio.timeout(120):
        while True:
            vod = await creator.call("GET", f"/api/vods/{vod_id}")
            assert vod["state"] != "refused", vod
            if vod["state"] == "ready":
                break
            # There is no long poll for this.
            await asyncio.sleep(0.2)
    video = await creator.call("POST", "/api/me/videos", {"vod_id": vod_id})
    path = f"/api/me/videos/{video['video_id']}"
    await creator.call("PATCH", path, {"title": title, "products": products})
    await creator.call("POST", f"{path}/publish")
    return str(video["video_id"])


async def until_in_feed(member: Member, *video_ids: str) -> None:
    """Wait until the films are shown to this viewer, on whichever page: what else is there differs from run to run."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            if (await _shown(member)).issuperset(video_ids):
                return
            # What is published comes to the feed by events; nobody is told when.
            await asyncio.sleep(0.2)


async def _shown(member: Member) -> set[str]:
    """The films of a whole visit."""
    shown: set[str] = set()
    cursor = ""
    while True:
        page = await member.call("GET", f"/api/feed?tab=discover&limit={MAX_SIZE}{cursor}")
        shown |= {item["video"]["video_id"] for item in page["items"] if item["video"]}
        if not page["items"] or page["next_cursor"] is None:
            return shown
        cursor = f"&cursor={page['next_cursor']}"


async def until_rests(page: Page) -> None:
    """Wait until an entry fills the feed: a key that is pressed before may be lost to the browser's snapping."""
    await page.wait_for_function(_RESTS)


def current(page: Page) -> Locator:
    """The entry of the feed that is on the screen."""
    return page.locator("[data-testid=entry]:not([inert])")
