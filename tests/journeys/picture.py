"""Whether a page's picture really moves: frames that differ, time that grows, the same element, never paused."""

import asyncio

from playwright.async_api import Page

STANDSTILL_S = 30.0

# Asks at each presented frame; the page's own security policy forbids the polling that playwright would do.
_WAIT = """(video, seconds) => new Promise((done) => {
    const look = () => video.currentTime > seconds ? done() : video.requestVideoFrameCallback(look);
    look();
})"""

_MARK = """() => {
    const video = document.querySelector('[data-testid=video]');
    const log = { video, pauses: 0, restarts: 0 };
    video.addEventListener('pause', () => log.pauses++);
    video.addEventListener('emptied', () => log.restarts++);
    window.__picture = log;
}"""

# Waits for presented frames, not for time: if the picture stands still, this never answers and the step times out.
_WATCH = """async () => {
    const log = window.__picture;
    const canvas = new OffscreenCanvas(64, 64);
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    const hash = () => {
        pen.drawImage(log.video, 0, 0, 64, 64);
        const bytes = pen.getImageData(0, 0, 64, 64).data;
        let sum = 0;
        for (let i = 0; i < bytes.length; i++) sum = (sum * 31 + bytes[i]) >>> 0;
        return sum;
    };
    const frames = [];
    const started = log.video.currentTime;
    while (frames.length < 12) {
        await new Promise((done) => log.video.requestVideoFrameCallback(done));
        frames.push(hash());
    }
    const now = document.querySelectorAll('video');
    return {
        pictures: new Set(frames).size,
        seconds: log.video.currentTime - started,
        isSame: now.length === 1 && now[0] === log.video && log.video.isConnected,
        isPaused: log.video.paused,
        pauses: log.pauses,
        restarts: log.restarts,
    };
}"""


async def start_watching(page: Page) -> None:
    """Remember the video element of a page whose picture has come."""
    await wait_for_film(page, 0)
    await page.evaluate(_MARK)


async def wait_for_film(page: Page, seconds: float) -> None:
    """Wait until the film of a page is past a position."""
    async with asyncio.timeout(STANDSTILL_S):
        await page.get_by_test_id("video").evaluate(_WAIT, seconds)


async def expect_moving(page: Page, moment: str) -> None:
    """The picture moves, in the very element that was there at the start, which was never paused or emptied."""
    async with asyncio.timeout(STANDSTILL_S):
        seen = await page.evaluate(_WATCH)
    assert seen["pictures"] > 6, f"{moment}: frames must differ, got {seen}"
    assert seen["seconds"] > 0, f"{moment}: the time of the film must grow, got {seen}"
    assert seen["isSame"], f"{moment}: the video element was replaced"
    assert (seen["isPaused"], seen["pauses"], seen["restarts"]) == (False, 0, 0), f"{moment}: it stopped, {seen}"
