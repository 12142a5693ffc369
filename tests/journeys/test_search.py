"""Who looks for goods finds them, also misspelt or by looking through a shop, and buys what was found."""

import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import expect
from tests.journeys.conftest import Encoder, OpenPage, Stage, until_state

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]


async def _sell(host: Member, title: str) -> Json:
    shop = await host.call("POST", "/api/shops", {"name": f"果园 {uuid4().hex[:8]}"})
    product: Json = await host.call(
        "POST",
        f"/api/shops/{shop['shop_id']}/products",
        {
            "title": title,
            "description": "",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "一箱", "price_minor": 5900, "stock": 20}],
        },
    )
    return product


async def test_goods_are_found_by_their_sound_and_bought_outside_of_any_room(
    open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    product = await _sell(await enter("老何"), "赣南血橙 净果")
    buyer = await enter("小丹")
    await buyer.address("辽宁省 丹东市 振兴区")
    page = await open_page("/", name="seeker", member=buyer)
    await page.get_by_test_id("search-entry").click()
    found = page.locator(f'[data-testid="goods-tile"][data-product-id="{product["product_id"]}"]')
    await page.get_by_test_id("search-input").fill("雪橙")
    async with page.expect_response(lambda answer: "/api/search" in answer.url and answer.ok):
        await page.get_by_test_id("search-input").press("Enter")
    # The worker may not have heard of the product yet: ask until it has.
    for _ in range(20):
        if await found.count():
            break
        async with page.expect_response(lambda answer: "/api/search" in answer.url):
            await page.reload()
    await found.click()
    drawer = page.get_by_test_id("product-drawer")
    await drawer.get_by_test_id("add-to-cart").click()
    await expect(drawer.get_by_test_id("cart-button")).to_have_attribute("data-count", "1")
    cart = await buyer.call("GET", "/api/me/cart")
    item = cart["shops"][0]["items"][0]
    assert (item["product_id"], item["room_id"], item["video_id"]) == (product["product_id"], None, None)

    await page.goto(page.url.split("/search")[0] + "/search")
    await expect(page.get_by_role("button", name="雪橙")).to_be_visible()


async def test_what_a_creators_shop_sells_is_seen_on_their_page_and_bought_there(
    open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    seller = await enter("老何")
    product = await _sell(seller, "赣南脐橙")
    seller_id = (await seller.call("GET", "/api/me"))["account_id"]
    buyer = await enter("小丹")
    await buyer.address("辽宁省 丹东市 振兴区")
    page = await open_page(f"/creators/{seller_id}", name="looker", member=buyer)
    await page.get_by_test_id("creator-tab-shop").click()
    await page.get_by_test_id("shop-view").get_by_test_id("goods-tile").click()
    drawer = page.get_by_test_id("product-drawer")
    # The shop's own view, from within, leads to its goods again.
    await drawer.get_by_test_id("shop-row").click()
    await drawer.get_by_test_id("goods-tile").click()
    await expect(drawer).to_contain_text("辽宁省 丹东市")
    await drawer.get_by_test_id("buy").click()
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()
    [order] = (await buyer.call("GET", "/api/me/orders"))["items"]
    [line] = (await buyer.call("GET", f"/api/orders/{order['order_id']}"))["lines"]
    assert (order["state"], line["product_id"]) == ("paid", product["product_id"])
    assert (line["room_id"], line["video_id"]) == (None, None)
    await drawer.get_by_test_id("back-to-room").click()
    await expect(page.get_by_test_id("shop-view")).to_be_visible()


async def test_a_creators_page_says_that_they_are_on_air_and_leads_into_the_room(
    stage: Stage, send_film: Encoder, open_page: OpenPage
) -> None:
    host_id = (await stage.host.call("GET", "/api/me"))["account_id"]
    page = await open_page(f"/creators/{host_id}", name="looker")
    await expect(page.get_by_test_id("creator-tab-films")).to_be_visible()
    await expect(page.get_by_test_id("creator-on-air")).to_have_count(0)
    async with send_film(stage.stream_key):
        await until_state(stage.host, stage.room["room_id"], "on_air")
        await page.reload()
        on_air = page.get_by_test_id("creator-on-air")
        await expect(on_air).to_contain_text("正在直播")
        await on_air.click()
        await expect(page).to_have_url(re.compile(f"/rooms/{stage.room['room_id']}$"))
