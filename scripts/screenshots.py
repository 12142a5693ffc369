"""Take the README pictures from a demo that runs (`make demo` elsewhere): python -m scripts.screenshots [ADDRESS]."""

import asyncio
import sys
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, async_playwright
from scripts.browser import start_browser

from xiaodian.cli.show.catalogue import PASSWORD, YUE

FOLDER = Path(__file__).parent.parent / "docs/images"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
CARD_TIMEOUT_MS = 60_000
SETTLE_S = 2.5
"""Long enough for a few comments and a bubble to come in."""


async def main(address: str) -> None:
    """Take all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        rooms = (await client.get("/api/rooms", params={"state": "on_air"})).json()["items"]
    room_id = next((room["room_id"] for room in rooms if room["host"]["display_name"] == YUE.name), None)
    if room_id is None:
        sys.exit(f"{YUE.name} is not on air at {address}; start `make demo` first")
    async with async_playwright() as playwright:
        browser = await start_browser(playwright)
        for language, suffix in (("zh", ""), ("en", "-en")):
            await _take_room(browser, address, room_id, language, f"room{suffix}.png")
            await _take_console(browser, address, room_id, language, f"console{suffix}.png")
        await browser.close()


async def _open(browser: Browser, address: str, language: str, size: dict[str, int], scale: float) -> Page:
    context = await browser.new_context(
        viewport=size,  # type: ignore[arg-type]  # playwright's type is a TypedDict of the same form.
        device_scale_factor=scale,
        locale="zh-CN" if language == "zh" else "en-US",
        has_touch=size is PHONE,
    )
    await context.add_cookies([{"name": "xd_lang", "value": language, "url": address}])
    return await context.new_page()


async def _take_room(browser: Browser, address: str, room_id: str, language: str, name: str) -> None:
    page = await _open(browser, address, language, PHONE, 2)
    await page.goto(f"{address}/rooms/{room_id}")
    await page.get_by_test_id("product-card").wait_for(timeout=CARD_TIMEOUT_MS)
    await page.get_by_test_id("purchase-bubble").wait_for(timeout=CARD_TIMEOUT_MS)
    await page.get_by_test_id("product-card").wait_for(timeout=CARD_TIMEOUT_MS)
    await asyncio.sleep(SETTLE_S / 4)
    await page.screenshot(path=FOLDER / name)
    await page.context.close()


async def _take_console(browser: Browser, address: str, room_id: str, language: str, name: str) -> None:
    page = await _open(browser, address, language, DESK, 1)
    answer = await page.request.post(
        f"{address}/api/sessions", data={"sign_in": YUE.sign_in, "password": PASSWORD}, headers={"origin": address}
    )
    assert answer.ok, await answer.text()
    await page.goto(f"{address}/console/rooms/{room_id}")
    # From the next product's first second on, so that it is still held up when the picture is taken.
    await page.get_by_test_id("on-show").wait_for(timeout=CARD_TIMEOUT_MS)
    await page.get_by_test_id("on-show").wait_for(state="hidden", timeout=CARD_TIMEOUT_MS)
    await page.get_by_test_id("on-show").wait_for(timeout=CARD_TIMEOUT_MS)
    await asyncio.sleep(SETTLE_S)
    await page.screenshot(path=FOLDER / name)
    await page.context.close()


if __name__ == "__main__":
    asyncio.run(main((sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")))
