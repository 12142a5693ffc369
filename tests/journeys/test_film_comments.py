"""What is said under a film: who keeps order there, and what becomes of it for the others, on a phone by touch."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect
from tests.journeys.conftest import OpenPage, Stage
from tests.journeys.short_films import current, publish

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

Enter = Callable[[str], Awaitable[Member]]
LEAST_PX = 44


async def _open_comments(page: Page) -> Locator:
    await current(page).get_by_test_id("comments").click()
    return page.get_by_test_id("comments-sheet")


async def _press_more(page: Page, text: str) -> Locator:
    """Opens what can be done about the comment; whatever is pressed is as large as a finger."""
    more = page.get_by_test_id("comment").filter(has_text=text).get_by_test_id("comment-more")
    box = await more.bounding_box()
    assert box
    # What still slides in is measured a hair smaller than it is.
    assert round(min(box["width"], box["height"]), 1) >= LEAST_PX
    await more.tap()
    deeds = page.get_by_test_id("comment-deeds")
    await expect(deeds).to_be_visible()
    for button in await deeds.locator("li button").all():
        box = await button.bounding_box()
        assert box
        assert round(box["height"], 1) >= LEAST_PX
    return deeds


async def _report(page: Page, text: str) -> None:
    deeds = await _press_more(page, text)
    await expect(deeds.get_by_test_id("comment-delete")).to_have_count(0)
    await expect(deeds.get_by_test_id("comment-mute")).to_have_count(0)
    await deeds.get_by_test_id("comment-report").tap()
    await deeds.get_by_test_id("reason-vulgar").check()
    await deeds.get_by_test_id("report-send").tap()
    await expect(page.get_by_text("已收到举报")).to_be_visible()


async def test_a_creator_keeps_order_under_a_film_and_readers_report(
    stage: Stage,
    short_film: bytes,
    open_page: OpenPage,
    enter: Enter,
    enter_operator: Callable[[], Awaitable[Member]],
) -> None:
    video_id = await publish(stage.host, short_film, "凌晨现摘 #草莓", [])
    rude, reader = await enter("刷屏的人"), await enter("小丹")
    for text in ("全是假货", "别买了"):
        await rude.call("POST", f"/api/videos/{video_id}/comments", {"text": text})
    await reader.call("POST", f"/api/videos/{video_id}/comments", {"text": "多少钱一斤"})

    watching = await open_page(f"/videos/{video_id}", name="reader", member=reader, touch=True)
    await _open_comments(watching)
    await _report(watching, "全是假货")
    await _report(watching, "全是假货")
    operator = await enter_operator()
    waiting = (await operator.call("GET", "/api/operator/reports?limit=50"))["items"]
    assert [item["reports"] for item in waiting if item["comment"] and item["comment"]["text"] == "全是假货"] == [1]

    host = await open_page(f"/videos/{video_id}", name="host", member=stage.host, touch=True)
    sheet = await _open_comments(host)
    deeds = await _press_more(host, "别买了")
    await deeds.get_by_test_id("comment-delete").tap()
    await deeds.get_by_test_id("comment-delete-sure").tap()
    await expect(sheet.get_by_test_id("comment")).to_have_count(2)
    await watching.reload()
    await _open_comments(watching)
    await expect(watching.get_by_test_id("comment").filter(has_text="别买了")).to_have_count(0)
    await expect(watching.get_by_test_id("comment")).to_have_count(2)
    # A film that nobody looks at any more need not play.
    await watching.goto("about:blank")

    deeds = await _press_more(host, "全是假货")
    await deeds.get_by_test_id("comment-mute").tap()
    await deeds.get_by_test_id("comment-mute-sure").tap()
    await expect(sheet.get_by_test_id("comment")).to_have_count(1)
    await host.goto(host.url.partition("/videos/")[0] + "/console/videos")
    muted = await open_page(f"/videos/{video_id}", name="muted", member=rude, touch=True)
    await _open_comments(muted)
    await muted.get_by_test_id("comment-input").fill("我还要说")
    await muted.get_by_test_id("comment-send").tap()
    await expect(muted.get_by_text("“阿月”不让你在自己的视频下评论")).to_be_visible()
    await expect(muted.get_by_test_id("comment-input")).to_have_value("我还要说")
    await expect(muted.get_by_test_id("comment")).to_have_count(1)

    # In the console the creator finds who is silent, and lets them speak again.
    await host.get_by_test_id("muted-people").locator("summary").tap()
    await host.get_by_test_id("unmute").tap()
    await expect(host.get_by_test_id("muted-people")).to_have_count(0)
    await muted.get_by_test_id("comment-send").tap()
    await expect(muted.get_by_test_id("comment")).to_have_count(2)


async def test_staff_let_people_comment_again_by_the_message_that_says_so_and_from_the_list_in_the_console(
    stage: Stage, short_film: bytes, open_page: OpenPage, enter: Enter
) -> None:
    video_id = await publish(stage.host, short_film, "凌晨现摘 #草莓", [])
    staff, rude = await enter("小李"), await enter("刷屏的人")
    shop = f"/api/shops/{stage.product['shop_id']}"
    invited = await stage.host.call("POST", f"{shop}/staff-invitations", {"role": "host", "note": "小李"})
    await staff.call("POST", "/api/staff-invitations/acceptance", {"token": invited["token"]})

    async def _say(text: str) -> None:
        await rude.call("POST", f"/api/videos/{video_id}/comments", {"text": text})

    await _say("全是假货")
    phone = await open_page(f"/videos/{video_id}", name="staff", member=staff, touch=True)
    await _open_comments(phone)
    deeds = await _press_more(phone, "全是假货")
    await deeds.get_by_test_id("comment-mute").tap()
    await deeds.get_by_test_id("comment-mute-sure").tap()
    await phone.get_by_test_id("toast").filter(has_text="允许再评论").tap()
    await expect(phone.get_by_text("“刷屏的人”可以评论了")).to_be_visible()
    await _say("对不起")

    silenced = f"/api/creators/{stage.host.me['account_id']}/muted/{rude.me['account_id']}"
    await stage.host.call("PUT", silenced)
    await phone.goto(phone.url.partition("/videos/")[0] + "/console/videos")
    people = phone.get_by_test_id("muted-people-shop")
    await people.locator("summary").tap()
    await expect(people).to_contain_text("刷屏的人")
    await people.get_by_test_id("unmute").tap()
    await expect(people).to_have_count(0)
    await _say("这次好好说")
