"""A seller sees what a file would do, then it is done exactly so, and what was refused comes back with the reason."""

import asyncio
import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.modules.imports.work import Staff
from tests.modules.orders.market import Market

from xiaodian.app import JOB_KINDS
from xiaodian.modules.imports.api import run_next_job
from xiaodian.modules.imports.service import lease

HEAD = "Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Status\n"
FILE = (
    HEAD
    + "tee,Tee,Acme,Color,Red,T-R,5,19.90,active\ntee,,,,Blue,T-B,6,21.00,\n"
    + "mug,Mug,Acme,Title,Default Title,MUG,7,9.00,draft\n"
)


@pytest.fixture
def staff(market: Market) -> Staff:
    """Staff of a shop, with the kinds that the app has."""
    return Staff(market, JOB_KINDS)


async def products(staff: Staff) -> dict[str, Any]:
    """The shop's products by title."""
    answer = await staff.client.get(f"{staff.path}/products", params={"limit": 100})
    assert answer.status_code == 200, answer.text
    return {item["title"]: item for item in answer.json()["items"]}


async def outcomes(staff: Staff, job_id: str) -> list[tuple[int, str, str | None]]:
    """Each row's number, outcome and reason."""
    return [(row["row"], row["outcome"], row["reason"]) for row in await staff.rows(job_id)]


async def test_a_dry_run_says_all_and_does_nothing(staff: Staff) -> None:
    job = await staff.finish("product_import", FILE.encode())
    assert job["state"] == "done", job
    assert job["counts"] == {"created": 3}
    assert [row["label"] for row in await staff.rows(job["job_id"])] == ["Tee · Red", "Tee · Blue", "Mug"]
    assert await products(staff) == {}


async def test_a_plan_is_carried_out_as_it_was_shown_and_again_changes_nothing(staff: Staff) -> None:
    plan = await staff.finish("product_import", FILE.encode())
    job = await staff.finish("product_import", FILE.encode(), dry_run=False, plan=plan["job_id"])
    assert (job["state"], job["counts"]) == ("done", {"created": 3})
    found = await products(staff)
    tee = found["Tee"]
    assert (tee["state"], tee["handle"], found["Mug"]["state"]) == ("on_sale", "tee", "draft")
    assert [(sku["code"], sku["price_minor"], sku["available"]) for sku in tee["skus"]] == [
        ("T-R", 1990, 5),
        ("T-B", 2100, 6),
    ]
    assert tee["options"] == [{"name": "Color", "values": ["Red", "Blue"]}]
    assert tee["attributes"] == [{"name": "品牌", "value": "Acme"}]
    again = await staff.finish("product_import", FILE.encode(), dry_run=False)
    assert again["counts"] == {"unchanged": 3}
    assert await products(staff) == found


async def test_an_update_says_what_changes(staff: Staff) -> None:
    await staff.finish("product_import", FILE.encode(), dry_run=False)
    changed = FILE.replace("19.90", "18.00").replace("Mug,Acme", "Big Mug,Other").replace(",6,", ",60,")
    job = await staff.finish("product_import", changed.encode())
    rows = await staff.rows(job["job_id"])
    assert [row["params"].get("changes") for row in rows] == [
        {"price": [1990, 1800]},
        {"stock": [6, 60]},
        {"title": ["Mug", "Big Mug"], "vendor": ["Acme", "Other"]},
    ]
    assert job["counts"] == {"updated": 3}


async def test_what_changed_since_the_plan_is_not_overwritten(staff: Staff) -> None:
    await staff.finish("product_import", FILE.encode(), dry_run=False)
    newer = FILE.replace("19.90", "18.00").replace("9.00", "8.00").encode()
    plan = await staff.finish("product_import", newer)
    mug = (await products(staff))["Mug"]
    edited = await staff.client.patch(f"/api/products/{mug['product_id']}", json={"title": "Cup"})
    assert edited.status_code == 200, edited.text
    job = await staff.finish("product_import", newer, dry_run=False, plan=plan["job_id"])
    assert await outcomes(staff, job["job_id"]) == [
        (2, "updated", None),
        (3, "unchanged", None),
        (4, "refused", "changed_meanwhile"),
    ]
    found = await products(staff)
    assert "Cup" in found
    assert found["Cup"]["skus"][0]["price_minor"] == 900


async def test_refused_rows_come_back_in_their_own_format_with_the_reasons(staff: Staff) -> None:
    bad = FILE + "bad,Bad,,,,B-1,1,cheap,active\nbad,,,,x,B-2,1,1.00,\ntee,Again,,,,T-X,1,1,active\n"
    job = await staff.finish("product_import", bad.encode("gb18030"), dry_run=False)
    assert job["counts"] == {"created": 3, "refused": 3}
    assert await outcomes(staff, job["job_id"]) == [
        (2, "created", None),
        (3, "created", None),
        (4, "created", None),
        (5, "refused", "not_an_amount"),
        (6, "refused", "with_row"),
        (7, "refused", "handle_again"),
    ]
    answer = await staff.fetch(job["job_id"], "refusals")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:9] == HEAD.strip().split(",")
    assert [(row[0], row[-2]) for row in rows] == [("bad", "Variant Price"), ("bad", ""), ("tee", "Handle")]
    assert all(row[-1] for row in rows)
    mended = answer.content.decode("utf-8-sig").replace("cheap", "1.00").replace("tee,Again", "new,Again")
    mended_job = await staff.finish("product_import", mended.encode(), dry_run=False)
    assert mended_job["counts"]["created"] == 1
    assert "Again" in await products(staff)


@pytest.mark.parametrize(("file_format", "is_chinese"), [("csv", False), ("csv", True), ("xlsx", True)])
async def test_what_was_given_out_comes_back_unchanged(staff: Staff, file_format: str, is_chinese: bool) -> None:
    await staff.finish("product_import", FILE.encode(), dry_run=False)
    answer = await staff.client.post(
        f"{staff.path}/products",
        json={
            "title": "=HYPERLINK(1)",
            "description": "a < b & c\n  -第二行",
            "picture_urls": [f"/media/pictures/{'a' * 64}.webp", f"/media/pictures/{'b' * 64}.webp"],
            "state": "on_sale",
            "skus": [{"name": "3斤装", "price_minor": 5, "stock": 1}, {"name": "+5斤装", "price_minor": 7, "stock": 2}],
        },
    )
    assert answer.status_code == 201, answer.text
    before = await products(staff)
    export = await staff.finish("product_export", format=file_format, is_chinese=is_chinese)
    assert export["state"] == "done", export
    content = (await staff.fetch(export["job_id"], "result")).content
    if file_format == "csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    else:
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        cells = [str(cell or "") for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    back = await staff.finish("product_import", content, dry_run=False)
    rows = await staff.rows(back["job_id"])
    assert [row["params"] for row in rows if row["outcome"] != "unchanged"] == []
    assert set(back["counts"]) == {"unchanged"}
    assert await products(staff) == before


async def test_a_product_made_by_hand_is_known_by_the_code_of_its_variant(staff: Staff) -> None:
    await staff.client.post(
        f"{staff.path}/products",
        json={
            "title": "Old",
            "description": "",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "one", "price_minor": 5, "stock": 1, "code": "X-1"}],
        },
    )
    job = await staff.finish(
        "product_import", b"Handle,Title,Variant SKU,Variant Price\nnew-handle,New,X-1,6.00\n", dry_run=False
    )
    assert job["counts"] == {"updated": 1}
    found = await products(staff)
    assert list(found) == ["New"]
    assert (found["New"]["handle"], found["New"]["skus"][0]["name"]) == ("new-handle", "one")


async def test_a_worker_killed_in_an_import_leaves_no_row_twice(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaodian.modules.imports.products.import_products.GROUPS_AT_ONCE", 2)
    rows = "".join(f"p{number},Product {number},,,,C-{number},1,1.00,active\n" for number in range(7))
    job_id = await staff.submit("product_import", (HEAD + rows).encode(), dry_run=False)
    real, left = lease.lock_lease, [3]

    async def _die(*call: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise asyncio.CancelledError
        await real(*call)

    monkeypatch.setattr("xiaodian.modules.imports.service.job_run.lock_lease", _die)
    assert await run_next_job(staff.ctx, staff.kinds)
    assert (await staff.see(job_id))["done"] == 4
    await staff.work()
    job = await staff.see(job_id)
    assert (job["state"], job["counts"], job["done"]) == ("done", {"created": 7}, 7)
    assert len(await products(staff)) == 7


async def test_another_shops_dry_run_is_no_plan(staff: Staff) -> None:
    file_id = await staff.send(FILE.encode())
    answer = await staff.ask("product_import", file_id, dry_run=False, plan="00000000-0000-7000-8000-000000000000")
    assert (answer.status_code, answer.json()["field"]) == (422, "options.plan")


async def test_a_file_that_is_no_table_changes_nothing_and_says_where(staff: Staff) -> None:
    job = await staff.finish("product_import", b"Title\nok\n\xff\xfe\xff\n", dry_run=False)
    assert (job["state"], job["failure"]["params"]) == ("failed", {"reason": "wrong_encoding", "row": 3})
    assert await products(staff) == {}
