"""A clerk's morning at the desk: find by what is at hand, print, keep a filter, answer an after-sale with an offer."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pymupdf as untyped
import pytest
from playwright.async_api import Page, Route, expect
from tests.journeys.conftest import DESK, PHONE, OpenPage, Stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

pymupdf: Any = untyped


async def _buy(stage: Stage, buyer: Member, quantity: int = 1) -> Json:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    return await buyer.buy(stage.room["room_id"], await buyer.address("辽宁省 丹东市 振兴区"), sku, quantity)


async def _ask(stage: Stage, buyer: Member, order: Json) -> Json:
    """The goods came, and the buyer wants the money back."""
    parcel = {"carrier": "sf", "tracking_number": f"SF{uuid4().int % 10**13:013}"}
    await stage.host.call("POST", f"/api/orders/{order['order_id']}/shipment", parcel)
    wish = {"line_no": 0, "kind": "return_refund", "quantity": 1, "reason": "quality", "description": "有几颗软了"}
    asked: Json = await buyer.call(
        "POST",
        f"/api/orders/{order['order_id']}/after-sales",
        wish,
        headers={"idempotency-key": uuid4().hex},
    )
    return asked


async def _print_slips(page: Page, orders: list[Json]) -> None:
    """Select three by keyboard and box, and read the PDF that comes."""
    for _ in orders:
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await expect(page.get_by_test_id("selection-bar")).to_contain_text("3")
    printed: list[bytes] = []

    async def _keep(route: Route) -> None:
        answer = await route.fetch()
        printed.append(await answer.body())
        await route.fulfill(response=answer)

    await page.route("**/order-prints", _keep)
    async with page.expect_response("**/order-prints"):
        await page.get_by_test_id("print-slips").click()
    document = pymupdf.open("pdf", printed[0])
    texts = [sheet.get_text() for sheet in document]
    assert len(texts) == 3
    assert {order["number"] for order in orders} == {
        order["number"] for order in orders if any(order["number"] in text for text in texts)
    }
    assert all("丹东草莓" in text and "发货单" in text for text in texts)
    await page.keyboard.press("Escape")


async def test_a_clerk_finds_prints_keeps_a_filter_and_offers_something_else(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer, other = await enter("小丹"), await enter("小青")
    orders = [await _buy(stage, buyer) for _ in range(3)]
    other_order = await _buy(stage, other, 2)
    asked = await _ask(stage, other, other_order)
    page = await open_page("/console/orders", name="clerk", size=DESK, member=stage.host)
    rows = page.get_by_test_id("order-row")
    await expect(rows).to_have_count(4)

    # The buyers' phone ends so; the worker has sorted the orders in by now, or will in a moment.
    search = page.get_by_test_id("order-search")
    await search.fill("0000")
    await expect(page).to_have_url(re.compile("q=0000"))
    await expect(rows).to_have_count(4)
    await page.get_by_test_id("order-state-filter-paid").click()
    await expect(rows).to_have_count(3)
    await expect(page).to_have_url(re.compile("state=paid"))
    await search.blur()
    await _print_slips(page, orders)

    await page.get_by_test_id("filter-save").click()
    await page.get_by_test_id("filter-name").fill("尾号 0000 待发货")
    await page.get_by_test_id("filter-name-save").click()
    await page.goto(page.url.partition("?")[0])
    await expect(rows).to_have_count(4)
    await page.get_by_test_id("saved-filter").click()
    await expect(rows).to_have_count(3)

    await rows.first.click()
    await page.get_by_test_id("note-text").fill("老粉，多送一颗")
    await page.get_by_test_id("note-save").click()
    await expect(page.get_by_test_id("order-note")).to_contain_text("多送一颗")

    await page.goto(f"{page.url.partition('/console')[0]}/console/after-sales")
    await expect(page.get_by_test_id("after-sale-row")).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("deed-offer").click()
    await page.get_by_test_id("offer-amount").fill("20")
    await page.get_by_test_id("deed-words").fill("退您二十元，草莓留着吃")
    await page.get_by_test_id("deed-confirm").click()
    await expect(page.get_by_test_id("after-sale-detail")).to_have_attribute("data-state", "offered")

    phone = await open_page("/", name="buyer", size=PHONE, member=other)
    await phone.get_by_test_id("my-orders").click()
    await phone.get_by_test_id("tab-after_sales").click()
    await phone.get_by_test_id("after-sale-item").click()
    await expect(phone.get_by_test_id("after-sale-offer")).to_contain_text("20.00")
    await phone.get_by_test_id("deed-accept_offer").click()
    await phone.get_by_test_id("deed-confirm").click()
    await expect(phone.get_by_test_id("after-sale-amount")).to_contain_text("20.00")
    after: Json = await other.call("GET", f"/api/after-sales/{asked['after_sale_id']}")
    assert (after["kind"], after["refund_minor"]) == ("refund_only", 2000)
