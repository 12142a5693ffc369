"""A shop saves a segment and lets a flow wait for who comes into it; what it changed is shown beside those held out."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect
from tests.journeys.conftest import DESK, STEP_TIMEOUT_MS, OpenPage, Stage

from xiaodian.cli.show.client import Json, Member
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import CampaignId
from xiaodian.modules.outreach.rules import is_held_out

pytestmark = [pytest.mark.journey, pytest.mark.still]

WORDS = "谢谢你买了草莓，下次来找我"
HOLD_OUT_PERCENT = 50
LIVE = "/?tab=live"
CEL = "orders >= 1 && (days_since_first <= 30 || follows)"


async def _click_together(editor: Locator) -> None:
    """At least one purchase, and either the first is at most 30 days ago or the host is followed."""
    await _fill_row(editor.get_by_test_id("condition-row"), "orders", "ge", "1")
    await editor.get_by_test_id("group-add").click()
    inner = editor.get_by_test_id("condition-group").nth(1)
    await _fill_row(inner.get_by_test_id("condition-row"), "days_since_first", "le", "30")
    await inner.get_by_test_id("condition-add").click()
    await inner.get_by_test_id("condition-field").nth(1).select_option("follows")
    await expect(editor.get_by_test_id("segment-count")).to_contain_text("0")


async def _fill_row(row: Locator, field: str, op: str, value: str) -> None:
    await row.get_by_test_id("condition-field").select_option(field)
    await row.get_by_test_id("condition-op").select_option(op)
    await row.get_by_test_id("condition-value").fill(value)


async def _save_segment(console: Page) -> None:
    await console.get_by_test_id("segment-new").click()
    editor = console.get_by_test_id("segment-editor")
    await editor.get_by_test_id("segment-name").fill("买过的新面孔")
    await _click_together(editor)
    await editor.get_by_test_id("segment-form-cel").click()
    await expect(editor.get_by_test_id("segment-cel")).to_have_value(CEL)
    await editor.get_by_test_id("segment-form-clicks").click()
    await expect(editor.get_by_test_id("condition-group")).to_have_count(2)
    await expect(editor.get_by_test_id("segment-count")).to_contain_text("0")
    await editor.get_by_test_id("segment-save").click()
    await expect(console.get_by_test_id("own-segment")).to_contain_text("买过的新面孔")


async def _start_flow(console: Page) -> None:
    row = console.locator('[data-testid=flow-row][data-trigger="segment_joined"]')
    await row.get_by_test_id("flow-set").click()
    form = console.get_by_test_id("message-form")
    await form.get_by_test_id("flow-segment").select_option(label="买过的新面孔 · 0 人")
    await form.get_by_test_id("message-text").fill(WORDS)
    await form.get_by_test_id("message-name").fill("谢谢新客")
    await form.get_by_test_id("message-hold-out").fill(str(HOLD_OUT_PERCENT))
    await form.get_by_test_id("message-send").click()
    await expect(form).to_have_count(0)
    await expect(row.first).to_contain_text("进入「买过的新面孔」时")


async def _enter_both_groups(
    enter: Callable[[str], Awaitable[Member]], campaign_id: CampaignId
) -> tuple[Member, Member]:
    """Somebody whom the draw treats, and somebody whom it holds out: who is which follows from the two ids."""
    groups: dict[bool, Member] = {}
    while len(groups) < 2:
        fan = await enter("小丹")
        drawn = is_held_out(campaign_id, AccountId(UUID(fan.me["account_id"])), HOLD_OUT_PERCENT * 100)
        groups.setdefault(drawn, fan)
    return groups[False], groups[True]


async def _until_both_count(stage: Stage, campaign_id: CampaignId) -> None:
    """The worker finds who came in, and tells nobody when it is done."""
    path = f"/api/shops/{stage.product['shop_id']}/campaigns/{campaign_id}"
    async with asyncio.timeout(2 * STEP_TIMEOUT_MS / 1000):
        while True:
            report: Json = await stage.host.call("GET", path)
            effect, [app] = report["effect"], report["deliveries"]
            if app["sent"] == effect["treated"]["fans"] == effect["held_out"]["fans"] == 1:
                return
            await asyncio.sleep(0.2)


async def test_a_shop_saves_a_segment_and_a_flow_tells_who_comes_into_it_but_not_who_is_held_out(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]]
) -> None:
    console = await open_page("/console/fans/segments", name="console", size=DESK, member=stage.host)
    await _save_segment(console)
    await console.goto(console.url.replace("/fans/segments", "/outreach"))
    await _start_flow(console)
    flows = (await stage.host.call("GET", f"/api/shops/{stage.product['shop_id']}/flows"))["items"]
    [campaign_id] = [CampaignId(UUID(flow["campaign"]["campaign_id"])) for flow in flows if flow["campaign"]]

    treated, held_out = await _enter_both_groups(enter, campaign_id)
    for fan in (treated, held_out):
        sku = {**stage.product["skus"][0], "flash_sale": None}
        await fan.buy(stage.room["room_id"], await fan.address("辽宁省 丹东市 振兴区"), sku, 1)
    await _until_both_count(stage, campaign_id)

    page = await open_page(LIVE, name="treated", member=treated)
    await page.get_by_test_id("account").click()
    await page.get_by_test_id("my-notices").click()
    await expect(page.get_by_test_id("notice").filter(has_text=WORDS)).to_have_count(1)
    assert not [
        notice for notice in (await held_out.call("GET", "/api/me/notices"))["items"] if WORDS in notice["text"]
    ]

    await console.get_by_test_id("flow-effect").click()
    sheet = console.get_by_test_id("campaign-sheet")
    await expect(sheet.get_by_test_id("effect-treated")).to_have_text("1")
    await expect(sheet.get_by_test_id("effect-held-out")).to_have_text("1")
    await expect(sheet.get_by_test_id("verdict")).to_be_visible()
