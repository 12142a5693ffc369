"""A creator makes short videos in the console: a film from the phone sells, a clip of a replay keeps its goods."""

import asyncio
import re
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from playwright.async_api import Page, expect
from tests.journeys.conftest import PHONE, STEP_TIMEOUT_MS, Encoder, OpenPage, Stage, until_state
from tests.journeys.short_films import until_in_feed, until_rests
from tests.speech import speak

from xiaodian.cli.show.client import Json, Member
from xiaodian.cli.show.film import find_ffmpeg

pytestmark = pytest.mark.journey

Enter = Callable[[str], Awaitable[Member]]
FILM_S = 12
MADE_MS = 120_000
"""Films are made and figures counted when the machine has time."""
CLIP_OF_S = 8
MOST_SWIPES = 40
SAID = "look at the strawberries. picked this morning"
CAPTIONS = f"""WEBVTT

00:00:00.000 --> 00:00:12.000
{SAID}
"""
SUBRIP = """1
00:00:00,000 --> 00:00:02,000
草莓，凌晨摘的

2
00:00:03,000 --> 00:00:05,000
三斤装
"""
# The track is read by the browser when the film is; the page's own security policy forbids the polling of playwright.
_TRACK = """(video) => new Promise((done) => {
    const look = () => {
        const cues = video.textTracks[0]?.cues;
        if (cues?.length) done([...cues].map((cue) => cue.text)); else setTimeout(look, 50);
    };
    look();
})"""
ONE_VIDEO = re.compile(r"/console/videos/(?!upload-)[0-9a-f-]{36}$")


@pytest.fixture(scope="module")
def phone_film() -> Iterator[Path]:
    """A phone's film, upright, in which somebody speaks."""
    with TemporaryDirectory() as folder:
        path, speech = Path(folder) / "草莓.mp4", Path(folder) / "speech.wav"
        speak(SAID, speech)
        subprocess.run(
            [
                *(find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=s=180x320:r=25:d={FILM_S}"),
                *("-i", str(speech), "-af", f"apad=whole_dur={FILM_S}", "-c:v", "libx264", "-preset", "ultrafast"),
                *("-t", str(FILM_S), "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)),
            ],
            check=True,
        )
        yield path


async def _add_blueberries(stage: Stage) -> Json:
    product: Json = await stage.host.call(
        "POST",
        f"/api/shops/{stage.product['shop_id']}/products",
        {
            "title": "云南蓝莓",
            "description": "",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "一盒", "price_minor": 4900, "stock": 9}],
        },
    )
    return product


async def _upload(console: Page, film: Path) -> None:
    """Choose the film, and write its title while it is on its way."""
    await console.get_by_test_id("film-input").set_input_files(film)
    await expect(console).to_have_url(ONE_VIDEO)
    await expect(console.get_by_test_id("film")).to_be_visible(timeout=MADE_MS)
    await console.get_by_test_id("video-title").fill("凌晨现摘 #丹东草莓")


async def _tag(console: Page, first: str, second: str) -> None:
    """Both products into the video: the first at a moment, the second left to the platform."""
    await console.get_by_test_id("placed-add").click()
    for product_id in (first, second):
        pick = console.get_by_test_id(f"pick-{product_id}")
        await console.locator("label", has=pick).click()
        await expect(pick).to_be_checked()
    await console.get_by_test_id("bag-pick-done").click()
    await expect(console.get_by_test_id("placed")).to_have_count(2)
    head = console.get_by_test_id("playhead")
    await head.focus()
    await head.press("Home")
    for _ in range(4):
        await head.press("ArrowRight")
    await console.locator(f"[data-testid=placed][data-product='{first}']").get_by_test_id("place-here").click()
    card = console.get_by_test_id(f"moment-{first}")
    await expect(card).to_have_attribute("data-at", "2000")
    # By keys half a second earlier and shorter, by the pointer farther along, by keys back to where it shall be.
    await card.press("ArrowLeft")
    await card.press("[")
    await expect(card).to_have_attribute("data-at", "1500")
    await expect(card).to_have_attribute("data-show", "7500")
    box = await card.bounding_box()
    assert box
    await console.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await console.mouse.down()
    await console.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2, steps=4)
    await console.mouse.up()
    assert int(await card.get_attribute("data-at") or 0) > 2000
    await card.press("Home")
    for _ in range(3):
        await card.press("ArrowRight")
    await expect(console.get_by_test_id("preview-card")).to_contain_text("丹东草莓")


async def _until_filmed(playback_url: str, seconds: int) -> None:
    """The replay is as long as the encoder sent: a segment a second."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000), httpx.AsyncClient() as client:
        while True:
            if (await client.get(playback_url)).text.count("#EXTINF") >= seconds:
                return
            # A playlist grows by itself; nobody is told when.
            await asyncio.sleep(0.2)


async def _swipe_to(page: Page, video_id: str) -> None:
    wanted = page.locator(f"[data-testid=entry][data-id='{video_id}']:not([inert])")
    feed = page.get_by_test_id("feed")
    for index in range(MOST_SWIPES):
        await expect(feed).to_have_attribute("data-index", str(index))
        await expect(page.locator("[data-testid=entry]:not([inert])")).to_have_count(1)
        if await wanted.count():
            return
        await until_rests(page)
        await page.keyboard.press("ArrowDown")
    raise AssertionError("the film is not in the feed")


async def _choose_captions(console: Page, name: str, file: bytes) -> None:
    chosen = {"name": name, "mimeType": "", "buffer": file}
    await console.get_by_test_id("captions-input").set_input_files(chosen)  # type: ignore[arg-type]  # of that form.


async def _caption(console: Page) -> None:
    """A broken file is refused by its row; captions are brought, seen on the film, removed, and brought anew."""
    await _choose_captions(console, "broken.srt", SUBRIP.replace("00:00:03,000 -->", "三秒 -->").encode())
    await expect(console.get_by_test_id("captions-problem")).to_contain_text("第 6 行")
    await expect(console.get_by_test_id("captions-lines")).to_have_count(0)
    await _choose_captions(console, "草莓.srt", SUBRIP.encode("gb18030"))
    await expect(console.get_by_test_id("captions-lines").locator("li")).to_have_count(2)
    await expect(console.get_by_test_id("captions-problem")).to_have_count(0)
    async with asyncio.timeout(20):
        assert await console.get_by_test_id("film").evaluate(_TRACK) == ["草莓，凌晨摘的", "三斤装"]
    await console.get_by_test_id("captions-drop").click()
    await console.get_by_test_id("confirm-yes").click()
    await expect(console.get_by_test_id("captions-lines")).to_have_count(0)
    await _choose_captions(console, "strawberries.vtt", CAPTIONS.encode())
    await expect(console.get_by_test_id("captions-lines")).to_contain_text(SAID)


async def _read_along(page: Page) -> None:
    """Captions are off until somebody wants them, and then stand above the card."""
    entry = page.locator("[data-testid=entry]:not([inert])")
    await expect(entry.get_by_test_id("captions-toggle")).to_have_attribute("aria-pressed", "false")
    await expect(entry.get_by_test_id("captions")).to_have_count(0)
    await entry.get_by_test_id("captions-toggle").click()
    await expect(entry.get_by_test_id("captions")).to_have_text(SAID)


async def _buy(page: Page, product_id: str) -> None:
    card = page.locator("[data-testid=entry]:not([inert])").get_by_test_id("product-card")
    await expect(card).to_have_attribute("data-product-id", product_id)
    # It is there for a second or two, and moves in and out: a thumb does not wait until it rests.
    await card.dispatch_event("click")
    drawer = page.get_by_test_id("product-drawer")
    await expect(drawer).to_contain_text("辽宁省 丹东市")
    await drawer.get_by_test_id("buy").click()
    await drawer.get_by_test_id("pay-succeed").click()
    await expect(drawer.get_by_test_id("paid")).to_be_visible()


async def test_a_film_is_uploaded_tagged_and_published_sells_in_the_feed_and_shows_its_order_to_the_creator(
    stage: Stage, open_page: OpenPage, enter: Enter, phone_film: Path
) -> None:
    first, second = stage.product["product_id"], (await _add_blueberries(stage))["product_id"]
    console = await open_page("/console/videos", name="creator", size=PHONE, member=stage.host)
    await _upload(console, phone_film)
    await _tag(console, first, second)
    await console.get_by_test_id("video-publish").click()
    await expect(console.get_by_test_id("video-state-tag")).to_have_text("已发布")
    video_id = console.url.rpartition("/")[2]
    told = await stage.host.call("GET", f"/api/me/videos/{video_id}")
    assert (told["topics"], [(each["product_id"], each["at_ms"]) for each in told["products"]]) == (
        ["丹东草莓"],
        [(first, 1500), (second, None)],
    )

    await _caption(console)

    buyer = await enter("小丹")
    await buyer.address("辽宁省 丹东市")
    await until_in_feed(buyer, video_id)
    viewer = await open_page("/", name="viewer", member=buyer)
    await _swipe_to(viewer, video_id)
    await _read_along(viewer)
    await _buy(viewer, first)

    await console.get_by_test_id("to-figures").click()
    await expect(console.get_by_test_id("figure-orders_paid")).to_have_text("1", timeout=MADE_MS)
    sold = console.locator(f"[data-testid=video-product][data-product='{first}']")
    await expect(sold.get_by_test_id("product-orders")).to_have_text("1")
    await expect(console.get_by_test_id("video-curves")).to_have_attribute("data-ready", "true")


async def test_a_clip_of_a_replay_keeps_the_products_that_were_on_show_in_it(
    stage: Stage, send_film: Encoder, open_page: OpenPage, platform: str
) -> None:
    product_id = stage.product["product_id"]
    async with send_film(stage.stream_key):
        await until_state(stage.host, stage.room["room_id"], "on_air")
        up = {"product_id": product_id, "at_ms": int(time.time() * 1000)}
        await stage.host.call("PUT", f"{stage.path}/control/featured", up)
        await _until_filmed(platform + stage.room["playback_url"], CLIP_OF_S)
        await stage.host.call("POST", f"{stage.path}/control/end")
    await until_state(stage.host, stage.room["room_id"], "ended")
    clip = f"/console/rooms/{stage.room['room_id']}/clip"
    console = await open_page(clip, name="host", size=PHONE, member=stage.host)
    await expect(console.get_by_test_id("clip-goods")).to_contain_text("丹东草莓")
    end = console.get_by_test_id("clip-end")
    before = await console.get_by_test_id("clip-length").inner_text()
    await end.press("ArrowLeft")
    await expect(console.get_by_test_id("clip-length")).not_to_have_text(before)
    await console.get_by_test_id("clip-cut").click()
    await expect(console).to_have_url(ONE_VIDEO)
    await expect(console.get_by_test_id("placed")).to_have_attribute("data-product", product_id)
    await expect(console.get_by_test_id("film")).to_be_visible(timeout=MADE_MS)
    await expect(console.get_by_test_id(f"moment-{product_id}")).to_be_visible()
    video = await stage.host.call("GET", f"/api/me/videos/{console.url.rpartition('/')[2]}")
    assert (video["state"], video["source_room_id"]) == ("draft", stage.room["room_id"])
    assert [each["product_id"] for each in video["products"]] == [product_id]


async def test_an_upload_that_loses_its_page_goes_on_where_it_stopped_with_what_was_written(
    stage: Stage, open_page: OpenPage, phone_film: Path
) -> None:
    console = await open_page("/console/videos", name="creator", size=PHONE, member=stage.host)
    # The network is gone before the first byte is sent.
    await console.route("**/api/uploads**", lambda route: route.abort())
    await console.get_by_test_id("film-input").set_input_files(phone_film)
    upload = console.get_by_test_id("upload")
    await expect(upload).to_have_attribute("data-phase", "offline")
    await console.get_by_test_id("video-title").fill("断网也不丢")
    assert (await stage.host.call("GET", "/api/me/videos"))["items"] == []
    await upload.get_by_test_id("upload-pause").click()
    await expect(upload).to_have_attribute("data-phase", "paused")
    await upload.get_by_test_id("upload-resume").click()
    await expect(upload).to_have_attribute("data-phase", "offline")
    await console.reload()
    await expect(console.get_by_test_id("video-title")).to_have_value("断网也不丢")
    await console.unroute("**/api/uploads**")
    # It tries again by itself.
    await expect(console).to_have_url(ONE_VIDEO)
    await expect(console.get_by_test_id("video-title")).to_have_value("断网也不丢")


async def test_what_is_no_film_is_refused_before_it_is_sent_and_what_only_looks_like_one_says_why(
    stage: Stage, open_page: OpenPage, tmp_path: Path
) -> None:
    console = await open_page("/console/videos", name="creator", size=PHONE, member=stage.host)
    notes, fake = tmp_path / "说明.txt", tmp_path / "假.mp4"
    notes.write_text("不是视频")
    fake.write_bytes(b"<svg onload=alert(1)>" * 200)
    await console.get_by_test_id("film-input").set_input_files(notes)
    await expect(console.get_by_test_id("upload-refusal")).to_contain_text("说明.txt")
    assert (await stage.host.call("GET", "/api/me/videos"))["items"] == []
    await console.get_by_test_id("film-input").set_input_files(fake)
    state = console.get_by_test_id("film-state")
    await expect(state).to_have_attribute("data-film", "refused", timeout=MADE_MS)
    await expect(console.get_by_test_id("video-publish")).to_have_count(0)
    await expect(state.get_by_role("alert")).to_have_text("这个文件不是视频，请换一个。")
    await state.get_by_test_id("film-replace").click()
    await console.get_by_test_id("confirm-yes").click()
    await expect(console).to_have_url(re.compile(r"/console/videos$"))
    assert (await stage.host.call("GET", "/api/me/videos"))["items"] == []
