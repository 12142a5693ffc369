"""An owner invites somebody for the warehouse, who ships from a phone and sees no money; the log tells the owner."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PASSWORD, PHONE, OpenPage, Stage

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

Enter = Callable[[str], Awaitable[Member]]


async def _buy(stage: Stage, buyer: Member) -> Json:
    sku = {**stage.product["skus"][0], "flash_sale": None}
    address_id = await buyer.address("辽宁省 丹东市 振兴区")
    return await buyer.buy(stage.room["room_id"], address_id, sku, 1)


async def _invite(console: Page) -> str:
    await console.get_by_test_id("nav-staff").click()
    await expect(console.get_by_test_id("staff-row")).to_have_count(1)
    await console.get_by_test_id("staff-invite").click()
    form = console.get_by_test_id("invite-form")
    await form.get_by_test_id("invite-role-warehouse").check()
    await form.get_by_test_id("invite-note").fill("小李，夜班")
    await form.get_by_test_id("invite-save").click()
    link = await form.get_by_test_id("invite-link").inner_text()
    await console.keyboard.press("Escape")
    await expect(console.get_by_test_id("invitation-row")).to_contain_text("小李")
    return link


async def _join(phone: Page) -> None:
    await phone.get_by_test_id("signin-turn").click()
    await phone.get_by_test_id("signin-display-name").fill("小李")
    await phone.get_by_test_id("signin-name").fill(f"{uuid4().hex[:12]}@example.com")
    await phone.get_by_test_id("signin-password").fill(PASSWORD)
    await phone.get_by_test_id("signin-submit").click()
    await expect(phone.get_by_test_id("join-role")).to_have_text("仓库")
    await phone.get_by_test_id("join-accept").click()
    await expect(phone.get_by_test_id("join")).to_have_count(0)


async def _ship(phone: Page, order: Json) -> None:
    await phone.get_by_test_id("nav-orders").click()
    await phone.locator(f"[data-testid=order-row][data-order-id='{order['order_id']}']").click()
    drawer = phone.get_by_test_id("order-drawer")
    await expect(drawer).to_contain_text("丹东市")
    await expect(drawer.get_by_test_id("order-cancel")).to_have_count(0)
    await drawer.get_by_test_id("ship-carrier").select_option(label="顺丰速运")
    await drawer.get_by_test_id("ship-number").fill(f"SF{uuid4().int % 10**13:013}")
    await drawer.get_by_test_id("ship-save").click()
    await expect(drawer.get_by_test_id("order-shipment")).to_be_visible()


async def test_somebody_invited_to_the_warehouse_ships_from_a_phone_and_the_owner_reads_it_in_the_log(
    stage: Stage, open_page: OpenPage, enter: Enter
) -> None:
    order = await _buy(stage, await enter("小丹"))
    console = await open_page("/console", name="owner", size=DESK, member=stage.host)
    link = await _invite(console)
    phone = await open_page("/console/join/" + link.rpartition("/")[2], name="warehouse", size=PHONE)
    await _join(phone)
    await _ship(phone, order)
    assert (await stage.host.call("GET", f"/api/orders/{order['order_id']}"))["state"] == "shipped"

    await expect(phone.get_by_test_id("nav-money")).to_have_count(0)
    await phone.goto(phone.url.partition("/console")[0] + "/console/money")
    await expect(phone.get_by_test_id("forbidden")).to_have_attribute("data-right", "finance:read")

    await console.goto(console.url.partition("/console")[0] + "/console/staff/log")
    await console.get_by_test_id("log-area").select_option("order")
    shipped = console.locator("[data-deed='order.shipped']")
    await expect(shipped).to_contain_text("小李")
    await expect(shipped).to_contain_text(order["number"])
    await expect(console.locator("[data-deed='order.contact_seen']").filter(has_text="小李")).to_have_count(1)

    # Taken off the staff, the next thing they try is a stranger's.
    await console.goto(console.url.partition("/console")[0] + "/console/staff")
    await console.get_by_test_id("staff-remove").click()
    await console.get_by_test_id("confirm-yes").click()
    await expect(console.get_by_test_id("staff-row")).to_have_count(1)
    await phone.goto(phone.url.partition("/console")[0] + "/console/orders")
    await expect(phone.get_by_test_id("shop-open")).to_be_visible()
    await expect(phone.get_by_test_id("order-row")).to_have_count(0)


async def test_a_used_link_opens_nothing_for_somebody_else(stage: Stage, open_page: OpenPage, enter: Enter) -> None:
    console = await open_page("/console", name="owner", size=DESK, member=stage.host)
    token = (await _invite(console)).rpartition("/")[2]
    first, second = await enter("小李"), await enter("小王")
    await first.call("POST", "/api/staff-invitations/acceptance", {"token": token})
    phone = await open_page(f"/console/join/{token}", name="late", size=PHONE, member=second)
    await expect(phone.get_by_test_id("join-home")).to_be_visible()
    await expect(phone.get_by_test_id("join")).to_have_count(0)
