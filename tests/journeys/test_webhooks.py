"""A seller has the shop's own system told of orders, sees it fail in the log, and sends again what was missed."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, OpenPage, Stage
from tests.modules.webhooks.receiver import Receiver, ok

from xiaodian.cli.show.client import Member

pytestmark = [pytest.mark.journey, pytest.mark.still]


async def _make_endpoint(page: Page, url: str) -> str:
    """All about orders and payments; answers the secret."""
    await page.get_by_test_id("webhook-new").click()
    form = page.get_by_test_id("webhook-form")
    await form.get_by_test_id("webhook-save").click()
    await expect(form.get_by_role("alert").first).to_be_visible()
    await form.get_by_test_id("webhook-url").fill(url)
    await form.get_by_test_id("webhook-description").fill("仓库系统")
    await form.get_by_test_id("webhook-area-order").check()
    await form.get_by_test_id("webhook-area-payment").check()
    await form.get_by_test_id("webhook-save").click()
    secret = await page.get_by_test_id("webhook-secret-value").inner_text()
    await page.get_by_test_id("webhook-secret-close").click()
    return secret


async def test_an_order_reaches_the_sellers_own_system_and_what_was_missed_is_sent_again(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹")
    sku = {**stage.product["skus"][0], "flash_sale": None}
    address_id = await buyer.address("辽宁省 丹东市 振兴区")
    async with Receiver() as receiver:
        page = await open_page("/console/settings/webhooks", name="seller", size=DESK, member=stage.host)
        secret = await _make_endpoint(page, receiver.url)
        await page.get_by_test_id("webhook-test").click()
        log = page.get_by_test_id("webhook-log-sheet")
        await expect(log.get_by_test_id("delivery-row")).to_contain_text("已送达")
        await page.get_by_test_id("sheet-close").click()

        order = await buyer.buy(stage.room["room_id"], address_id, sku, 1)
        await receiver.wait_until(lambda: "order.paid" in receiver.types)
        receiver.verify_all(secret)
        paid = next(one for one in receiver.messages if one.type == "order.paid")
        assert paid.subject["id"] == order["order_id"]

        receiver.answer = lambda _: web.Response(status=500, text="kaputt")
        await buyer.buy(stage.room["room_id"], address_id, sku, 1)
        await page.get_by_test_id("webhook-log").click()
        await log.get_by_test_id("webhook-filter-failed").click()
        await expect(log.get_by_test_id("delivery-row").first).to_contain_text("重试中")
        await log.get_by_test_id("delivery-row").first.click()
        await expect(log).to_contain_text("kaputt")
        await expect(log.get_by_test_id("delivery-body")).to_contain_text('"order.placed"')
        receiver.answer = ok
        await log.get_by_test_id("webhook-redeliver").click()
        await expect(log.get_by_test_id("delivery-state")).to_contain_text("已送达")
        # Taken again: what waited behind it about the same order comes by itself.
        await receiver.wait_until(lambda: receiver.types.count("order.paid") == 2)
        await page.get_by_test_id("sheet-close").click()
        await expect(page.get_by_test_id("webhook-health")).to_contain_text("正常")

        await page.get_by_test_id("webhook-disable").click()
        await page.get_by_test_id("confirm-yes").click()
        await page.get_by_test_id("webhook-enable").click()
        await page.get_by_test_id("webhook-enable-all").click()
        await expect(page.get_by_test_id("webhook-disable")).to_be_visible()
