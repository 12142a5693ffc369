"""A viewer asks to be reminded of a room, sees the mark wherever they are when it begins, and is in it by one tap."""

import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import start_watching

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

_HAS_MARK = """testid => {
    const drawn = getComputedStyle(document.querySelector(`[data-testid="${testid}"]`), "::after");
    return drawn.content !== "none" && drawn.width !== "auto";
}"""


_APART = """() => {
    const [message, toast] = ["message-popup", "toast"].map((id) => document.querySelector(`[data-testid="${id}"]`));
    return toast.getBoundingClientRect().top >= message.getBoundingClientRect().bottom;
}"""


async def _see_mark(page: Page, testid: str, *, is_there: bool) -> None:
    await page.wait_for_function(f"testid => (({_HAS_MARK})(testid)) === {str(is_there).lower()}", arg=testid)


async def test_a_viewer_who_asked_is_told_on_every_page_when_the_room_begins_and_enters_it(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    viewer = await enter("小丹")
    host_id, room_id = stage.host.me["account_id"], stage.room["room_id"]
    tomorrow_ms = int(time.time() * 1000) + 24 * 3600 * 1000
    await stage.host.call("POST", "/api/rooms", {"title": "明天见", "planned_at_ms": tomorrow_ms})
    creator = await open_page(f"/creators/{host_id}", name="creator", member=viewer)
    await creator.get_by_test_id("creator-tab-planned").click()
    today, later = (creator.locator("li", has_text=title).get_by_test_id("remind") for title in ("现摘草莓", "明天见"))
    await today.click()
    await expect(today).to_have_attribute("aria-pressed", "true")
    home = await open_page("/?tab=live", name="home", size=DESK, member=viewer)
    await expect(home.get_by_test_id("account")).to_be_visible()
    await expect(creator.get_by_test_id("inbox")).to_have_count(0)

    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        # Neither page is loaded anew: both hear it.
        for page in (creator, home):
            await expect(page.get_by_test_id("message-popup")).to_contain_text("阿月 开播了：现摘草莓")
        await expect(creator.get_by_test_id("inbox")).to_be_visible()
        # What is said in passing meanwhile lies over neither.
        await later.click()
        await expect(creator.get_by_test_id("toast")).to_have_count(1)
        await creator.wait_for_function(_APART)
        await _see_mark(home, "account", is_there=True)
        await expect(home.locator("#unread")).to_have_text("1 条未读")

        await creator.get_by_test_id("message-popup-act").click()
        await expect(creator.get_by_test_id("room")).to_be_visible()
        await start_watching(creator)
        # Read there, it is read everywhere.
        await _see_mark(home, "account", is_there=False)
        await expect(creator.get_by_test_id("inbox")).to_have_count(0)

        await home.get_by_test_id("account").click()
        await home.get_by_test_id("my-notices").click()
        await expect(home.get_by_test_id("notice")).to_have_count(1)
        await home.get_by_test_id("notice").click()
        await expect(home.get_by_test_id("room")).to_be_visible()
