"""A seller's morning at the desk, from signing in to inviting help: all in the console, one thing after the other."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

import pytest
from playwright.async_api import FilePayload, Page, expect
from tests.journeys.conftest import DESK, PASSWORD, OpenPage, Stage, make_stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

Enter = Callable[[str], Awaitable[Member]]

PRODUCTS = 500
ORDERS = 40
BUYERS = 4
GOING_BACK = re.compile("refunding|refunded")


async def _sell(stage: Stage, enter: Enter) -> list[Json]:
    """Overnight: forty orders placed and paid."""
    sku = {**stage.product["skus"][0], "flash_sale": None}

    async def _buy_some(name: str) -> list[Json]:
        buyer = await enter(name)
        address_id = await buyer.address("辽宁省 丹东市 振兴区")
        return [await buyer.buy(stage.room["room_id"], address_id, sku, 1) for _ in range(ORDERS // BUYERS)]

    found = await asyncio.gather(*(_buy_some(f"买家{number}") for number in range(BUYERS)))
    return [order for orders in found for order in orders]


async def _sign_in(console: Page, sign_in: str) -> None:
    await console.get_by_test_id("signin-name").fill(sign_in)
    await console.get_by_test_id("signin-password").fill(PASSWORD)
    await console.get_by_test_id("signin-submit").click()
    await expect(console.get_by_test_id("nav-products")).to_be_visible()


async def _import_products(console: Page) -> None:
    head = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Status\n"
    rows = (f"tea-{n},高山茶 {n} 号,规格,一罐,TEA-{n},20,{30 + n % 7}.00,active\n" for n in range(PRODUCTS))
    await console.get_by_test_id("nav-products").click()
    await console.get_by_test_id("product-imports").click()
    file: FilePayload = {"name": "茶.csv", "mimeType": "text/csv", "buffer": (head + "".join(rows)).encode()}
    await console.get_by_test_id("import-file").set_input_files(file)
    await expect(console.get_by_test_id("count-created")).to_contain_text(str(PRODUCTS))
    dry_run = console.url
    await console.get_by_test_id("job-apply").click()
    await console.wait_for_url(lambda url: url != dry_run)


async def _ship_from_file(console: Page, orders: Sequence[Json]) -> None:
    await console.get_by_test_id("nav-orders").click()
    await console.get_by_test_id("batch-ship").click()
    rows = [f"{order['number']},顺丰,SF{uuid4().int % 10**13:013}" for order in orders]
    text = "\r\n".join(["订单号,快递公司,运单号", *rows])
    file: FilePayload = {"name": "发货.csv", "mimeType": "text/csv", "buffer": text.encode("gbk")}
    await console.get_by_test_id("batch-file").set_input_files(file)
    await expect(console.locator("[data-testid=batch-row][data-outcome=ships]")).to_have_count(len(orders))
    await console.get_by_test_id("batch-ship-now").click()
    await expect(console.get_by_test_id("batch-summary")).to_have_attribute("data-done", "true")
    await expect(console.locator("[data-testid=batch-row][data-outcome=shipped]")).to_have_count(len(orders))


async def _ask_for_money_back(stage: Stage, buyer: Member) -> Json:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    order = await buyer.buy(stage.room["room_id"], await buyer.address("辽宁省 丹东市"), sku, 1)
    wish = {"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "not_wanted"}
    asked: Json = await buyer.call(
        "POST", f"/api/orders/{order['order_id']}/after-sales", wish, headers={"idempotency-key": uuid4().hex}
    )
    return asked


async def _agree(console: Page) -> None:
    await console.get_by_test_id("nav-after-sales").click()
    await console.get_by_test_id("after-sale-row").click()
    drawer = console.get_by_test_id("after-sale-drawer")
    await drawer.get_by_test_id("deed-agree").click()
    await drawer.get_by_test_id("deed-confirm").click()
    await expect(drawer.get_by_test_id("after-sale-detail")).to_have_attribute("data-state", GOING_BACK)
    await console.keyboard.press("Escape")


async def _invite_help(console: Page) -> None:
    await console.get_by_test_id("nav-staff").click()
    await console.get_by_test_id("staff-invite").click()
    form = console.get_by_test_id("invite-form")
    await form.get_by_test_id("invite-role-service").check()
    await form.get_by_test_id("invite-save").click()
    await expect(form.get_by_test_id("invite-link")).to_contain_text("/console/join/")
    await console.keyboard.press("Escape")
    await expect(console.get_by_test_id("invitation-row")).to_have_count(1)


async def test_a_sellers_morning(platform: str, open_page: OpenPage, enter: Enter) -> None:
    sign_in = f"{uuid4().hex[:12]}@example.com"
    host = Member(platform)
    await host.enter(sign_in, PASSWORD, "阿月")
    stage = await make_stage(host)
    orders, buyer = await _sell(stage, enter), await enter("小丹")
    asked = await _ask_for_money_back(stage, buyer)

    console = await open_page("/console", name="console", size=DESK)
    await _sign_in(console, sign_in)
    await _import_products(console)
    await _ship_from_file(console, orders)
    await _agree(console)
    await _invite_help(console)

    assert (await buyer.call("GET", f"/api/after-sales/{asked['after_sale_id']}"))["state"] in ("refunding", "refunded")
    page = await host.call("GET", f"/api/shops/{stage.product['shop_id']}/orders?state=shipped&limit=100")
    assert len(page["items"]) == ORDERS
    found = await host.call("GET", f"/api/shops/{stage.product['shop_id']}/products?q=高山茶 499 号")
    assert [item["state"] for item in found["items"]] == ["on_sale"]
    await host.close()
