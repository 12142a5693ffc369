"""A seller sees at home what came in, without reloading, and afterwards goes through the room along its time line."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import start_watching, wait_for_film

from xiaodian.cli.show.client import Json, Member

pytestmark = pytest.mark.journey

Enter = Callable[[str], Awaitable[Member]]


async def _buy(stage: Stage, buyer: Member) -> Json:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    return await buyer.buy(stage.room["room_id"], await buyer.address("辽宁省 丹东市"), sku, 1)


async def _look_at_home(home: Page, stage: Stage, enter: Enter) -> None:
    await expect(home.get_by_test_id("home-calm")).to_be_visible()
    await _buy(stage, await enter("小丹"))
    row = home.get_by_test_id("todo-ship")
    await expect(row.get_by_test_id("todo-count")).to_have_text("1")
    await expect(home.get_by_test_id("figure-gmv")).to_contain_text("89.00")
    await expect(home.get_by_test_id("home-room")).to_be_visible()
    meaning = home.get_by_test_id("figure-gmv")
    await meaning.get_by_test_id("what-is-gmv").click()
    await expect(meaning.get_by_test_id("what-is-text")).to_contain_text("单价 × 件数")
    await home.keyboard.press("Escape")


# The film decides when it is there; the page's own security policy forbids the polling that playwright would do.
_UNTIL_BETWEEN = """(video, [from, to]) => new Promise((done) => {
    const look = () => video.currentTime > from && video.currentTime < to ? done() : setTimeout(look, 50);
    look();
})"""


async def _until_picture_between(console: Page, from_s: float, to_s: float) -> None:
    async with asyncio.timeout(20):
        await console.get_by_test_id("room-video").evaluate(_UNTIL_BETWEEN, [from_s, to_s])


async def test_home_shows_what_came_in_and_the_room_is_walked_along_its_time_line(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Enter
) -> None:
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        viewer = await open_page(f"/rooms/{room_id}", name="viewer")
        await start_watching(viewer)
        await wait_for_film(viewer, 6)
        up_ms = int(time.time() * 1000)
        product_id = stage.product["product_id"]
        await stage.host.call("PUT", f"{stage.path}/control/featured", {"product_id": product_id, "at_ms": up_ms})
        await viewer.get_by_test_id("product-card").click()
        home = await open_page("/console", name="home", size=DESK, member=stage.host)
        await _look_at_home(home, stage, enter)
        await stage.host.call("DELETE", f"{stage.path}/control/featured")
        await viewer.context.close()
        await stage.host.call("POST", f"{stage.path}/control/end")
    ended = await until_state(stage.host, room_id, "ended")

    await home.goto(home.url.partition("/console")[0] + f"/console/rooms/{room_id}")
    console = home
    await expect(console.get_by_test_id("figure-viewers")).to_have_text("1", timeout=30_000)
    await expect(console.get_by_test_id("step-clicked")).to_contain_text("1")
    await expect(console.get_by_test_id("product-row")).to_contain_text("丹东草莓")
    await expect(console.get_by_test_id("room-chart")).to_have_attribute("data-ready", "true")
    # The picture plays; a press on what was held up goes to where it came up, and the cursor with it.
    await expect(console.get_by_test_id("chart-cursor")).to_be_visible()
    await console.get_by_test_id("featured-span").click()
    held_up_s = (up_ms - ended["started_at_ms"]) / 1000
    await _until_picture_between(console, held_up_s - 2, held_up_s + 6)
    chart = console.get_by_test_id("room-chart")
    await chart.focus()
    await console.keyboard.press("Home")
    await _until_picture_between(console, -1, held_up_s - 2)
    box = await chart.bounding_box()
    assert box
    await chart.click(position={"x": 48 + (box["width"] - 60) * 0.99, "y": 60})
    await expect(console.get_by_test_id("chart-cursor")).to_be_visible()
    await console.get_by_test_id("line-table").click()
    await expect(console.get_by_test_id("minute-table")).to_be_visible()
