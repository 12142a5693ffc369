"""The product comes up by itself when the host turns to it, or after one tap, and is bought in the picture."""

import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import expect_moving, start_watching

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

PITCH = "好家人们咱们现在来看一号链接丹东草莓今天现摘的"


async def _say(stage: Stage, text: str) -> None:
    """As speech recognition would tell it: the line ended just now."""
    line = {"text": text, "end_ms": int(time.time() * 1000)}
    told = await stage.host.call("POST", f"{stage.path}/transcript", {"lines": [line]})
    assert told == {"taken": 1, "known": 0}


async def _watch(open_page: OpenPage, stage: Stage, member: Member) -> Page:
    viewer = await open_page(f"/rooms/{stage.room['room_id']}", name="viewer", member=member)
    await start_watching(viewer)
    await expect_moving(viewer, "before anything")
    await expect(viewer.get_by_test_id("product-card")).to_be_hidden()
    return viewer


async def _buy(viewer: Page) -> None:
    await viewer.get_by_test_id("product-card").click()
    drawer = viewer.get_by_test_id("product-drawer")
    await expect(drawer).to_contain_text("辽宁省 丹东市")
    await drawer.get_by_test_id("buy").click()
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()
    await expect_moving(viewer, "after paying")


async def _choose(console: Page, mode: str) -> None:
    await console.get_by_test_id(f"mode-{mode}").click()
    await expect(console.get_by_test_id(f"mode-{mode}")).to_have_attribute("aria-pressed", "true")


async def test_in_auto_mode_the_card_comes_by_itself_is_bought_and_goes_when_the_host_waves_it_off(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹丹")
    await buyer.address("辽宁省 丹东市")
    console = await open_page(f"/console/rooms/{stage.room['room_id']}", name="console", size=DESK, member=stage.host)
    await _choose(console, "auto")
    async with send_film(stage.stream_key):
        await until_state(stage.host, stage.room["room_id"], "on_air")
        viewer = await _watch(open_page, stage, buyer)
        await _say(stage, PITCH)
        await expect(viewer.get_by_test_id("product-card")).to_be_visible()
        why = console.get_by_test_id("cue-why")
        await expect(why).to_contain_text("自动")
        await _buy(viewer)
        await console.get_by_test_id("cue-quiet").click()
        await expect(why).to_be_hidden()
        await expect(viewer.get_by_test_id("product-card")).to_be_hidden()
        cues = (await stage.host.call("GET", f"{stage.path}/cues"))["items"]
        assert [cue["why"]["source"] for cue in cues] == ["auto"]


async def test_in_suggest_mode_nothing_comes_before_the_hosts_one_tap(
    stage: Stage, send_film: Encoder, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小丹丹")
    await buyer.address("辽宁省 丹东市")
    async with send_film(stage.stream_key):
        await until_state(stage.host, stage.room["room_id"], "on_air")
        phone = await open_page(f"/console/rooms/{stage.room['room_id']}", name="phone", size=PHONE, member=stage.host)
        await phone.get_by_test_id("pane-bag").click()
        await _choose(phone, "suggest")
        viewer = await _watch(open_page, stage, buyer)
        await _say(stage, PITCH)
        suggestion = phone.get_by_test_id("suggestion")
        await expect(suggestion).to_contain_text("丹东草莓")
        assert (await stage.host.call("GET", f"{stage.path}/cues"))["items"] == []
        await phone.get_by_test_id("suggestion-yes").click()
        await expect(suggestion).to_be_hidden()
        await expect(phone.get_by_test_id("cue-why")).to_contain_text("建议")
        await expect(viewer.get_by_test_id("product-card")).to_be_visible()
        await _buy(viewer)
