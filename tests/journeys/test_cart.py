"""Goods of two shops, put aside while the picture plays on, and paid for at once."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import expect
from tests.journeys.conftest import Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import expect_moving, start_watching

from xiaodian.cli.show.client import Json, Member

pytestmark = pytest.mark.journey

FREIGHT_MINOR = 600
COUPON_MINOR = 500


async def _open_second_shop(host: Member) -> tuple[Json, str]:
    """A pottery whose parcels cost something, with a coupon for everybody; answers its product and its room."""
    shop = await host.call("POST", "/api/shops", {"name": f"陶坊 {uuid4().hex[:8]}"})
    path = f"/api/shops/{shop['shop_id']}"
    rate = {"first_g": 1000, "first_minor": FREIGHT_MINOR, "more_g": 1000, "more_minor": 0, "free_above_minor": None}
    await host.call(
        "POST", f"{path}/freight-templates", {"name": "全国", "is_default": True, "rate": rate, "exceptions": []}
    )
    coupon = {
        "code": "KILN5",
        "title": "新客立减",
        "off_minor": COUPON_MINOR,
        "min_spend_minor": 0,
        "quota": 100,
        "per_account": 1,
        "valid_until_ms": 4_000_000_000_000,
        "is_listed": True,
    }
    await host.call("POST", f"{path}/coupons", coupon)
    product: Json = await host.call(
        "POST",
        f"{path}/products",
        {
            "title": "青花茶杯",
            "description": "一杯一画",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "单杯", "price_minor": 6800, "stock": 20, "weight_g": 400}],
        },
    )
    room = await host.call("POST", "/api/rooms", {"title": "开窑了", "cover_url": None})
    await host.call("PUT", f"/api/rooms/{room['room_id']}/control/bag", {"product_ids": [product["product_id"]]})
    return product, room["room_id"]


async def test_what_was_put_aside_in_two_shops_is_ordered_together_and_paid_once(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    cup, other_room_id = await _open_second_shop(await enter("老周"))
    buyer = await enter("小丹")
    await buyer.address("辽宁省 丹东市 振兴区")
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        await stage.host.call("PUT", f"{stage.path}/control/featured", {"product_id": stage.product["product_id"]})
        page = await open_page(f"/rooms/{room_id}", name="buyer", member=buyer)
        await start_watching(page)
        await page.get_by_test_id("product-card").click()
        drawer = page.get_by_test_id("product-drawer")
        await drawer.get_by_test_id("quantity-more").click()
        await drawer.get_by_test_id("add-to-cart").click()
        await expect(drawer.get_by_test_id("cart-button")).to_have_attribute("data-count", "1")
        await expect_moving(page, "after putting it into the cart")

    await page.goto(page.url.replace(room_id, other_room_id))
    await page.get_by_test_id("bag-button").click()
    await page.get_by_test_id("bag-item").get_by_role("button").click()
    await drawer.get_by_test_id("add-to-cart").click()
    await drawer.get_by_test_id("cart-button").click()
    cart = page.get_by_test_id("cart-sheet")
    await expect(cart.get_by_test_id("cart-shop")).to_have_count(2)

    # Taken out and in again: only what is chosen is ordered.
    cup_line = cart.locator(f"[data-testid=cart-line][data-sku-id='{cup['skus'][0]['sku_id']}']")
    await cup_line.get_by_test_id("cart-check").uncheck()
    await expect(cart.get_by_test_id("cart-total")).to_have_attribute("data-minor", "17800")
    await cup_line.get_by_test_id("cart-check").check()

    # The price changes while the buyer looks: it is said at the line, and taken with one press.
    await cart.get_by_test_id("cart-checkout").click()
    await expect(cart.get_by_test_id("confirm-total")).to_have_attribute(
        "data-minor", str(17800 + 6800 + FREIGHT_MINOR - COUPON_MINOR)
    )
    sku = stage.product["skus"][0]
    await stage.host.call(
        "PATCH", f"/api/products/{stage.product['product_id']}", {"skus": [{**_as_is(sku), "price_minor": 7900}]}
    )
    await cart.get_by_test_id("place-order").click()
    await cart.get_by_test_id("take-price").click()
    total_minor = 2 * 7900 + 6800 + FREIGHT_MINOR - COUPON_MINOR
    await expect(cart.get_by_test_id("confirm-total")).to_have_attribute("data-minor", str(total_minor))
    await cart.get_by_test_id("place-order").click()

    await expect(cart.get_by_test_id("pay-amount")).to_have_attribute("data-minor", str(total_minor))
    await cart.get_by_test_id("pay-succeed").click()
    await expect(cart.get_by_test_id("paid")).to_be_visible()
    orders = (await buyer.call("GET", "/api/me/orders"))["items"]
    assert sorted(order["total_minor"] for order in orders) == [6800 + FREIGHT_MINOR - COUPON_MINOR, 15800]
    assert {order["state"] for order in orders} == {"paid"}
    assert len({order["checkout_id"] for order in orders}) == 1
    assert (await buyer.call("GET", "/api/me/cart"))["count"] == 0


async def test_who_leaves_the_cashier_pays_both_orders_later_at_once(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    cup, other_room_id = await _open_second_shop(await enter("老周"))
    buyer = await enter("小丹")
    await buyer.address("辽宁省 丹东市 振兴区")
    for product, room_id in ((stage.product, stage.room["room_id"]), (cup, other_room_id)):
        path = f"/api/me/cart/items/{product['skus'][0]['sku_id']}"
        await buyer.call("PUT", path, {"quantity": 1, "room_id": room_id})
    page = await open_page("/", name="buyer", member=buyer)
    await page.get_by_test_id("cart-button").click()
    cart = page.get_by_test_id("cart-sheet")
    await cart.get_by_test_id("cart-checkout").click()
    await cart.get_by_test_id("place-order").click()
    await cart.get_by_test_id("pay-leave").click()

    await page.get_by_test_id("my-orders").click()
    sheet = page.get_by_test_id("orders-sheet")
    await sheet.get_by_test_id("tab-to_pay").click()
    await expect(sheet.get_by_test_id("pay-by")).to_have_count(2)
    await sheet.get_by_test_id("order-pay").first.click()
    await expect(sheet.get_by_test_id("pay-amount")).to_have_attribute(
        "data-minor", str(8900 + 6800 + FREIGHT_MINOR - COUPON_MINOR)
    )
    await sheet.get_by_test_id("pay-succeed").click()
    await expect(sheet.get_by_test_id("paid")).to_be_visible()
    orders = (await buyer.call("GET", "/api/me/orders"))["items"]
    assert [order["state"] for order in orders] == ["paid", "paid"]


def _as_is(sku: Json) -> Json:
    return {"sku_id": sku["sku_id"], "name": sku["name"]}
