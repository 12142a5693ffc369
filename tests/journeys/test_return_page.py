"""Payment providers send the buyer back to an address that names the payment; it goes on from there."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PASSWORD, OpenPage, Stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

REGION = "辽宁省 丹东市 振兴区"


async def _place_order(buyer: Member, stage: Stage) -> Json:
    """An order of one piece, not paid yet."""
    sku = stage.product["skus"][0]
    line = {"sku_id": sku["sku_id"], "quantity": 1, "price_minor": 8900, "room_id": stage.room["room_id"]}
    placed = await buyer.call(
        "POST",
        "/api/checkout",
        {"address_id": await buyer.address(REGION), "lines": [line]},
        headers={"idempotency-key": uuid4().hex},
    )
    order: Json = placed["orders"][0]
    return order


async def _begin_to_pay(page: Page) -> str:
    """From the list of orders to the cashier, and away from it; answers the charge that was opened there."""
    await page.get_by_test_id("my-orders").click()
    async with page.expect_response(
        lambda answer: answer.url.endswith("/api/payments") and answer.status == 201
    ) as told:
        await page.get_by_test_id("order-pay").click()
    charge: Json = await (await told.value).json()
    await page.get_by_test_id("pay-leave").click()
    return str(charge["charge_id"])


async def test_who_left_the_cashier_pays_on_the_page_that_the_provider_sends_buyers_back_to(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹")
    order = await _place_order(buyer, stage)
    page = await open_page("/", name="buyer", member=buyer)
    home = page.url
    charge_id = await _begin_to_pay(page)

    await page.goto(f"{home}?charge={charge_id}")
    sheet = page.get_by_test_id("return-sheet")
    await expect(sheet.get_by_test_id("pay-amount")).to_have_attribute("data-minor", "8900")
    await expect(sheet.get_by_test_id("charge-orders")).to_contain_text("丹东草莓")
    await sheet.get_by_test_id("pay-fail").click()
    await expect(sheet.get_by_test_id("pay-failed")).to_be_visible()
    await sheet.get_by_test_id("pay-again").click()
    await sheet.get_by_test_id("pay-succeed").click()
    await expect(sheet.get_by_test_id("paid")).to_be_visible()
    await sheet.get_by_test_id("to-orders").click()

    item = page.locator(f"[data-testid=order-item][data-order-id='{order['order_id']}']")
    await expect(item).to_have_attribute("data-state", "paid")
    assert page.url == home, "the address names no payment any more"
    await page.reload()
    await expect(page.get_by_test_id("my-orders")).to_be_visible()
    await expect(sheet).to_have_count(0)


async def test_what_was_paid_elsewhere_meanwhile_is_shown_as_paid(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹")
    await _place_order(buyer, stage)
    page = await open_page("/", name="buyer", member=buyer)
    charge_id = await _begin_to_pay(page)
    again = await open_page(f"/?charge={charge_id}", name="again", member=buyer, size=DESK)
    await expect(again.get_by_test_id("pay-act")).to_be_visible()
    await buyer.call("POST", f"/api/sandbox/charges/{charge_id}/decision", {"outcome": "succeed"})
    await expect(again.get_by_test_id("paid")).to_be_visible()
    await again.get_by_test_id("back-to-room").click()
    await again.wait_for_url(f"**/rooms/{stage.room['room_id']}")


async def test_who_is_signed_out_signs_in_first_and_others_learn_nothing(
    stage: Stage, open_page: OpenPage, platform: str, enter: Callable[[str], Awaitable[Member]]
) -> None:
    sign_in = f"{uuid4().hex[:12]}@example.com"
    buyer = Member(platform)
    try:
        await buyer.enter(sign_in, PASSWORD, "小丹")
        order = await _place_order(buyer, stage)
        wish = {"order_ids": [order["order_id"]], "provider": "sandbox"}
        charge = await buyer.call("POST", "/api/payments", wish, headers={"idempotency-key": uuid4().hex})
    finally:
        await buyer.close()
    address = charge["action"]["url"]

    other = await open_page(address, name="other", member=await enter("小红"))
    await expect(other.get_by_test_id("return-sheet").get_by_test_id("to-orders")).to_be_visible()
    await expect(other.get_by_test_id("cashier")).to_have_count(0)

    page = await open_page(address, name="buyer")
    form = page.get_by_test_id("sign-in-form")
    await form.get_by_test_id("sign-in-name").fill(sign_in)
    await form.get_by_test_id("password").fill(PASSWORD)
    await form.get_by_test_id("sign-in-submit").click()
    await page.get_by_test_id("pay-succeed").click()
    await expect(page.get_by_test_id("paid")).to_be_visible()
    await page.get_by_test_id("sheet-close").click()
    await page.wait_for_url(f"{platform}/")
