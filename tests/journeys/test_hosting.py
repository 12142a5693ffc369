"""A host goes from an empty account to a shipped order, in the console alone, with the browser's camera."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PASSWORD, OpenPage, until_state
from tests.journeys.picture import expect_moving, start_watching

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

ON_AIR_TIMEOUT_MS = 45_000


async def _open_shop(console: Page) -> None:
    form = console.get_by_test_id("console-signin")
    if await form.get_by_test_id("signin-display-name").count() == 0:
        await form.get_by_test_id("signin-turn").click()
    await form.get_by_test_id("signin-display-name").fill("老周")
    await form.get_by_test_id("signin-name").fill(f"{uuid4().hex[:12]}@example.com")
    await form.get_by_test_id("signin-password").fill(PASSWORD)
    await form.get_by_test_id("signin-submit").click()
    await console.get_by_test_id("shop-name").fill(f"陶坊 {uuid4().hex[:8]}")
    await console.get_by_test_id("shop-open").click()


async def _create_product(console: Page) -> None:
    await console.get_by_test_id("first-product").click()
    await console.get_by_test_id("product-title").fill("青花茶杯")
    await console.get_by_test_id("sku-name").fill("单杯")
    await console.get_by_test_id("sku-price").fill("68.00")
    await console.get_by_test_id("sku-stock").fill("20")
    await console.get_by_test_id("product-save").click()


async def _create_room(console: Page) -> str:
    # Saving the first product leads on to the first room by itself.
    await console.get_by_test_id("first-room").click()
    await console.get_by_test_id("room-title").fill("开窑了")
    await console.get_by_test_id("room-create").click()
    await console.wait_for_url("**/console/rooms/*-*")
    await console.get_by_test_id("bag-add").click()
    await console.locator("[data-testid^=pick-]").check(force=True)
    await console.get_by_test_id("bag-pick-done").click()
    await expect(console.get_by_test_id("bag-item")).to_have_count(1)
    return console.url.rpartition("/")[2]


async def _go_live_by_camera(console: Page) -> None:
    await console.get_by_test_id("way-camera").click()
    await console.get_by_test_id("camera-open").click()
    await console.get_by_test_id("camera-start").click()
    await expect(console.get_by_test_id("room-state")).to_have_text("直播中", timeout=ON_AIR_TIMEOUT_MS)


async def _ship(console: Page) -> None:
    await console.get_by_test_id("nav-orders").click()
    await console.get_by_test_id("order-row").click()
    drawer = console.get_by_test_id("order-drawer")
    await drawer.get_by_test_id("ship-carrier").select_option("sf")
    await drawer.get_by_test_id("ship-number").fill("SF1234567890123")
    await drawer.get_by_test_id("ship-save").click()
    await expect(drawer.get_by_test_id("order-state")).to_have_text("已发货")


async def test_a_host_opens_a_shop_goes_live_by_camera_sells_and_ships(
    open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    console = await open_page("/console", name="console", size=DESK)
    await _open_shop(console)
    await _create_product(console)
    room_id = await _create_room(console)
    await _go_live_by_camera(console)

    viewer = await open_page(f"/rooms/{room_id}", name="viewer")
    await start_watching(viewer)
    await expect_moving(viewer, "the camera's picture")
    await console.locator("[data-testid^=feature-]").click()
    await expect(console.get_by_test_id("on-show")).to_be_visible()
    await expect(viewer.get_by_test_id("product-card")).to_be_visible()

    buyer = await enter("小丹")
    snapshot = await buyer.call("GET", f"/live/{room_id}/snapshot")
    address_id = await buyer.address("江西省 景德镇市")
    order = await buyer.buy(room_id, address_id, snapshot["bag"][0]["skus"][0], 2)
    await expect(console.get_by_test_id("metric-orders")).to_have_text("1")
    await expect(console.get_by_test_id("metric-sales")).to_contain_text("136")

    await console.get_by_test_id("end-room").click()
    await console.get_by_test_id("confirm-yes").click()
    await until_state(buyer, room_id, "ended")
    await _ship(console)
    shipped = await buyer.call("GET", f"/api/orders/{order['order_id']}")
    assert (shipped["state"], shipped["shipment"]["tracking_number"]) == ("shipped", "SF1234567890123")
