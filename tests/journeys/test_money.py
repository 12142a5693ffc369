"""A shop's money from a completed order to the bank: settled, asked for, released, paid, and seen on each page."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect
from tests.conftest import once
from tests.journeys.conftest import DESK, STEP_TIMEOUT_MS, OpenPage, Stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

GOODS_MINOR = 2 * 8900


async def _sell(stage: Stage, buyer: Member) -> Json:
    """Two boxes, paid, sent, and received."""
    sku = {**stage.product["skus"][0], "flash_sale": None}
    order = await buyer.buy(stage.room["room_id"], await buyer.address("辽宁省 丹东市 振兴区"), sku, 2)
    path = f"/api/orders/{order['order_id']}"
    parcel = {"carrier": "sf", "tracking_number": f"SF{uuid4().int % 10**13:013}"}
    await stage.host.call("POST", f"{path}/shipment", parcel)
    await buyer.call("POST", f"{path}/receipt", headers=once())
    return order


async def _see_settled(page: Page, order: Json) -> int:
    """The order's split adds up to the last cent; answers the shop's part."""
    row = page.locator(f"[data-testid=settlement-row][data-order-id='{order['order_id']}']")
    await expect(row).to_have_attribute("data-state", "settled")
    await row.get_by_role("link").click()
    amounts = page.get_by_test_id("settlement-sum").locator("dd")
    parts = [int(await amount.get_attribute("data-minor") or 0) for amount in await amounts.all()]
    assert parts[0] == GOODS_MINOR
    assert sum(parts[:-1]) == parts[-1]
    await page.get_by_test_id("sheet-close").click()
    return parts[-1]


async def _ask_for_all(page: Page, available_minor: int) -> None:
    await expect(page.get_by_test_id("available")).to_have_attribute("data-minor", str(available_minor))
    await page.get_by_test_id("payout-open").click()
    bank = page.get_by_test_id("bank-form")
    await bank.get_by_test_id("bank-holder").fill("丹东草莓园")
    await bank.get_by_test_id("bank-name").fill("中国农业银行")
    await bank.get_by_test_id("bank-number").fill("6228 4800 1234 5678")
    await bank.get_by_test_id("bank-save").click()
    form = page.get_by_test_id("payout-form")
    await form.get_by_test_id("payout-amount").fill(f"{available_minor / 100 + 1:.2f}")
    await form.get_by_test_id("payout-save").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await form.get_by_test_id("payout-all").click()
    await form.get_by_test_id("payout-save").click()
    await expect(page.get_by_test_id("confirm-dialog")).to_contain_text("5678")
    await page.get_by_test_id("confirm-yes").click()
    await expect(page.get_by_test_id("available")).to_have_attribute("data-minor", "0")
    await expect(page.get_by_test_id("on-its-way")).to_have_attribute("data-minor", str(available_minor))


async def _tell(page: Page, row: Locator, text: str) -> Locator:
    """Upload what the bank answered; answers the sheet with the outcomes."""
    await row.get_by_test_id("batch-results").click()
    sheet = page.get_by_test_id("results-sheet")
    file = {"name": "bank.csv", "mimeType": "text/csv", "buffer": text.encode()}
    await sheet.get_by_test_id("results-file").set_input_files(file)  # type: ignore[arg-type]
    await sheet.get_by_test_id("results-save").click()
    await expect(sheet.get_by_test_id("results-summary")).to_be_visible()
    return sheet


async def test_what_a_shop_has_earned_arrives_at_its_bank(
    stage: Stage,
    open_page: OpenPage,
    enter: Callable[[str], Awaitable[Member]],
    enter_operator: Callable[[], Awaitable[Member]],
) -> None:
    order = await _sell(stage, await enter("小丹"))
    [shop] = (await stage.host.call("GET", "/api/shops/mine"))["items"]
    await _until_settled(stage.host, shop["shop_id"])
    seller = await open_page("/console/money/settlements", name="seller", size=DESK, member=stage.host)
    shop_minor = await _see_settled(seller, order)
    await seller.get_by_test_id("tab-overview").click()
    await _ask_for_all(seller, shop_minor)
    [asked] = (await stage.host.call("GET", f"/api/shops/{shop['shop_id']}/payouts"))["items"]

    operator = await open_page("/console/operator/payouts", name="operator", size=DESK, member=await enter_operator())
    waiting = operator.locator(f"[data-payout-id='{asked['payout_id']}']")
    await waiting.get_by_test_id("payout-release").click()
    await operator.get_by_test_id("confirm-yes").click()
    await expect(waiting).to_have_count(0)
    await operator.get_by_test_id("batch-make").click()
    await operator.get_by_test_id("confirm-yes").click()
    batch = operator.get_by_test_id("batch-row").first
    async with operator.expect_download() as download:
        await batch.get_by_test_id("batch-file").click()
    file = (await (await download.value).path()).read_text(encoding="utf-8-sig")
    assert asked["payout_id"] in file
    assert "6228480012345678" in file

    sheet = await _tell(operator, batch, f"payout_id,result,detail\n{asked['payout_id']},paid,\n{uuid4()},paid,\n")
    outcomes = sheet.get_by_test_id("result-row")
    await expect(outcomes.nth(0)).to_have_attribute("data-outcome", "paid")
    await expect(outcomes.nth(1)).to_have_attribute("data-outcome", "refused")

    await seller.reload()
    await expect(seller.get_by_test_id("paid-out")).to_have_attribute("data-minor", str(shop_minor))
    await expect(seller.get_by_test_id("on-its-way")).to_have_attribute("data-minor", "0")
    row = seller.get_by_test_id("payout-row")
    await expect(row.get_by_test_id("payout-state")).to_have_text("已到账")


async def test_who_does_not_run_the_platform_sees_none_of_it(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page("/console/operator/payouts", name="seller", size=DESK, member=stage.host)
    await expect(page.get_by_text("这里只给平台运营人员")).to_be_visible()
    await expect(page.get_by_test_id("nav-money")).to_be_visible()
    await expect(page.get_by_test_id("nav-operator")).to_have_count(0)
    await expect(page.get_by_test_id("batch-make")).to_have_count(0)


async def _until_settled(host: Member, shop_id: str) -> None:
    """Settling is a job of the worker; the page is opened when it has been done."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            balance: Json = await host.call("GET", f"/api/shops/{shop_id}/balance")
            if balance["available_minor"]:
                return
            await asyncio.sleep(0.1)
