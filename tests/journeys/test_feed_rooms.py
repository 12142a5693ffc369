"""A room on air among the films: that it was seen is told, and what does not interest stays away, also from guests."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import STEP_TIMEOUT_MS, Encoder, OpenPage, Stage, until_state
from tests.journeys.short_films import LISTEN, TOLD, current, publish, until_in_feed, until_rests

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

Enter = Callable[[str], Awaitable[Member]]
MOST_STEPS = 40


async def _step_to(page: Page, place_id: str) -> bool:
    """Goes down the feed to this entry; answers whether it is there."""
    feed = page.get_by_test_id("feed")
    # For somebody who dismissed the only entry there is nothing.
    await expect(page.get_by_role("feed")).to_have_attribute("aria-busy", "false")
    for index in range(MOST_STEPS):
        await expect(feed).to_have_attribute("data-index", str(index))
        entry = current(page)
        if not await entry.count() or await entry.get_attribute("data-id") == place_id:
            break
        await until_rests(page)
        await page.keyboard.press("ArrowDown")
    return await page.locator(f"[data-testid=entry][data-id='{place_id}']").count() > 0


async def _is_seen(page: Page, room_id: str) -> bool:
    told = await page.evaluate(TOLD)
    return ("seen", room_id) in [(item["kind"], item.get("room_id")) for item in told]


async def _until_room_in_feed(member: Member, room_id: str) -> None:
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            items = (await member.call("GET", "/api/feed?tab=discover"))["items"]
            if any(item["room"] and item["room"]["room_id"] == room_id for item in items):
                return
            # Lists of rooms are fresh every few seconds; nobody is told when.
            await asyncio.sleep(0.3)


async def test_a_room_in_the_feed_is_seen_dismissed_and_reported(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Enter
) -> None:
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        viewer = await enter("小丹")
        await _until_room_in_feed(viewer, room_id)

        guest = await open_page("/", name="guest", touch=True)
        await guest.evaluate(LISTEN)
        assert await _step_to(guest, room_id)
        async with asyncio.timeout(20):
            while not await _is_seen(guest, room_id):
                await guest.evaluate("new Promise((done) => setTimeout(done, 200))")
        more = current(guest).get_by_test_id("more")
        box = await more.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        await more.tap()
        await guest.get_by_test_id("not-interested").tap()
        await expect(guest.locator(f"[data-id='{room_id}']")).to_have_count(0)
        await guest.reload()
        assert not await _step_to(guest, room_id), "the guest's browser remembers it"

        page = await open_page("/", name="viewer", member=viewer, touch=True)
        assert await _step_to(page, room_id)
        await current(page).get_by_test_id("more").tap()
        await page.get_by_test_id("report").tap()
        await page.get_by_test_id("reason-fraud").check()
        await page.get_by_test_id("report-send").tap()
        await expect(page.get_by_text("已收到举报")).to_be_visible()
        await viewer.call("PUT", f"/api/rooms/{room_id}/dismissal")
        await page.reload()
        assert not await _step_to(page, room_id)


async def test_what_does_not_interest_a_guest_stays_away_after_a_reload_and_comes_back_when_taken_back(
    stage: Stage, short_film: bytes, open_page: OpenPage, enter: Enter
) -> None:
    unwanted = await publish(stage.host, short_film, "不想看 #草莓", [])
    await until_in_feed(await enter("小丹"), unwanted)
    guest = await open_page("/", name="guest", touch=True)
    assert await _step_to(guest, unwanted)
    await current(guest).get_by_test_id("more").tap()
    await guest.get_by_test_id("not-interested").tap()
    await expect(guest.locator(f"[data-id='{unwanted}']")).to_have_count(0)
    await guest.reload()
    assert not await _step_to(guest, unwanted)
    # Another browser knows nothing of it.
    other = await open_page("/", name="other")
    assert await _step_to(other, unwanted)
