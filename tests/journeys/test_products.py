"""A seller makes a product of colours and sizes and shows where it comes from; a buyer sees it in a room."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, OpenPage, Stage

from xiaodian.cli.show.client import Json

pytestmark = [pytest.mark.journey, pytest.mark.still]

DROP = """([name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type: "image/png" }));
    return data;
}"""
PASTE = """(input) => {
    const data = new DataTransfer();
    data.setData("text/plain", Array.from({ length: 12 }, (_, n) => `TEE-${n + 1}`).join("\\n"));
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


async def _options(console: Page) -> None:
    for name, values in (("颜色", "红，白，黑"), ("尺码", "S, M, L, XL")):
        await console.get_by_test_id("option-add").click()
        row = console.get_by_test_id("option-row").last
        await row.get_by_test_id("option-name").fill(name)
        await row.get_by_test_id("option-value").fill(values)
        await row.get_by_test_id("option-value").press("Enter")


def _picture(color: str, form: str) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (300, 300), color).save(output, form)
    return output.getvalue()


async def _drop_picture(console: Page) -> None:
    data = await console.evaluate_handle(DROP, ["红.png", base64.b64encode(_picture("red", "PNG")).decode()])
    target = console.get_by_test_id("picture-add").first
    await target.dispatch_event("dragover", {"dataTransfer": data})
    await target.dispatch_event("drop", {"dataTransfer": data})
    await expect(console.locator("li img").first).to_be_visible()


async def _open_sheet(stage: Stage, open_page: OpenPage, product: Json) -> Page:
    """The product in a room; the red M is sold out, the white XL not sold, the black S has a picture of its own."""
    path = f"/api/products/{product['product_id']}"
    skus = {sku["name"]: sku for sku in product["skus"]}
    picture_url = await stage.host.upload(_picture("black", "JPEG"))
    kept = [
        {"sku_id": sku["sku_id"], "price_minor": sku["price_minor"]}
        | ({"picture_url": picture_url} if name == "黑 S" else {})
        for name, sku in skus.items()
        if name != "米白 XL"
    ]
    await stage.host.call("PATCH", path, {"skus": kept})
    await stage.host.call("PUT", f"/api/skus/{skus['红 M']['sku_id']}/stock", {"available": 0})
    await stage.host.call("PUT", f"{stage.path}/control/bag", {"product_ids": [product["product_id"]]})
    viewer = await open_page(f"/rooms/{stage.room['room_id']}", name="viewer", size=PHONE)
    await viewer.get_by_test_id("bag-button").click()
    await viewer.get_by_test_id("bag-item").first.click()
    return viewer


async def _choose_by_options(viewer: Page, product: Json) -> None:
    async def _press(value: str) -> None:
        await viewer.get_by_role("radio", name=value).press("Space")

    chip = viewer.get_by_test_id("option-chip")
    await expect(chip).to_have_count(7)
    await expect(viewer.get_by_test_id("price")).to_contain_text("69.90")
    # By the arrow keys, as every group of radio buttons; the red M is there, and sold out.
    await viewer.get_by_role("radio", name="S ¥69.90").press("ArrowRight")
    await expect(viewer.get_by_test_id("buy")).to_be_disabled()
    await _press("黑")
    await expect(viewer.get_by_test_id("price")).to_contain_text("59.90")
    await expect(viewer.get_by_test_id("buy")).to_be_enabled()
    await _press("S ¥59.90")
    await expect(viewer.get_by_role("img", name="海岛棉短袖 黑 S")).to_be_in_viewport()
    await _press("XL")
    await _press("米白")
    await expect(viewer.get_by_test_id("variant-moved")).to_contain_text("没有“米白 · XL”")
    await expect(viewer.get_by_role("radio", name="XL 没有这种组合")).to_be_disabled()


async def test_a_matrix_with_its_provenance_goes_on_sale_and_a_buyer_sees_where_it_comes_from(
    stage: Stage, open_page: OpenPage, film: Path
) -> None:
    console = await open_page("/console/products/new", name="console", size=DESK, member=stage.host)
    await console.get_by_test_id("product-title").fill("海岛棉短袖")
    await _drop_picture(console)
    await _options(console)
    rows = console.get_by_test_id("sku-row")
    await expect(rows).to_have_count(12)

    # A column filled at once, one pasted, and Enter that goes down.
    await console.get_by_test_id("fill-price").fill("59.90")
    await console.get_by_test_id("fill-price").press("Enter")
    await console.get_by_test_id("fill-stock").fill("8")
    await console.get_by_test_id("fill-stock").press("Enter")
    first = rows.nth(0).get_by_test_id("sku-price")
    await first.fill("69.9")
    await first.press("Enter")
    await expect(rows.nth(1).get_by_test_id("sku-price")).to_be_focused()
    await expect(first).to_have_value("69.90")
    await rows.nth(0).get_by_test_id("sku-code").evaluate(PASTE)
    await expect(rows.nth(11).get_by_test_id("sku-code")).to_have_value("TEE-12")

    # A value renamed where it stands: its rows keep what was typed.
    await console.get_by_role("button", name="白", exact=True).click()
    await console.get_by_test_id("option-value-name").fill("米白")
    await console.get_by_test_id("option-value-name").press("Enter")
    await expect(rows.nth(4)).to_contain_text("米白 · S")
    await expect(rows.nth(4).get_by_test_id("sku-code")).to_have_value("TEE-5")

    await console.get_by_test_id("stage-add-grown").click()
    await console.get_by_test_id("stage-place").fill("新疆阿克苏")
    await console.get_by_test_id("stage-day").fill("2026-09-20")
    await console.get_by_test_id("stage-note").fill("长绒棉，人工采摘")
    await console.get_by_test_id("stage-video-input").set_input_files(film)
    await expect(console.get_by_test_id("stage-video-shown")).to_be_visible()
    await console.get_by_test_id("product-preview-open").click()
    await expect(console.get_by_test_id("product-preview")).to_contain_text("新疆阿克苏")
    await console.get_by_test_id("sheet-close").click()
    await console.get_by_test_id("product-save").click()

    row = console.get_by_test_id("product-row").first
    await expect(row).to_contain_text("海岛棉短袖")
    shop_id = stage.product["shop_id"]
    found = (await stage.host.call("GET", f"/api/shops/{shop_id}/products?q=tee-12"))["items"]
    assert [len(product["skus"]) for product in found] == [12]

    viewer = await _open_sheet(stage, open_page, found[0])
    provenance = viewer.get_by_test_id("provenance")
    await expect(provenance).to_contain_text("新疆阿克苏")
    await expect(provenance).to_contain_text("2026年9月20日")
    await _choose_by_options(viewer, found[0])


async def test_two_who_edit_at_once_lose_nothing_and_a_version_can_be_brought_back(
    stage: Stage, open_page: OpenPage
) -> None:
    path = f"/api/products/{stage.product['product_id']}"
    console = await open_page(f"/console/products/{stage.product['product_id']}", name="console", member=stage.host)
    await console.get_by_test_id("product-title").fill("我的名字")
    await stage.host.call("PATCH", path, {"title": "别人的名字"})
    await console.get_by_test_id("product-save").click()
    await expect(console.get_by_text("阿月刚刚改过这件商品")).to_be_visible()
    await console.get_by_test_id("confirm-yes").click()
    await expect(console.get_by_test_id("product-title")).to_have_value("别人的名字")
    assert (await stage.host.call("GET", path))["title"] == "别人的名字"

    await console.get_by_test_id("versions-open").click()
    await console.get_by_test_id("version-row").last.get_by_role("button").click()
    await expect(console.get_by_test_id("version-difference")).to_contain_text("丹东草莓")
    await console.get_by_test_id("version-restore").click()
    await console.get_by_test_id("confirm-yes").click()
    await expect(console.get_by_test_id("product-title")).to_have_value("丹东草莓")
    assert (await stage.host.call("GET", path))["version"] == 3


async def test_many_products_are_changed_at_once(stage: Stage, open_page: OpenPage) -> None:
    shop = f"/api/shops/{stage.product['shop_id']}/products"
    sku = {"name": "一件", "price_minor": 1990, "stock": 3}
    for number in range(3):
        body = {"title": f"样品 {number}", "description": "", "picture_urls": [], "state": "draft", "skus": [sku]}
        await stage.host.call("POST", shop, body)
    console = await open_page("/console/products", name="console", size=DESK, member=stage.host)
    await console.get_by_test_id("product-search").fill("样品")
    await expect(console.get_by_test_id("product-row")).to_have_count(3)
    await console.get_by_test_id("choose-all").check()
    await console.get_by_test_id("bulk-more").select_option("change_price")
    await console.get_by_test_id("bulk-percent").fill("-10")
    await console.get_by_test_id("bulk-rounding").select_option("nine")
    await console.get_by_test_id("bulk-save").click()
    await expect(console.get_by_test_id("product-row").first).to_contain_text("17.90")
    await console.get_by_test_id("choose-all").check()
    await console.get_by_test_id("bulk-on").click()
    await expect(console.get_by_test_id("product-row").first).to_contain_text("在售")
    prices = {
        product["skus"][0]["price_minor"] for product in (await stage.host.call("GET", f"{shop}?q=样品"))["items"]
    }
    assert prices == {1790}
