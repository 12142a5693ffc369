"""Files of products as sellers really have them are read, and what is no such file is refused with the place."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET
from openpyxl import Workbook

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductState
from xiaodian.kit.html_text import to_plain_text
from xiaodian.modules.imports import tables
from xiaodian.modules.imports.products.columns import read_heading
from xiaodian.modules.imports.products.goods import Goods, RowFault
from xiaodian.modules.imports.products.read_rows import group_rows, read_amount, read_group
from xiaodian.modules.imports.tables import Table, open_table

OLD = (
    "Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Image Position,Status\n"
    "tee,Tee,<p>Soft &amp; <b>warm</b></p><script>x()</script>,Acme,Shirts,TRUE,Color,Red,Size,S,"
    "T-R-S,200,5,19.90,690,https://img.example/2.jpg,2,active\n"
    'tee,,,,,,,Red,,M,T-R-M,200,-3,"1,019.9",,https://img.example/1.jpg,1,\n'
    "tee,,,,,,,,,,,,,,,https://img.example/3.jpg,3,\n"
    "mug,Mug,,,,FALSE,Title,Default Title,,,MUG,,,9,,,,active\n"
)
NEW = (
    "URL handle,Title,Description,SKU,Option1 name,Option1 value,Price,Inventory quantity,Weight value (grams),"
    "Product image URL,Published on online store,Status\n"
    "tee,Tee,Soft,T-1,Color,Red,19.90,5,200.0,https://img.example/1.jpg,true,draft\n"
)
CHINESE = (
    "商品名称,商家编码,规格1名称,规格1,价格,库存,是否上架\n草莓,CM-3,规格,3斤装,￥29.90,10,是\n"
    ",CM-5,,5斤装,45,8,\n樱桃,YT,,,60,1,否\n"
)


def open_text(tmp_path: Path, content: bytes) -> Table:
    (tmp_path / "in").write_bytes(content)
    return open_table(tmp_path / "in", tmp_path)


def read_all(table: Table) -> list[Goods]:
    layout = read_heading(table.heading)
    return [read_group(layout, group) for group in group_rows(layout, table.rows())]


def refused(tmp_path: Path, content: bytes) -> dict[str, Any]:
    with pytest.raises(InvalidInputError) as error:
        open_text(tmp_path, content)
    return error.value.params


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_shopifys_older_columns_are_read(tmp_path: Path, encoding: str) -> None:
    tee, mug = read_all(open_text(tmp_path, OLD.replace("Soft", "柔软").encode(encoding)))
    assert (tee.title, tee.vendor, tee.state, tee.option_names) == (
        "Tee",
        "Acme",
        ProductState.ON_SALE,
        ["Color", "Size"],
    )
    assert tee.description == "柔软 & warm"
    assert tee.pictures == [f"https://img.example/{number}.jpg" for number in (1, 2, 3)]
    assert [(one.code, one.option_values, one.price_minor, one.stock) for one in tee.variants] == [
        ("T-R-S", ["Red", "S"], 1990, 5),
        ("T-R-M", ["Red", "M"], 101990, 0),
    ]
    assert (mug.state, mug.variants[0].price_minor, mug.variants[0].stock) == (ProductState.OFF, 900, UNSET)


def test_shopifys_newer_columns_are_read(tmp_path: Path) -> None:
    (tee,) = read_all(open_text(tmp_path, NEW.encode()))
    assert (tee.handle, tee.description, tee.state) == ("tee", "Soft", ProductState.DRAFT)
    assert (tee.variants[0].weight_g, tee.variants[0].stock) == (200, 5)


def test_chinese_headings_without_handles_are_read(tmp_path: Path) -> None:
    strawberry, cherry = read_all(open_text(tmp_path, CHINESE.encode("gbk", errors="replace")))
    assert [one.option_values for one in strawberry.variants] == [["3斤装"], ["5斤装"]]
    assert (strawberry.variants[0].price_minor, cherry.state) == (2990, ProductState.OFF)


def workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_says_the_same_as_csv(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["商品名称", "商家编码", "价格", "条形码", None],
        ["草莓", 7001, 29.9, 6901234567892, None],
    ]
    (goods,) = read_all(open_text(tmp_path, workbook(rows)))
    assert (goods.title, goods.variants[0].code) == ("草莓", "7001")
    assert (goods.variants[0].price_minor, goods.variants[0].barcode) == (2990, "6901234567892")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Title\n\x00\x01\x02", {"reason": "binary", "row": 2}),
        (b"Title\nok\n\xff\xfe\xff", {"reason": "wrong_encoding", "row": 3}),
        ("Title\nx\n".encode("utf-16"), {"reason": "wrong_encoding", "row": 1}),
        (b"Title\n" + b"x" * 1_000_000 + b"\n", {"reason": "cell_too_long", "row": 2, "column": 1}),
        (b'Title\nfine\n"' + b"x" * 70_000 + b'"\n', {"reason": "cell_too_long", "row": 3, "column": 1}),
        (b"," * 300 + b"\nx\n", {"reason": "too_many_columns", "row": 1}),
        (b"Title\n", {"reason": "empty"}),
        (b"\n\n", {"reason": "empty"}),
        (b"\xd0\xcf\x11\xe0rest", {"reason": "old_excel"}),
        (b"PK\x03\x04nonsense", {"reason": "not_a_workbook"}),
    ],
)
def test_what_is_no_table_is_refused_with_the_place(tmp_path: Path, content: bytes, expected: dict[str, Any]) -> None:
    found = refused(tmp_path, content)
    assert {name: found.get(name) for name in expected} == expected


def test_a_million_and_one_rows_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert open_text(tmp_path, b"Title\na\nb\nc\n").row_count == 3
    assert refused(tmp_path, b"Title\na\nb\nc\nd\n")["reason"] == "too_many_rows"


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert len(bomb.getvalue()) < 100_000
    monkeypatch.setattr(tables, "MAX_UNPACKED_BYTES", 10_000_000)
    assert refused(tmp_path, bomb.getvalue())["reason"] == "unpacks_too_large"


def test_a_workbook_that_defines_entities_is_no_workbook(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><workbook/>')
    assert refused(tmp_path, packed.getvalue())["reason"] == "not_a_workbook"


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        ({"Variant Price": "cheap"}, "not_an_amount", "Variant Price"),
        ({"Variant Price": "0"}, "out_of_range", "Variant Price"),
        ({"Variant Inventory Qty": "many"}, "not_a_count", "Variant Inventory Qty"),
        ({"Variant Grams": "light"}, "not_a_weight", "Variant Grams"),
        ({"Status": "maybe"}, "not_a_status", "Status"),
        ({"Published": "maybe"}, "not_yes_or_no", "Published"),
        ({"Title": "x" * 121}, "too_long", "Title"),
        ({"Body (HTML)": "x" * 5001}, "too_long", "Body (HTML)"),
        ({"Title": "a\u0001b"}, "bad_character", "Title"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, cells: dict[str, str], reason: str, column: str) -> None:
    names = ["Handle", "Title", "Variant Price", "Variant Inventory Qty", "Variant Grams", "Status", "Published"]
    names.append("Body (HTML)")
    values = {"Handle": "a", "Title": "A", "Variant Price": "1"} | cells
    text = ",".join(names) + "\n" + ",".join(values.get(name, "") for name in names) + "\n"
    with pytest.raises(RowFault) as fault:
        read_all(open_text(tmp_path, text.encode()))
    assert (fault.value.reason, fault.value.column, fault.value.row) == (reason, column, 2)


def test_a_row_with_more_cells_than_the_heading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RowFault) as fault:
        read_all(open_text(tmp_path, b"Title,Price\na,1,more\n"))
    assert (fault.value.reason, fault.value.row) == ("too_many_cells", 2)
    assert len(read_all(open_text(tmp_path, b"Title,Price,SKU\na,1\n"))) == 1


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        read_heading(open_text(tmp_path, b"name,colour\na,b\n").heading)
    assert error.value.params["reason"] == "no_product_heading"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain\ntext", "plain\ntext"),
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("<style>p{}</style><img src=x onerror=alert(1)>safe", "safe"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<script>alert(1)", ""),
        ("3 < 5 and 7 > 6", "3 < 5 and 7 > 6"),
    ],
)
def test_html_becomes_words_and_nothing_else(html: str, text: str) -> None:
    assert to_plain_text(html) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1", 100), ("1.5", 150), ("1.50", 150), ("￥1,234.56", 123456), ("12元", 1200), ("1.234", None), ("-1", None)],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int | None) -> None:
    assert read_amount(text) == amount
