"""A host sees a regular come in, looks at what they bought beside the picture, and sends a coupon that is used."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, STEP_TIMEOUT_MS, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import expect_moving, start_watching

from xiaodian.cli.show.client import Json, Member

pytestmark = pytest.mark.journey

PRICE_MINOR, OFF_MINOR = 8900, 1000
WORDS = "给你留了一盒，下单立减"
THANKS = "谢谢你来，今晚又摘了"

# What lies at the middle of the host's own picture is the picture: nothing was put over it.
_IS_IN_SIGHT = """(video) => {
    const box = video.getBoundingClientRect();
    const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !document.querySelector('[data-testid=fan-drawer]').contains(there);
}"""


async def _buy_before(stage: Stage, fan: Member) -> None:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    await fan.buy(stage.room["room_id"], await fan.address("辽宁省 丹东市 振兴区"), sku, 1)


async def _plan_tonight(stage: Stage) -> str:
    """A newer room with the same bag goes on air: two orders in one show would be one occasion."""
    room = await stage.host.call("POST", "/api/rooms", {"title": "今晚又摘了", "cover_url": None})
    bag = {"product_ids": [stage.product["product_id"]]}
    await stage.host.call("PUT", f"/api/rooms/{room['room_id']}/control/bag", bag)
    return str(room["room_id"])


async def _make_personal_coupon(stage: Stage) -> Json:
    terms = {
        "code": "FORYOU",
        "title": "老友立减",
        "off_minor": OFF_MINOR,
        "min_spend_minor": 0,
        "quota": 100,
        "per_account": 1,
        "valid_until_ms": 4_000_000_000_000,
        "is_personal": True,
    }
    made: Json = await stage.host.call("POST", f"/api/shops/{stage.product['shop_id']}/coupons", terms)
    return made


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Fans are counted and written to by the worker, which tells nobody when it is done."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.1)


async def _until_orders(stage: Stage, fan: Member, orders: int) -> None:
    async def _is_so() -> bool:
        fans = (await stage.host.call("GET", f"/api/shops/{stage.product['shop_id']}/fans?segment=new"))["items"]
        return [orders] == [each["figures"]["orders"] for each in fans if each["account_id"] == fan.me["account_id"]]

    await _until(_is_so)


async def _start_flow(stage: Stage) -> None:
    """Who has bought is thanked: the flow whose effect is looked at."""
    shop = f"/api/shops/{stage.product['shop_id']}"
    segment = await stage.host.call("POST", f"{shop}/segments", {"name": "买过的", "cel": "orders >= 1"})
    thanks = {"name": "谢谢", "text": THANKS, "is_on": True, "segment": segment["segment_id"]}
    await stage.host.call(
        "PUT", f"{shop}/flows/segment_joined", thanks | {"hold_out_bp": 0, "is_without_hold_out": True}
    )


async def _until_told(fan: Member, words: str) -> None:
    async def _is_so() -> bool:
        return any(words in notice["text"] for notice in (await fan.call("GET", "/api/me/notices"))["items"])

    await _until(_is_so)


async def _send_coupon(console: Page, coupon_id: str) -> None:
    await console.get_by_test_id("fan-write").click()
    form = console.get_by_test_id("fan-message")
    await form.get_by_test_id("fan-message-text").fill(WORDS)
    await form.get_by_test_id("fan-message-coupon").select_option(coupon_id)
    await form.get_by_test_id("fan-message-send").click()
    await expect(form).to_have_count(0)


async def _buy_with_it(page: Page) -> None:
    await page.get_by_test_id("product-card").click()
    drawer = page.get_by_test_id("product-drawer")
    await expect(drawer.get_by_test_id("coupon-row").first).to_have_attribute("data-code", "FORYOU")
    await drawer.get_by_test_id("buy").click()
    await expect(drawer.get_by_test_id("pay-amount")).to_have_attribute("data-minor", str(PRICE_MINOR - OFF_MINOR))
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()


async def test_a_host_sees_a_regular_come_sends_a_coupon_and_the_flows_effect_changes_when_they_buy_with_it(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    fan = await enter("小丹")
    coupon = await _make_personal_coupon(stage)
    await _start_flow(stage)
    await _buy_before(stage, fan)
    room_id = await _plan_tonight(stage)
    await _until_orders(stage, fan, 1)
    await _until_told(fan, THANKS)
    effect = await open_page("/console/outreach", name="effect", size=DESK, member=stage.host)
    await effect.get_by_test_id("flow-effect").click()
    await expect(effect.get_by_test_id("effect-treated")).to_have_text("1")
    await expect(effect.get_by_test_id("effect-bought-reached")).to_contain_text("0.0%")
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        featured = {"product_id": stage.product["product_id"]}
        await stage.host.call("PUT", f"/api/rooms/{room_id}/control/featured", featured)
        console = await open_page(f"/console/rooms/{room_id}", name="console", size=DESK, member=stage.host)
        viewer = await open_page(f"/rooms/{room_id}", name="viewer", member=fan)
        await start_watching(viewer)
        await expect(console.get_by_test_id("arrival")).to_contain_text("小丹")
        await viewer.get_by_test_id("comment-input").fill("今天还有吗？")
        await viewer.get_by_test_id("comment-send").click()

        await console.get_by_test_id("comment-person").click()
        drawer = console.get_by_test_id("fan-drawer")
        await expect(drawer.get_by_test_id("fan-orders")).to_have_text("1")
        await expect(drawer.get_by_test_id("fan-spent")).to_contain_text("89.00")
        assert await console.get_by_test_id("preview-video").evaluate(_IS_IN_SIGHT)
        await _send_coupon(console, coupon["coupon_id"])

        await expect(viewer.get_by_test_id("message-popup")).to_contain_text(WORDS)
        await viewer.get_by_test_id("message-popup-act").click()
        await expect(viewer.get_by_test_id("bag-sheet")).to_be_visible()
        await viewer.get_by_test_id("bag-sheet").get_by_test_id("sheet-close").click()
        await _until_told(fan, WORDS)
        await _buy_with_it(viewer)
        await expect_moving(viewer, "after paying")
        await expect(drawer.get_by_test_id("fan-orders")).to_have_text("2")
        await expect(drawer.get_by_test_id("fan-coupon")).to_contain_text("老友立减")
        await expect(effect.get_by_test_id("effect-bought-reached")).to_contain_text("100.0%")
    await _until_orders(stage, fan, 2)
    await console.goto(console.url.replace(f"rooms/{room_id}", f"fan/{fan.me['account_id']}"))
    await expect(console.get_by_test_id("fan-orders")).to_have_text("2")
    await expect(console.get_by_test_id("fan-spent")).to_contain_text("168.00")
    await expect(console.get_by_test_id("fan-order")).to_have_count(2)
