"""A seller plans a flash sale, ships two orders from a file and agrees to a return, in the console alone."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, OpenPage, Stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

Enter = Callable[[str], Awaitable[Member]]


async def _buy(stage: Stage, buyer: Member, quantity: int) -> Json:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    address_id = await buyer.address("辽宁省 丹东市 振兴区")
    return await buyer.buy(stage.room["room_id"], address_id, sku, quantity)


def _number() -> str:
    return f"SF{uuid4().int % 10**13:013}"


async def _plan_flash_sale(console: Page, sku_id: str) -> None:
    await console.get_by_test_id("nav-flash-sales").click()
    await console.get_by_test_id("flash-new").click()
    form = console.get_by_test_id("flash-form")
    await form.get_by_test_id(f"flash-sku-{sku_id}").click()
    await form.get_by_test_id("flash-pieces").fill("10")
    # As dear as ever: no bargain, and said before it is sent.
    await form.get_by_test_id("flash-price").fill("89.00")
    await form.get_by_test_id("flash-save").click()
    await expect(form.get_by_role("alert")).to_contain_text("89.00")
    await form.get_by_test_id("flash-price").fill("59.90")
    await form.get_by_test_id("flash-limit").fill("2")
    await form.get_by_test_id("flash-save").click()


async def test_a_seller_plans_a_flash_sale_that_runs_at_once_and_ends_it_early(
    stage: Stage, open_page: OpenPage, enter: Enter
) -> None:
    console = await open_page("/console", name="console", size=DESK, member=stage.host)
    sku_id = stage.product["skus"][0]["sku_id"]
    await _plan_flash_sale(console, sku_id)
    row = console.get_by_test_id("flash-row")
    await expect(row).to_have_attribute("data-phase", "running")
    await expect(row.get_by_test_id("flash-left")).to_contain_text("10")

    # What was set aside is not for sale at the ordinary price any more.
    product = await stage.host.call("GET", f"/api/products/{stage.product['product_id']}")
    assert product["skus"][0]["available"] == 40
    await row.get_by_test_id("flash-end").click()
    await console.get_by_test_id("confirm-yes").click()
    await expect(row).to_have_attribute("data-phase", "past")
    product = await stage.host.call("GET", f"/api/products/{stage.product['product_id']}")
    assert product["skus"][0]["available"] == 50


async def test_a_seller_ships_two_orders_from_a_file_after_a_look_at_what_would_happen(
    stage: Stage, open_page: OpenPage, enter: Enter
) -> None:
    buyer = await enter("小丹")
    orders = [await _buy(stage, buyer, quantity) for quantity in (1, 2)]
    console = await open_page("/console/orders", name="console", size=DESK, member=stage.host)
    await console.get_by_test_id("batch-ship").click()
    async with console.expect_download() as download:
        await console.get_by_test_id("batch-template").click()
    table = (await (await download.value).path()).read_text("utf-8-sig")
    assert all(order["number"] in table for order in orders)

    rows = [
        "订单号,快递公司,运单号",
        *(f"{order['number']},顺丰,{_number()}" for order in orders),
        "没有这单,顺丰,SF123",
    ]
    file = {"name": "发货.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode("gbk")}
    await console.get_by_test_id("batch-file").set_input_files(file)  # type: ignore[arg-type]
    summary = console.get_by_test_id("batch-summary")
    await expect(summary).to_have_attribute("data-done", "false")
    await expect(console.locator("[data-testid=batch-row][data-outcome=ships]")).to_have_count(2)
    await expect(console.get_by_test_id("batch-row").first).to_contain_text("没有这单")
    still = [(await stage.host.call("GET", f"/api/orders/{order['order_id']}"))["state"] for order in orders]
    assert still == ["paid", "paid"], "a look ships nothing"

    await console.get_by_test_id("batch-ship-now").click()
    await expect(summary).to_have_attribute("data-done", "true")
    await expect(console.locator("[data-testid=batch-row][data-outcome=shipped]")).to_have_count(2)
    await expect(console.locator("[data-testid=batch-row][data-outcome=refused]")).to_have_count(1)
    shipped = [(await buyer.call("GET", f"/api/orders/{order['order_id']}"))["state"] for order in orders]
    assert shipped == ["shipped", "shipped"]


async def test_a_seller_sees_that_an_after_sale_waits_and_agrees_to_it(
    stage: Stage, open_page: OpenPage, enter: Enter
) -> None:
    buyer = await enter("小丹")
    order = await _buy(stage, buyer, 2)
    path = f"/api/orders/{order['order_id']}"
    await stage.host.call("POST", f"{path}/shipment", {"carrier": "sf", "tracking_number": _number()})
    wish = {"line_no": 0, "kind": "return_refund", "quantity": 1, "reason": "damaged", "description": "压坏了"}
    asked = await buyer.call("POST", f"{path}/after-sales", wish, headers={"idempotency-key": uuid4().hex})

    console = await open_page("/console", name="console", size=DESK, member=stage.host)
    await expect(console.get_by_test_id("after-sales-waiting")).to_contain_text("1")
    await console.get_by_test_id("nav-after-sales").click()
    await console.get_by_test_id("after-sale-row").click()
    drawer = console.get_by_test_id("after-sale-drawer")
    await expect(drawer).to_contain_text("压坏了")
    await expect(drawer.get_by_test_id("after-sale-amount")).to_contain_text("89.00")
    await drawer.get_by_test_id("deed-agree").click()
    await drawer.get_by_test_id("deed-confirm").click()
    await expect(drawer.get_by_role("alert").first).to_be_visible()
    for field, text in (
        ("recipient", "阿月"),
        ("phone", "13900000000"),
        ("region", "辽宁省 丹东市"),
        ("detail", "草莓园 8 号"),
    ):
        await drawer.get_by_test_id(f"return-{field}").fill(text)
    await drawer.get_by_test_id("deed-confirm").click()
    await expect(drawer.get_by_test_id("after-sale-detail")).to_have_attribute("data-state", "awaiting_return")
    await expect(console.get_by_test_id("after-sales-waiting")).to_have_count(0)
    seen = await buyer.call("GET", f"/api/after-sales/{asked['after_sale_id']}")
    assert seen["return_address"]["detail"] == "草莓园 8 号"
