"""A viewer swipes through short videos, takes part in them, and buys in one as in a room."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, OpenPage, Stage
from tests.journeys.short_films import FILM_S, LISTEN, TOLD, current, publish, until_in_feed, until_rests

from xiaodian.cli.show.client import Member

pytestmark = pytest.mark.journey

Enter = Callable[[str], Awaitable[Member]]
CARD_AT_MS = 1500
CARD_MS = 5000

# Asks at each presented frame; the page's own security policy forbids the polling that playwright would do.
_PLAYS = """(card) => new Promise((done) => {
    const look = () => {
        const video = card.querySelector('video');
        if (video && !video.paused && video.currentTime > 0.2) done(true); else setTimeout(look, 50);
    };
    look();
})"""
_PLAYED_FOR = """([card, seconds]) => new Promise((done) => {
    const look = () => {
        const at = card.querySelector('video')?.currentTime ?? 0;
        if (at > seconds) done(at * 1000); else setTimeout(look, 50);
    };
    look();
})"""
# Before its card comes, however slow the machine.
_STOP_AT_ONCE = (
    """document.addEventListener('playing', (event) => event.target.pause(), {capture: true, once: true});"""
)
_IS_STILL = """(card) => new Promise((done) => {
    const look = () => {
        const video = card.querySelector('video');
        if (video?.paused && video.currentTime > 0) done(true); else setTimeout(look, 50);
    };
    look();
})"""
_JUMP_TO = "(card, seconds) => { card.querySelector('video').currentTime = seconds; }"
_IS_AHEAD = """() => new Promise((done) => {
    const look = () => {
        const waiting = [...document.querySelectorAll('[inert] video')];
        if (waiting.some((video) => video.paused && video.readyState >= 2)) done(true); else setTimeout(look, 50);
    };
    look();
})"""


async def _expect_playing(page: Page, index: int) -> str:
    """The film of this place plays; answers whose it is."""
    await expect(page.get_by_test_id("feed")).to_have_attribute("data-index", str(index))
    # The index changes half-way.
    await until_rests(page)
    card = current(page)
    await expect(card).to_have_count(1)
    async with asyncio.timeout(30):
        assert await card.evaluate(_PLAYS)
    # However long the feed is, so many films are at hand and no more.
    assert await page.locator("video").count() <= 3
    return str(await card.get_attribute("data-id"))


async def _swipe_up(page: Page) -> None:
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, y in [("touchStart", 700), *(("touchMove", 700 - 40 * step) for step in range(1, 15)), ("touchEnd", 0)]:
        points = [] if kind == "touchEnd" else [{"x": 180, "y": y}]
        await cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
async def films(stage: Stage, enter: Enter, short_film: bytes) -> list[str]:
    """Three films: two of a host with a product, one of another creator."""
    product = {"product_id": stage.product["product_id"], "at_ms": CARD_AT_MS, "show_ms": CARD_MS}
    other = await enter("老周")
    return [
        await publish(stage.host, short_film, "凌晨现摘 #草莓", [product]),
        await publish(other, short_film, "明前茶开汤 #龙井", []),
        await publish(stage.host, short_film, "装箱发货 #草莓", []),
    ]


async def _take_part(page: Page, viewer: Member, video_id: str) -> None:
    """Likes by two taps, comments, follows, shares."""
    card = current(page)
    await card.get_by_test_id("surface").dblclick(position={"x": 180, "y": 300})
    await expect(card.get_by_test_id("like")).to_have_attribute("aria-pressed", "true")
    await expect(card.get_by_test_id("likes")).to_have_text("1")
    await card.get_by_test_id("comments").click()
    sheet = page.get_by_test_id("comments-sheet")
    await sheet.get_by_test_id("comment-input").fill("多少钱一斤？")
    await sheet.get_by_test_id("comment-send").click()
    await expect(sheet.get_by_test_id("comment")).to_contain_text("多少钱一斤？")
    await sheet.get_by_test_id("comment-more").click()
    await page.get_by_test_id("comment-delete").click()
    await page.get_by_test_id("comment-delete-sure").click()
    await expect(sheet.get_by_test_id("comment")).to_have_count(0)
    await page.keyboard.press("Escape")
    await card.get_by_test_id("follow").click()
    await expect(card.get_by_test_id("follow")).to_have_attribute("aria-pressed", "true")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await card.get_by_test_id("share").click()
    await expect(page.get_by_text("链接已复制")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"/v/{video_id}?s")
    told = await viewer.call("GET", f"/api/videos/{video_id}")
    assert (told["is_liked"], told["comments"], told["creator"]["is_followed"]) == (True, 0, True)


async def test_a_viewer_swipes_through_films_and_takes_part_in_them(
    films: list[str], open_page: OpenPage, enter: Enter
) -> None:
    viewer = await enter("小丹丹")
    await until_in_feed(viewer, *films)
    page = await open_page(f"/v/{films[0]}", name="viewer", member=viewer)
    assert await _expect_playing(page, 0) == films[0]
    async with asyncio.timeout(30):
        assert await page.evaluate(_IS_AHEAD), "the next film must be at hand before it is wanted"
    await page.keyboard.press("ArrowDown")
    second = await _expect_playing(page, 1)
    await _swipe_up(page)
    third = await _expect_playing(page, 2)
    assert len({films[0], second, third}) == 3, "no film comes twice"
    # Neither key is lost, though the second comes while the picture still moves.
    await page.keyboard.press("PageUp")
    await page.keyboard.press("PageUp")
    await _expect_playing(page, 0)
    await _take_part(page, viewer, films[0])

    await page.goto(page.url.partition("/v/")[0] + "/?tab=following")
    followed = await _expect_playing(page, 0)
    assert followed in {films[0], films[2]}, "the creator's films stand under Following, others' do not"
    await expect(current(page).get_by_test_id("why")).to_contain_text("关注")

    await current(page).get_by_test_id("more").click()
    await page.get_by_test_id("not-interested").click()
    await expect(page.locator(f"[data-testid=entry][data-id='{followed}']")).to_have_count(0)


async def _expect_left(page: Page, video_id: str, at_ms: float) -> None:
    """The page tells that the film was left once, soon after this moment of it."""
    told = await page.evaluate(TOLD)
    [left] = [item["media_at_ms"] for item in told if (item["kind"], item["video_id"]) == ("left", video_id)]
    assert at_ms - 200 <= left < FILM_S * 1000, "a film is left where it was when its viewer went on, not at its start"


async def test_where_a_viewer_goes_on_to_the_next_film_is_told_of_the_one_that_is_left(
    films: list[str], open_page: OpenPage, enter: Enter
) -> None:
    viewer = await enter("小丹丹")
    await until_in_feed(viewer, *films)
    page = await open_page(f"/v/{films[0]}", name="leaver", member=viewer)
    await page.evaluate(LISTEN)
    first = await _expect_playing(page, 0)
    at_ms = await page.evaluate(_PLAYED_FOR, [await current(page).element_handle(), 2.2])
    await page.keyboard.press("ArrowDown")
    second = await _expect_playing(page, 1)
    await _expect_left(page, first, at_ms)
    at_ms = await page.evaluate(_PLAYED_FOR, [await current(page).element_handle(), 1.5])
    await _swipe_up(page)
    await _expect_playing(page, 2)
    await _expect_left(page, second, at_ms)


async def _told_of_card(page: Page, video_id: str) -> list[int]:
    """The moments of the film at which its card came up and was seen."""
    told = await page.evaluate(TOLD)
    return [item["media_at_ms"] for item in told if (item["kind"], item["video_id"]) == ("card_shown", video_id)]


async def test_a_card_counts_as_shown_when_it_was_seen_and_not_under_a_sheet(
    films: list[str], open_page: OpenPage
) -> None:
    page = await open_page(f"/videos/{films[0]}", name="seer")
    await page.add_init_script(f"({LISTEN})(); {_STOP_AT_ONCE}")
    await page.reload()
    card = current(page)
    async with asyncio.timeout(30):
        assert await card.evaluate(_IS_STILL)
    await page.keyboard.press("b")
    await expect(page.get_by_test_id("bag-sheet")).to_be_visible()
    # Later than that nobody jumps in: the card is up, beneath the sheet.
    await card.evaluate(_JUMP_TO, (CARD_AT_MS + 500) / 1000)
    await expect(card.get_by_test_id("product-card")).to_be_attached()
    await page.evaluate("new Promise((done) => setTimeout(done, 1600))")
    assert await _told_of_card(page, films[0]) == []
    await page.keyboard.press("Escape")
    async with asyncio.timeout(30):
        while not (shown := await _told_of_card(page, films[0])):
            await page.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert shown == [CARD_AT_MS]


async def test_the_card_comes_at_its_moment_and_the_order_remembers_the_film(
    films: list[str], open_page: OpenPage, enter: Enter
) -> None:
    buyer = await enter("小丹")
    await buyer.address("辽宁省 丹东市")
    page = await open_page(f"/videos/{films[0]}", name="buyer", member=buyer)
    await _expect_playing(page, 0)
    await current(page).get_by_test_id("product-card").dispatch_event("click")
    drawer = page.get_by_test_id("product-drawer")
    await expect(drawer).to_contain_text("辽宁省 丹东市")
    await drawer.get_by_test_id("buy").click()
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()
    [order] = (await buyer.call("GET", "/api/me/orders"))["items"]
    told = await buyer.call("GET", f"/api/orders/{order['order_id']}")
    assert (told["state"], told["lines"][0]["video_id"]) == ("paid", films[0])
    await drawer.get_by_test_id("back-to-room").click()
    await _expect_playing(page, 0)


async def test_beside_the_film_on_a_wide_screen_stand_its_goods_and_what_is_said(
    films: list[str], open_page: OpenPage
) -> None:
    page = await open_page(f"/videos/{films[0]}", name="desk", size=DESK)
    await _expect_playing(page, 0)
    side = page.get_by_test_id("film-side")
    await expect(side.get_by_test_id("bag-item")).to_contain_text("丹东草莓")
    await page.get_by_test_id("next").click()
    await _expect_playing(page, 1)
    await page.get_by_test_id("before").click()
    await _expect_playing(page, 0)
    await side.get_by_test_id("topic").click()
    await expect(page.get_by_test_id("topic-page").get_by_test_id("video-thumb")).not_to_have_count(0)
