"""Orders as a table for spreadsheets and other systems: a row for each line of an order. Pure but for the file."""

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from openpyxl import Workbook

from xiaodian.contracts.orders import Line, Order
from xiaodian.kit.spreadsheets import safe_cell

# Promised in docs/orders-desk.md: none changes its name or place, new ones come at the end.
COLUMNS = (
    "order_number",
    "state",
    "placed_at",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "closed_at",
    "carrier",
    "tracking_number",
    "line",
    "product",
    "sku",
    "quantity",
    "price",
    "amount",
    "paid",
    "refunded_quantity",
    "refunded",
    "order_freight",
    "order_total",
    "currency",
    "room_id",
    "creator_id",
    "tags",
)
BUYER_COLUMNS = ("recipient", "phone", "region", "address", "note")
"""Personal: only for who may see buyers, and only if asked for."""


def cells_of(order: Order, line: Line, tags: Sequence[str], utc_offset_h: int) -> list[str]:
    """The cells of COLUMNS."""

    def _time(moment: datetime | None) -> str:
        zone = timezone(timedelta(hours=utc_offset_h))
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""

    moments = (order.placed_at, order.paid_at, order.shipped_at, order.delivered_at, order.closed_at)
    return [
        order.number,
        order.state,
        *(_time(moment) for moment in moments),
        order.carrier or "",
        order.tracking_number or "",
        str(line.line_no + 1),
        line.title,
        line.sku_name,
        str(line.quantity),
        *(_amount(minor) for minor in (line.price_minor, line.amount_minor, line.paid_minor)),
        str(line.refunded_quantity),
        *(_amount(minor) for minor in (line.refunded_minor, order.freight_minor, order.total_minor)),
        order.currency,
        str(line.room_id or ""),
        str(line.creator_id or ""),
        " ".join(tags),
    ]


def buyer_cells_of(order: Order) -> list[str]:
    """The cells of BUYER_COLUMNS."""
    return [order.recipient, order.phone, order.region, order.detail, order.note]


class CsvTable:
    """UTF-8 with the mark by which spreadsheets know it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")

    def add(self, cells: Sequence[str]) -> None:
        """One row; what a spreadsheet would run is made plain text."""
        self._writer.writerow([safe_cell(cell) for cell in cells])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class XlsxTable:
    """A workbook, written row by row: none of it stays in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()

    def add(self, cells: Sequence[str]) -> None:
        """One row, all of it text."""
        self._sheet.append([safe_cell(cell) for cell in cells])

    def close(self) -> None:
        """Finish the file."""
        self._book.save(self._path)


def _amount(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"
