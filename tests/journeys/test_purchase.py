"""A viewer buys in a room on air: the picture plays on, and everybody sees that somebody bought."""

import re
import time
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PASSWORD, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import expect_moving, start_watching, wait_for_film

pytestmark = pytest.mark.journey


async def _sign_up(page: Page) -> None:
    form = page.get_by_test_id("sign-in-form")
    await form.get_by_test_id("tab-sign-up").click()
    await form.get_by_test_id("display-name").fill("小丹丹")
    await form.get_by_test_id("sign-in-name").fill(f"{uuid4().hex[:12]}@example.com")
    await form.get_by_test_id("password").fill(PASSWORD)
    await form.get_by_test_id("sign-in-submit").click()


async def _fill_address(page: Page) -> None:
    form = page.get_by_test_id("address-form")
    await form.get_by_test_id("recipient").fill("丹丹")
    await form.get_by_test_id("phone").fill("13812345678")
    await form.get_by_test_id("region").fill("辽宁省 丹东市 振兴区")
    await form.get_by_test_id("detail").fill("锦山大街 1 号")
    await form.get_by_test_id("address-save").click()


async def _buy(page: Page) -> None:
    await page.get_by_test_id("product-card").click()
    drawer = page.get_by_test_id("product-drawer")
    await drawer.get_by_test_id("buy").click()
    await expect_moving(page, "while asked to sign in")
    await _sign_up(page)
    await _fill_address(page)
    await expect_moving(page, "after the address")
    await drawer.get_by_test_id("note-open").click()
    await drawer.get_by_test_id("note").fill("请放快递柜")
    await drawer.get_by_test_id("buy").click()
    await expect(drawer.get_by_test_id("pay-amount")).to_have_attribute("data-minor", "8900")
    await expect_moving(page, "at the cashier")
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()
    await expect_moving(page, "after paying")
    await drawer.get_by_test_id("back-to-room").click()


async def test_the_picture_plays_on_from_the_card_to_the_paid_order_and_all_see_it(
    stage: Stage, send_film: Encoder, open_page: OpenPage
) -> None:
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        buyer = await open_page("/?tab=live", name="buyer")
        await buyer.locator(f"[data-testid=room-card][data-room-id='{room_id}']").click()
        witness = await open_page(f"/rooms/{room_id}", name="witness")
        for page in (buyer, witness):
            await start_watching(page)
            await expect_moving(page, "before anything")

        await stage.host.call("PUT", f"{stage.path}/control/featured", {"product_id": stage.product["product_id"]})
        await expect(witness.get_by_test_id("product-card")).to_be_visible()
        await _buy(buyer)

        bubble = witness.get_by_test_id("purchase-bubble")
        await expect(bubble).to_contain_text("小*")
        await expect(bubble).to_contain_text("丹东草莓")
        await expect(witness.get_by_test_id("stock-left")).to_contain_text("49")
        await expect_moving(witness, "when the bubble came")

        await buyer.get_by_test_id("my-orders").click()
        order = buyer.get_by_test_id("order-item")
        await expect(order).to_have_attribute("data-state", "paid")
        await expect_moving(buyer, "over the orders")
        order_id = await order.get_attribute("data-order-id")
        told = await stage.host.call("GET", f"/api/orders/{order_id}")
        assert told["note"] == "请放快递柜"

        console = await open_page("/console/orders", name="console", size=DESK, member=stage.host)
        row = console.locator(f"[data-testid=order-row][data-order-id='{order_id}']")
        await expect(row).to_have_attribute("data-state", "paid")


async def test_the_replay_shows_the_card_at_the_moment_of_the_film_it_was_held_up(
    stage: Stage, send_film: Encoder, open_page: OpenPage
) -> None:
    room_id, product_id = stage.room["room_id"], stage.product["product_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        viewer = await open_page(f"/rooms/{room_id}", name="viewer")
        await start_watching(viewer)
        # The film has run for a few seconds before the product comes up, and for some after it was put down.
        await wait_for_film(viewer, 4)
        up_ms = int(time.time() * 1000)
        await stage.host.call("PUT", f"{stage.path}/control/featured", {"product_id": product_id, "at_ms": up_ms})
        await expect(viewer.get_by_test_id("product-card")).to_be_visible()
        await stage.host.call("DELETE", f"{stage.path}/control/featured")
        await expect(viewer.get_by_test_id("product-card")).to_be_hidden()
        await stage.host.call("POST", f"{stage.path}/control/end")
    ended = await until_state(stage.host, room_id, "ended")

    # Who is in the room stays in it: it becomes the replay.
    await expect(viewer.get_by_test_id("room")).to_have_attribute("data-mode", "replay")
    later = await open_page(f"/rooms/{room_id}", name="later")
    await expect(later.get_by_test_id("room")).to_have_attribute("data-mode", "replay")
    await start_watching(later)
    await expect(later.get_by_test_id("product-card")).to_be_hidden()
    await later.get_by_test_id("bag-button").click()
    await later.get_by_test_id("watch-cue").click()
    await expect(later.get_by_test_id("product-card")).to_be_visible()
    shown_s = await later.evaluate("window.__picture.video.currentTime")
    held_up_s = (up_ms - ended["started_at_ms"]) / 1000
    assert held_up_s - 2 < shown_s < held_up_s + 4, "the card belongs to the picture in which it was held up"
    await expect(later.get_by_test_id("cue-mark")).to_have_count(1)


async def test_who_does_not_pay_keeps_the_order_and_pays_it_later(
    stage: Stage, send_film: Encoder, open_page: OpenPage
) -> None:
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        await stage.host.call("PUT", f"{stage.path}/control/featured", {"product_id": stage.product["product_id"]})
        buyer = await open_page(f"/rooms/{room_id}", name="buyer")
        await start_watching(buyer)
        await buyer.get_by_test_id("product-card").click()
        drawer = buyer.get_by_test_id("product-drawer")
        await drawer.get_by_test_id("buy").click()
        await _sign_up(buyer)
        await _fill_address(buyer)
        await drawer.get_by_test_id("buy").click()
        await drawer.get_by_test_id("pay-fail").click()
        await expect(drawer.get_by_test_id("pay-failed")).to_be_visible()
        await drawer.get_by_test_id("pay-leave").click()

        await buyer.get_by_test_id("my-orders").click()
        order = buyer.get_by_test_id("order-item")
        await expect(order).to_have_attribute("data-state", "pending_payment")
        await order.get_by_test_id("order-pay").click()
        await buyer.get_by_test_id("pay-succeed").click()
        await expect(buyer.get_by_test_id("paid")).to_be_visible()
        await expect_moving(buyer, "after the second try")
        await buyer.get_by_test_id("back-to-room").click()


async def test_a_comment_reaches_the_others_as_text(stage: Stage, send_film: Encoder, open_page: OpenPage) -> None:
    room_id = stage.room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, room_id, "on_air")
        speaker = await open_page(f"/rooms/{room_id}", name="speaker", member=stage.host)
        listener = await open_page(f"/rooms/{room_id}", name="listener")
        await start_watching(listener)
        await speaker.get_by_test_id("comment-input").fill("<b>甜吗</b>？")
        await speaker.get_by_test_id("comment-send").click()
        await expect(listener.get_by_test_id("comment").filter(has_text=re.compile("<b>甜吗</b>？"))).to_be_visible()
