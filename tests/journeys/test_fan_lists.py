"""Staff at a desk look through fans: what they asked for and what they typed is there when they come back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, STEP_TIMEOUT_MS, OpenPage, Stage

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

WORDS = "给你留了一盒"


async def _buy(stage: Stage, fan: Member) -> None:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    await fan.buy(stage.room["room_id"], await fan.address("辽宁省 丹东市 振兴区"), sku, 1)


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Fans are counted and written to by the worker, which tells nobody when it is done."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.1)


async def _until_counted(stage: Stage, fans: int) -> None:
    path = f"/api/shops/{stage.product['shop_id']}/fans/all"

    async def _is_so() -> bool:
        return len((await stage.host.call("GET", path))["items"]) == fans

    await _until(_is_so)


async def _expect_search(page: Page, name: str) -> None:
    await expect(page.get_by_test_id("fans-search")).to_have_value(name)
    await expect(page.get_by_test_id("fan-row")).to_have_count(1)
    await expect(page.get_by_test_id("fan-row")).to_contain_text(name)


async def test_who_comes_back_from_a_fan_finds_the_list_as_it_was_asked_for(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    for name in ("小丹", "大海"):
        await _buy(stage, await enter(name))
    await _until_counted(stage, 2)
    page = await open_page("/console/fans", name="fans", size=DESK, member=stage.host)
    await expect(page.get_by_test_id("fan-row")).to_have_count(2)
    await page.get_by_test_id("fans-search").fill("大海")
    await _expect_search(page, "大海")
    await page.get_by_test_id("fan-row").click()
    await expect(page).to_have_title("大海 · 小店")
    await page.go_back()
    await _expect_search(page, "大海")
    await page.get_by_test_id("fan-row").click()
    await page.get_by_test_id("page-back").click()
    await _expect_search(page, "大海")
    await page.reload()
    await _expect_search(page, "大海")

    await page.get_by_test_id("segment-new").click()
    await expect(page.get_by_test_id("fan-row")).to_have_count(2)
    await page.get_by_test_id("fan-row").first.click()
    await expect(page.get_by_test_id("fan-page")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_test_id("segment-new")).to_have_attribute("aria-pressed", "true")


async def test_limits_out_of_range_are_told_in_words_and_a_slip_of_escape_loses_nothing(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    await _buy(stage, await enter("小丹"))
    await _until_counted(stage, 1)
    page = await open_page("/console/fans", name="fans", size=DESK, member=stage.host)
    await expect(page.get_by_test_id("segment-slipping")).to_contain_text("超过 60 天没买")
    await page.get_by_test_id("fans-thresholds").click()
    form = page.get_by_test_id("thresholds")
    await form.get_by_test_id("thresholds-slipping").fill("0")
    await form.get_by_test_id("thresholds-save").click()
    await expect(form.get_by_role("alert")).to_have_text("至少是 1。")
    await form.get_by_test_id("thresholds-slipping").fill("45")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("confirm-no").click()
    await expect(form.get_by_test_id("thresholds-slipping")).to_have_value("45")
    await form.get_by_test_id("thresholds-save").click()
    await expect(form).to_have_count(0)
    await expect(page.get_by_test_id("segment-slipping")).to_contain_text("超过 45 天没买")
    await page.get_by_test_id("fans-thresholds").click()
    await expect(form.get_by_test_id("thresholds-slipping")).to_have_value("45")
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)


async def test_a_shop_without_coupons_makes_one_where_it_writes_to_a_fan(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    fan = await enter("小丹")
    await _buy(stage, fan)
    await _until_counted(stage, 1)
    page = await open_page(f"/console/fan/{fan.me['account_id']}", name="fan", size=DESK, member=stage.host)
    await page.get_by_test_id("fan-write").click()
    await expect(page.get_by_test_id("fan-message-text")).to_be_focused()
    await page.get_by_test_id("fan-message-text").fill(WORDS)
    await page.get_by_test_id("fan-coupon-new").click()
    await page.get_by_test_id("coupon-off").fill("10")
    await page.get_by_test_id("coupon-form").get_by_role("button", name="发放").click()
    await expect(page.get_by_test_id("fan-message-coupon")).not_to_have_value("")
    await expect(page.get_by_test_id("fan-message-text")).to_have_value(WORDS)
    await page.get_by_test_id("fan-message-send").click()
    await expect(page.get_by_test_id("fan-message")).to_have_count(0)

    async def _has_coupon() -> bool:
        notices = (await fan.call("GET", "/api/me/notices"))["items"]
        return any(WORDS in notice["text"] and notice["params"].get("coupon_id") for notice in notices)

    await _until(_has_coupon)
