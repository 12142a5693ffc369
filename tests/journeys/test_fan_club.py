"""A shop opens its fan club with one press; who joins wears its badge and buys before others, who see the countdown."""

import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import expect_moving, start_watching

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

PRICE_MINOR, FLASH_MINOR = 8900, 5900
HOUR_MS = 3_600_000


async def _open_club(console: Page) -> None:
    await expect(console.get_by_test_id("club-level-row")).to_have_count(5)
    await console.get_by_test_id("club-open").click()
    await expect(console.get_by_test_id("club-close")).to_be_visible()


async def _plan_members_sale(stage: Stage) -> None:
    """For members from now on, for others in an hour."""
    now_ms = int(time.time() * 1000)
    sale = {
        "sku_id": stage.product["skus"][0]["sku_id"],
        "price_minor": FLASH_MINOR,
        "set_aside": 5,
        "starts_at_ms": now_ms + HOUR_MS,
        "ends_at_ms": now_ms + 2 * HOUR_MS,
        "early": {"level": 1, "seconds": 7200},
    }
    await stage.host.call("POST", f"/api/shops/{stage.product['shop_id']}/flash-sales", sale)


async def _join(viewer: Page) -> None:
    await viewer.get_by_test_id("club-chip").click()
    await viewer.get_by_test_id("club-join").click()
    await expect(viewer.get_by_test_id("club-mine")).to_be_visible()
    await viewer.get_by_test_id("sheet-close").click()


async def _say(viewer: Page, text: str) -> None:
    await viewer.get_by_test_id("comment-input").fill(text)
    await viewer.get_by_test_id("comment-send").click()


async def _buy_early(viewer: Page) -> None:
    await viewer.get_by_test_id("product-card").click()
    drawer = viewer.get_by_test_id("product-drawer")
    await expect(drawer.get_by_test_id("price")).to_have_attribute("data-minor", str(FLASH_MINOR))
    await drawer.get_by_test_id("buy").click()
    await expect(drawer.get_by_test_id("pay-amount")).to_have_attribute("data-minor", str(FLASH_MINOR))
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()


async def _see_when_it_opens(viewer: Page) -> None:
    await viewer.get_by_test_id("product-card").click()
    drawer = viewer.get_by_test_id("product-drawer")
    await expect(drawer.get_by_test_id("flash-members")).to_contain_text("已开抢")
    await expect(drawer.get_by_test_id("price")).to_have_attribute("data-minor", str(PRICE_MINOR))


async def test_a_viewer_joins_wears_the_badge_in_chat_and_buys_while_another_sees_the_countdown(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    fan, other = await enter("小丹"), await enter("阿海")
    await fan.address("辽宁省 丹东市 振兴区")
    console = await open_page("/console/fans/club", name="console", size=DESK, member=stage.host)
    await _open_club(console)
    await _plan_members_sale(stage)
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        await stage.host.call("PUT", f"{stage.path}/control/featured", {"product_id": stage.product["product_id"]})
        await console.goto(console.url.replace("fans/club", f"rooms/{room_id}"))
        viewer = await open_page(f"/rooms/{room_id}", name="fan", size=PHONE, member=fan)
        beside = await open_page(f"/rooms/{room_id}", name="other", size=PHONE, member=other)
        await start_watching(viewer)

        await _join(viewer)
        joined = beside.get_by_test_id("comment").filter(has_text="加入了粉丝团")
        await expect(joined.get_by_test_id("club-badge")).to_have_text("老铁 1")
        await expect(console.get_by_test_id("club-line")).to_contain_text("小丹 加入了粉丝团")

        await _say(viewer, "今天的草莓真红")
        for page in (beside, console):
            said = page.get_by_test_id("comment").filter(has_text="今天的草莓真红")
            await expect(said.get_by_test_id("club-badge")).to_contain_text("老铁")

        await _see_when_it_opens(beside)
        await _buy_early(viewer)
        await expect_moving(viewer, "after paying")
