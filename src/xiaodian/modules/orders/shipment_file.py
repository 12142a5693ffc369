"""A file of shipments as sellers export it: CSV or tab-separated, in UTF-8 or GBK, with Chinese or English headings."""

import csv
import io
from typing import NamedTuple

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.orders.shipping_rules import clean_cell

MAX_BYTES = 1_048_576
MAX_ROWS = 1_000
_MAX_CELL = 200

_HEADINGS = {
    "订单号": "number",
    "订单编号": "number",
    "number": "number",
    "快递公司": "carrier",
    "物流公司": "carrier",
    "carrier": "carrier",
    "运单号": "tracking_number",
    "快递单号": "tracking_number",
    "物流单号": "tracking_number",
    "tracking_number": "tracking_number",
}
_WANTED = ("number", "carrier", "tracking_number")


class ShipmentRow(NamedTuple):
    """One shipment; `row` counts as spreadsheets do, the heading being row 1."""

    row: int
    number: str
    carrier: str
    tracking_number: str


def read_shipment_file(content: bytes) -> list[ShipmentRow]:
    """The shipments in a file, empty rows left out. Raises InvalidInputError if the file as a whole is of no use."""
    if len(content) > MAX_BYTES:
        raise InvalidInputError(field="file", reason="too_large", max_bytes=MAX_BYTES)
    text = _decode(content)
    head = text.partition("\n")[0]
    delimiter = max(",\t;", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise InvalidInputError(field="file", reason="not_a_table") from error
    columns = _find_columns(table[0] if table else [])
    rows = [
        ShipmentRow(number, *(_cell(cells, columns[name]) for name in _WANTED))
        for number, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    if len(rows) > MAX_ROWS:
        raise InvalidInputError(field="file", reason="too_many_rows", limit=MAX_ROWS)
    if not rows:
        raise InvalidInputError(field="file", reason="empty")
    return rows


def _decode(content: bytes) -> str:
    # GB 18030 holds all of GBK. Nearly nothing that is GBK is valid UTF-8 by chance, so UTF-8 is tried first.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise InvalidInputError(field="file", reason="not_a_table")


def _find_columns(heading: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(heading):
        name = _HEADINGS.get(clean_cell(cell).lower())
        if name is not None:
            columns.setdefault(name, index)
    missing = [name for name in _WANTED if name not in columns]
    if missing:
        raise InvalidInputError(field="file", reason="no_heading", missing=missing)
    return columns


def _cell(cells: list[str], index: int) -> str:
    return clean_cell(cells[index])[:_MAX_CELL] if index < len(cells) else ""
