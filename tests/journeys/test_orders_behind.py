"""A host who wonders about a figure presses it, and finds the orders that it is made of, and no others."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect
from tests.journeys.conftest import DESK, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import start_watching

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey


async def test_a_rooms_conversion_opens_to_the_purchases_of_those_who_were_there_and_each_to_its_order(
    open_page: OpenPage, stage: Stage, send_film: Encoder, enter: Callable[[str], Awaitable[Member]]
) -> None:
    room_id = stage.room["room_id"]
    here, unseen = await enter("小海"), await enter("小江")
    async with send_film(stage.stream_key):
        await until_state(here, room_id, "on_air")
        viewer = await open_page(f"/rooms/{room_id}", name="viewer", member=here)
        await start_watching(viewer)
        snapshot = await here.call("GET", f"/live/{room_id}/snapshot")
        sku = snapshot["bag"][0]["skus"][0]
        bought = await here.buy(room_id, await here.address("辽宁省 丹东市"), sku, 2)
        await unseen.buy(room_id, await unseen.address("辽宁省 丹东市"), sku, 1)
        console = await open_page(f"/console/rooms/{room_id}/figures", name="console", size=DESK, member=stage.host)
        await expect(console.get_by_test_id("figure-buyers")).to_have_text("2")
        await console.get_by_test_id("to-orders-conversion").click()
        line = console.get_by_test_id("behind-line")
        await expect(line).to_have_count(1)
        await expect(line).to_contain_text(bought["number"])
        await expect(line).to_contain_text("178.00")
        await expect(console.get_by_test_id("behind-orders")).to_contain_text("1")
        await line.get_by_role("link", name=bought["number"]).click()
        await expect(console.get_by_test_id("order-drawer")).to_contain_text(bought["number"])
        await console.go_back()
        await console.get_by_test_id("behind-at-desk").click()
        await expect(console.get_by_test_id("order-row")).to_have_count(1)
        await console.go_back()
        await console.get_by_role("link", name="返回").first.click()
        await expect(console.get_by_test_id("key-figures")).to_be_visible()
        await stage.host.call("POST", f"{stage.path}/control/end")
