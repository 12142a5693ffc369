"""A buyer follows a parcel, sends back what came broken, and gets the money, through a refusal."""

import io
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect
from tests.journeys.conftest import OpenPage, Stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

RETURN_ADDRESS = {"recipient": "阿月", "phone": "13900000000", "region": "辽宁省 丹东市", "detail": "草莓园 8 号"}


async def _buy_and_ship(stage: Stage, buyer: Member) -> Json:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    address_id = await buyer.address("辽宁省 丹东市 振兴区")
    order = await buyer.buy(stage.room["room_id"], address_id, sku, 3)
    path = f"/api/orders/{order['order_id']}"
    await stage.host.call(
        "POST", f"{path}/shipment", {"carrier": "sf", "tracking_number": f"SF{uuid4().int % 10**13:013}"}
    )
    at_ms = order["placed_at_ms"]
    events = [
        {"kind": "picked_up", "at_ms": at_ms + 1000, "place": "丹东", "text": "快件已揽收"},
        {"kind": "in_transit", "at_ms": at_ms + 2000, "place": "沈阳", "text": "到达沈阳转运中心"},
    ]
    await stage.host.call("POST", f"{path}/tracking", {"events": events})
    return order


async def _ask(sheet: Locator) -> None:
    await sheet.get_by_test_id("ask-after-sale").click()
    form = sheet.get_by_test_id("after-sale-form")
    await form.locator("[data-testid=kind-option][data-value=return_refund]").click()
    await form.get_by_test_id("after-sale-quantity").fill("2")
    await form.get_by_test_id("after-sale-quantity").blur()
    await form.locator("[data-testid=reason][data-reason=damaged]").click()
    await expect(form.get_by_test_id("refund-amount")).to_have_value("178.00")
    await form.get_by_test_id("after-sale-words").fill("压坏了两盒")
    picture = {"name": "broken.png", "mimeType": "image/png", "buffer": _picture()}
    await form.get_by_test_id("picture-input").set_input_files(picture)  # type: ignore[arg-type]
    await expect(form.get_by_test_id("picked-picture")).to_have_count(1)
    await form.get_by_test_id("after-sale-send").click()


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "firebrick").save(file, "PNG")
    return file.getvalue()


async def _reopen(page: Page) -> Locator:
    """As who comes back later: the list of after-sales, and the one in it."""
    await page.reload()
    await page.get_by_test_id("my-orders").click()
    sheet = page.get_by_test_id("orders-sheet")
    await sheet.get_by_test_id("tab-after_sales").click()
    await sheet.get_by_test_id("after-sale-item").click()
    return sheet.get_by_test_id("after-sale-detail")


async def test_a_buyer_sends_back_what_came_broken_and_gets_the_money(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹")
    order = await _buy_and_ship(stage, buyer)
    page = await open_page("/", name="buyer", member=buyer)
    await page.get_by_test_id("my-orders").click()
    sheet = page.get_by_test_id("orders-sheet")
    await sheet.get_by_test_id("tab-to_receive").click()
    await sheet.get_by_test_id("order-item").get_by_role("button").first.click()
    await expect(sheet.get_by_test_id("tracking-event")).to_have_count(2)
    await expect(sheet.get_by_test_id("tracking-event").first).to_contain_text("沈阳")
    await expect(sheet.get_by_test_id("movement")).to_have_attribute("data-kind", "paid")

    await _ask(sheet)
    detail = sheet.get_by_test_id("after-sale-detail")
    await expect(detail).to_have_attribute("data-state", "requested")
    await expect(detail.get_by_test_id("deadline")).to_contain_text("还剩 1 天")
    [asked] = (await buyer.call("GET", "/api/me/after-sales"))["items"]
    path = f"/api/after-sales/{asked['after_sale_id']}"
    assert (asked["quantity"], asked["refund_minor"], len(asked["picture_urls"])) == (2, 17800, 1)

    await stage.host.call("POST", f"{path}/refusal", {"reason": "看不出是运输损坏", "picture_urls": []})
    detail = await _reopen(page)
    await expect(detail).to_contain_text("看不出是运输损坏")
    await detail.get_by_test_id("deed-request_again").click()
    await detail.get_by_test_id("deed-words").fill("外箱也凹进去了")
    await detail.get_by_test_id("deed-confirm").click()
    await expect(detail).to_have_attribute("data-state", "requested")

    key = {"idempotency-key": uuid4().hex}
    await stage.host.call("POST", f"{path}/agreement", {"return_address": RETURN_ADDRESS}, headers=key)
    detail = await _reopen(page)
    await expect(detail.get_by_test_id("return-address")).to_contain_text("草莓园 8 号")
    await detail.get_by_test_id("deed-ship_return").click()
    await detail.get_by_test_id("return-carrier").fill("顺丰")
    await detail.get_by_test_id("return-number").fill("SF9876543210987")
    await detail.get_by_test_id("deed-confirm").click()
    await expect(detail).to_have_attribute("data-state", "returning")

    await stage.host.call("POST", f"{path}/return-receipt", {}, headers={"idempotency-key": uuid4().hex})
    # The page looks again by itself until the provider has paid back.
    await expect(detail).to_have_attribute("data-state", "refunded")
    money = (await buyer.call("GET", f"/api/orders/{order['order_id']}/money"))["items"]
    assert [(one["kind"], one["amount_minor"]) for one in money][-1] == ("refunded", 17800)


async def test_a_buyer_withdraws_what_was_asked_for_by_mistake(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹")
    await _buy_and_ship(stage, buyer)
    page = await open_page("/", name="buyer", member=buyer)
    await page.get_by_test_id("my-orders").click()
    sheet = page.get_by_test_id("orders-sheet")
    await sheet.get_by_test_id("order-item").get_by_role("button").first.click()
    await _ask(sheet)
    detail = sheet.get_by_test_id("after-sale-detail")
    await detail.get_by_test_id("deed-withdraw").click()
    await detail.get_by_test_id("deed-confirm").click()
    await expect(detail).to_have_attribute("data-state", "closed")
    # Nothing came back, and it can be asked for anew.
    await sheet.get_by_role("button", name="返回").click()
    await expect(sheet.get_by_test_id("ask-after-sale")).to_be_visible()
