"""A seller brings 500 products in from a file: sees what would happen, lets it happen, comes back to see it done."""

import re

import pytest
from playwright.async_api import expect
from tests.journeys.conftest import DESK, OpenPage, Stage

pytestmark = [pytest.mark.journey, pytest.mark.still]

HEAD = "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Status\n"
PRODUCTS = 500


def _file() -> bytes:
    rows = [f"p-{n},草莓 {n} 号,<p>当天采摘</p>,规格,3斤装,CM-{n},10,{20 + n % 9}.90,active\n" for n in range(PRODUCTS)]
    rows[7] = "p-7,草莓 7 号,,规格,3斤装,CM-7,10,便宜,active\n"
    return (HEAD + "".join(rows)).encode("gb18030")


async def test_a_file_of_500_products_is_seen_applied_left_and_found_done(stage: Stage, open_page: OpenPage) -> None:
    console = await open_page("/console/products", name="console", size=DESK, member=stage.host)
    await console.get_by_test_id("product-imports").click()
    file = {"name": "商品.csv", "mimeType": "text/csv", "buffer": _file()}
    await console.get_by_test_id("import-file").set_input_files(file)  # type: ignore[arg-type]

    await expect(console.get_by_test_id("job")).to_have_attribute("data-state", "done")
    await expect(console.get_by_test_id("count-created")).to_contain_text("499")
    await console.get_by_test_id("rows-filter-refused").click()
    row = console.get_by_test_id("import-row")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("这不是金额")
    products = await stage.host.call("GET", f"/api/shops/{stage.product['shop_id']}/products")
    assert len(products["items"]) == 1, "a dry run wrote"

    dry_run = console.url
    await console.get_by_test_id("job-apply").click()
    await console.wait_for_url(lambda url: url != dry_run)
    await console.get_by_test_id("nav-orders").click()
    await console.get_by_test_id("nav-products").click()
    await console.get_by_test_id("product-imports").click()
    newest = console.get_by_test_id("job-row").first
    await expect(newest.get_by_test_id("job-state")).to_have_text("已完成")
    await newest.get_by_role("link").click()
    await expect(console.get_by_test_id("count-created")).to_contain_text("499")
    async with console.expect_download() as download:
        await console.get_by_test_id("job-refusals").click()
    refusals = (await (await download.value).path()).read_text("utf-8-sig").splitlines()
    assert len(refusals) == 2
    assert re.search(r"^p-7,.*便宜,active,Variant Price,这不是金额$", refusals[1])
    products = await stage.host.call("GET", f"/api/shops/{stage.product['shop_id']}/products?q={'草莓 499 号'}")
    assert [item["title"] for item in products["items"]] == ["草莓 499 号"]
