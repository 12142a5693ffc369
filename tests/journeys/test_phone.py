"""On a phone nothing stands beyond the edge of the screen, and what a host presses is as large as a thumb."""

import asyncio

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import OpenPage, Stage

pytestmark = [pytest.mark.journey, pytest.mark.still]

TOUCH_PX = 44
AT_ONCE = 4
_BEYOND_THE_EDGE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# How far a finger may be from the middle of each button and still press it: some take more room than is seen.
_TOO_SMALL = """(root, least) => {
    const reach = (button, x, y, dx, dy) => {
        let far = 0;
        while (far < least && button.contains(document.elementFromPoint(x + dx * (far + 1), y + dy * (far + 1)))) far++;
        return far;
    };
    return [...root.querySelectorAll('button, a, summary, select')].flatMap((button) => {
        button.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const box = button.getBoundingClientRect();
        if (box.width === 0) return [];
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const wide = Math.max(box.width, reach(button, x, y, 1, 0) + reach(button, x, y, -1, 0) + 1);
        const high = Math.max(box.height, reach(button, x, y, 0, 1) + reach(button, x, y, 0, -1) + 1);
        const name = button.getAttribute('aria-label') ?? button.textContent.trim();
        return Math.min(wide, high) < least - 0.5 ? [`${Math.round(wide)} x ${Math.round(high)}: ${name}`] : [];
    });
}"""


async def test_no_page_is_wider_than_a_phone_in_either_language(open_page: OpenPage, stage: Stage) -> None:
    room = f"rooms/{stage.room['room_id']}"
    creator = (await stage.host.call("GET", "/api/me"))["account_id"]
    paths = [
        *("/", "/?tab=live", "/search?q=草莓", f"/creators/{creator}", f"/creators/{creator}?tab=shop", f"/{room}"),
        *("/console", "/console/rooms", f"/console/{room}", f"/console/{room}/board", f"/console/{room}/figures"),
        *("/console/videos", "/console/fans", "/console/fans/club", "/console/fans/repurchase", "/console/outreach"),
    ]
    home = await open_page("/console/settings/account", name="host", member=stage.host, touch=True)
    origin = home.url.split("/console")[0]
    turns = asyncio.Semaphore(AT_ONCE)

    async def _look(path: str, language: str) -> str | None:
        async with turns:
            page = await home.context.new_page()
            await page.goto(f"{origin}{path}")
            await expect(page.locator("html")).to_have_attribute("lang", language)
            await page.wait_for_load_state("networkidle")
            beyond = await page.evaluate(_BEYOND_THE_EDGE)
            await page.close()
            return f"{path} in {language}: {beyond} px" if beyond > 0 else None

    for cookie, language in (("zh", "zh-CN"), ("en", "en-GB")):
        await home.context.add_cookies([{"name": "xd_lang", "value": cookie, "url": origin}])
        wider = await asyncio.gather(*(_look(path, language) for path in paths))
        assert not [each for each in wider if each], "somebody with a phone would have to push the page sideways"


async def _expect_within_a_thumb(page: Page) -> None:
    assert await page.locator("main").evaluate(_TOO_SMALL, TOUCH_PX) == []


async def test_what_a_host_presses_in_the_live_console_is_as_large_as_a_thumb(
    open_page: OpenPage, stage: Stage
) -> None:
    path = f"/console/rooms/{stage.room['room_id']}"
    console = await open_page(path, name="host", member=stage.host, touch=True)
    await console.get_by_test_id("stream-key-copy").wait_for()
    await _expect_within_a_thumb(console)
    await console.get_by_test_id("pane-bag").click()
    await expect(console.get_by_test_id("bag-item")).to_be_visible()
    await _expect_within_a_thumb(console)
    await console.get_by_test_id("price-edit").click()
    await expect(console.get_by_test_id("price-edit-save")).to_be_visible()
    await _expect_within_a_thumb(console)
