"""A host sees on the board what viewers buy while they buy it, and shows afterwards what came of the room."""

import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pymupdf as _untyped
import pytest
from PIL import Image
from playwright.async_api import Download, Page, expect
from tests.journeys.conftest import DESK, Encoder, OpenPage, Stage, until_state
from tests.journeys.picture import start_watching

from xiaodian.cli.show.client import Json, Member

pytestmark = pytest.mark.journey
pymupdf: Any = _untyped

A_MOMENT_MS = 5_000
GMV = re.compile(r"178\.00")


async def _download(page: Page, testid: str) -> tuple[Download, bytes]:
    async with page.expect_download() as waiting:
        await page.get_by_test_id(testid).click()
    download = await waiting.value
    path = await download.path()
    return download, path.read_bytes()


async def _sell_in_a_room_before(stage: Stage, send_film: Encoder, buyer: Member, address_id: str) -> Json:
    """A room that sold one piece and is over; answers the next room."""
    async with send_film(stage.stream_key):
        await until_state(buyer, stage.room["room_id"], "on_air")
        snapshot = await buyer.call("GET", f"/live/{stage.room['room_id']}/snapshot")
        await buyer.buy(stage.room["room_id"], address_id, snapshot["bag"][0]["skus"][0], 1)
        await stage.host.call("POST", f"{stage.path}/control/end")
    room: Json = await stage.host.call("POST", "/api/rooms", {"title": "现摘草莓第二场", "cover_url": None})
    bag = {"product_ids": [stage.product["product_id"]]}
    await stage.host.call("PUT", f"/api/rooms/{room['room_id']}/control/bag", bag)
    return room


async def _read_prints(report: Page, title: str) -> None:
    download, content = await _download(report, "report-pdf")
    assert download.suggested_filename.endswith(".pdf")
    text = "".join(page.get_text() for page in pymupdf.open(stream=content))
    assert title in text
    assert "¥178.00" in text
    _, content = await _download(report, "report-picture")
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.width) == ("PNG", 1080)


async def test_a_host_watches_the_board_and_shares_the_report_when_the_room_is_over(
    open_page: OpenPage, stage: Stage, send_film: Encoder, enter: Callable[[str], Awaitable[Member]]
) -> None:
    buyer = await enter("小海")
    address_id = await buyer.address("辽宁省 丹东市")
    room = await _sell_in_a_room_before(stage, send_film, buyer, address_id)
    room_id = room["room_id"]
    async with send_film(stage.stream_key):
        await until_state(buyer, room_id, "on_air")
        console = await open_page(f"/console/rooms/{room_id}", name="console", size=DESK, member=stage.host)
        await expect(console.get_by_test_id("room-state")).to_have_text("直播中")
        board = await open_page(f"/console/rooms/{room_id}/board", name="board", size=DESK, member=stage.host)
        await expect(board.get_by_test_id("board-orders_paid")).to_have_text("0")
        viewer = await open_page(f"/rooms/{room_id}", name="viewer")
        await start_watching(viewer)
        snapshot = await buyer.call("GET", f"/live/{room_id}/snapshot")
        await buyer.buy(room_id, address_id, snapshot["bag"][0]["skus"][0], 2)
        await expect(board.get_by_test_id("board-orders_paid")).to_have_text("1", timeout=A_MOMENT_MS)
        await expect(board.get_by_test_id("board-gmv")).to_have_text(GMV, timeout=A_MOMENT_MS)
        await expect(board.get_by_test_id("board-gmv-past")).to_contain_text("89")
        await expect(board.get_by_test_id("board-viewers")).to_have_text("1")

        await console.get_by_test_id("end-room").click()
        await console.get_by_test_id("confirm-yes").click()
        await console.wait_for_url(f"**/console/rooms/{room_id}/report")
    await expect(console.get_by_test_id("report-main")).to_have_text(GMV)
    await expect(console.get_by_test_id("report-main-past")).to_contain_text("89.00")
    await expect(console.get_by_test_id("report-orders_paid")).to_have_text("1")
    await _read_prints(console, room["title"])

    await console.get_by_test_id("report-share").click()
    await console.get_by_test_id("share-make").click()
    link = console.get_by_test_id("report-link")
    await expect(link).to_have_count(1)
    path = await link.locator("a").get_attribute("href")
    assert path
    shared = await open_page(path, name="shared")
    await expect(shared.get_by_role("heading", name=room["title"])).to_be_visible()
    await expect(shared.get_by_test_id("report-main")).to_have_text("1")
    await expect(shared.locator("main")).not_to_contain_text("178.00")

    await link.get_by_test_id("link-end").click()
    await console.get_by_test_id("confirm-yes").click()
    await expect(link).to_have_count(0)
    await shared.reload()
    await expect(shared.get_by_text("这个链接已失效")).to_be_visible()
