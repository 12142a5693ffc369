"""What is printed can be read, by people and by scanners; what is exported opens without running anything."""

import csv
import io
from typing import Any

import httpx
import pymupdf as untyped
import pytest
from openpyxl import load_workbook
from tests.conftest import SignUp, once
from tests.modules.imports.work import Staff
from tests.modules.orders.life import paid, post, shipment
from tests.modules.orders.market import Buyer, Market
from tests.modules.orders.test_desk import deeds

from xiaodian.modules.imports.api import JobKinds
from xiaodian.modules.orders.bulk import KINDS
from xiaodian.modules.orders.export_table import BUYER_COLUMNS, COLUMNS

pymupdf: Any = untyped
MM = 72 / 25.4
ON_TOP = (0.0, 12.0, 100.0, 31.0)
CODES = {
    "label": ((0.0, 163.0, 64.0, 176.0), (66.0, 149.0, 98.0, 178.0)),
    "slip": ((114.0, 13.0, 171.0, 28.0), (169.0, 11.0, 196.0, 37.0)),
}
"""Where the order's number stands as bar code and as square."""


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


@pytest.fixture
def staff(market: Market) -> Staff:
    """Who asks for long work."""
    return Staff(market, JobKinds(KINDS))


async def prints(client: httpx.AsyncClient, market: Market, kind: str, *orders: Any) -> httpx.Response:
    """Print these orders."""
    body = {"kind": kind, "order_ids": [order["order_id"] for order in orders]}
    return await client.post(f"/api/shops/{market.shop_id}/order-prints", json=body, headers={"accept-language": "zh"})


def scan(page: Any, box: tuple[float, float, float, float]) -> str:
    """What a scanner reads from the code in a box of the page (millimetres) as a label printer prints it."""
    pixels = page.get_pixmap(dpi=203, clip=pymupdf.Rect(box) * MM, colorspace=pymupdf.csGRAY)
    text, _ = pymupdf.mupdf.fz_decode_barcode_from_pixmap(pixels.this, 0)
    return str(text)


async def test_labels_and_slips_say_what_the_order_says_in_text_that_can_be_selected(
    market: Market, buyer: Buyer
) -> None:
    orders = [await paid(market, buyer, shops=market.said(note="请放门口驿站")) for _ in range(2)]
    parcel = shipment()
    await post(market.seller, orders[1], "shipment", parcel)
    for kind, size in (("label", (100, 180)), ("slip", (210, 297))):
        answer = await prints(market.seller, market, kind, *orders, orders[0])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
        document = pymupdf.open("pdf", answer.content)
        assert [(round(page.rect.width / MM), round(page.rect.height / MM)) for page in document] == [size] * 2
        for page, order in zip(document, orders, strict=True):
            text = page.get_text()
            for said in (
                order["number"],
                "李小丹",
                "13800000001",
                "江城大街 1 号",
                "丹东草莓",
                "1斤装",
                "请放门口驿站",
            ):
                assert said in text, (kind, said)
            # The font is in the file, or the printer would print what it likes.
            assert all(document.extract_font(font[0])[3] for font in page.get_fonts())
            assert {scan(page, box) for box in CODES[kind]} == {order["number"]}
        assert parcel["tracking_number"] in document[1].get_text()
        if kind == "label":
            assert [scan(page, ON_TOP) for page in document] == [orders[0]["number"], parcel["tracking_number"]]
    assert await deeds(market) == ["order.shipped", "order.labels_printed", "order.slips_printed"]


async def test_nobody_prints_orders_of_others_nor_unpaid_ones(market: Market, buyer: Buyer, sign_up: SignUp) -> None:
    order, unpaid = await paid(market, buyer), await buyer.order(await market.sku())
    stranger, _ = await sign_up("路人")
    viewer, viewer_id = await sign_up("只读")
    async with market.ctx.database.connection() as connection:
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, 'viewer')", market.shop_id, viewer_id)
    assert (await prints(stranger, market, "label", order)).status_code == 404
    assert (await prints(viewer, market, "label", order)).json()["params"] == {"right": "orders:shipping"}
    assert (await prints(market.seller, market, "label", unpaid)).json()["params"]["reason"] == "not_paid"
    nowhere = {"order_id": "00000000-0000-7000-8000-000000000000"}
    assert (await prints(market.seller, market, "label", order, nowhere)).status_code == 404
    assert (await prints(market.seller, market, "label")).status_code == 400
    assert await deeds(market) == []


async def test_many_are_printed_by_a_job(market: Market, buyer: Buyer, staff: Staff) -> None:
    orders = [await paid(market, buyer) for _ in range(3)]
    ids = [order["order_id"] for order in orders]
    asked = await staff.client.post(
        f"{staff.path}/jobs",
        json={"kind": "order_print", "options": {"kind": "slip", "order_ids": ids}},
        headers=once(),
    )
    assert asked.status_code == 201, asked.text
    await staff.work()
    done = await staff.see(asked.json()["job_id"])
    assert (done["state"], done["done"], done["result_name"]) == ("done", 3, "发货单.pdf")
    document = pymupdf.open("pdf", (await staff.fetch(done["job_id"], "result")).content)
    assert [order["number"] in page.get_text() for page, order in zip(document, orders, strict=True)] == [True] * 3
    assert await deeds(market) == ["order.slips_printed"]


async def test_orders_are_exported_as_they_are_and_no_cell_is_a_formula(
    market: Market, buyer: Buyer, staff: Staff
) -> None:
    order = await paid(market, buyer, 2, shops=market.said(note="=HYPERLINK(1)"))
    await paid(market, buyer)
    done = await staff.finish("order_export", filter={"q": order["number"]}, with_buyers=True, language="en")
    assert (done["state"], done["done"]) == ("done", 1)
    raw = (await staff.fetch(done["job_id"], "result")).content
    heading, *rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert heading == [*COLUMNS, *BUYER_COLUMNS]
    [row] = [dict(zip(heading, cells, strict=True)) for cells in rows]
    assert (row["order_number"], row["quantity"], row["price"], row["paid"]) == (order["number"], "2", "29.90", "59.80")
    assert (row["recipient"], row["note"]) == ("李小丹", "'=HYPERLINK(1)")
    done = await staff.finish("order_export", format="xlsx")
    book = load_workbook(io.BytesIO((await staff.fetch(done["job_id"], "result")).content), read_only=True)
    cells = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert (len(cells), cells[0][0], "李小丹" in str(cells)) == (3, "订单号", False)
    assert await deeds(market) == ["order.exported", "order.exported"]


async def test_who_may_not_see_buyers_cannot_export_them(market: Market, buyer: Buyer, sign_up: SignUp) -> None:
    await paid(market, buyer)
    viewer, viewer_id = await sign_up("只读")
    async with market.ctx.database.connection() as connection:
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, 'viewer')", market.shop_id, viewer_id)
    staff = Staff(market, JobKinds(KINDS))
    staff.client = viewer
    assert (await staff.ask("order_export", with_buyers=True)).json()["params"] == {"right": "customers:read"}
    assert (await staff.finish("order_export"))["state"] == "done"
