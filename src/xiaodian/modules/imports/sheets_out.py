"""Tables as files that spreadsheets open: texts can never become formulas, rows are written as they come."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from xiaodian.kit.spreadsheets import safe_cell


class SheetWriter(Protocol):
    """Writes one table into a file."""

    def add(self, cells: Sequence[str]) -> None:
        """A row."""

    def close(self) -> None:
        """The file is whole only after this."""


def open_sheet(path: Path, *, is_xlsx: bool) -> SheetWriter:
    """A workbook, or CSV in UTF-8 with the mark that tells spreadsheets so."""
    return _XlsxWriter(path) if is_xlsx else _CsvWriter(path)


class _CsvWriter:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")

    def add(self, cells: Sequence[str]) -> None:
        self._writer.writerow([safe_cell(cell) for cell in cells])

    def close(self) -> None:
        self._file.close()


class _XlsxWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()

    def add(self, cells: Sequence[str]) -> None:
        self._sheet.append([self._to_cell(cell) for cell in cells])

    def close(self) -> None:
        self._book.save(self._path)

    def _to_cell(self, text: str) -> object:
        # Characters that XML cannot carry are left out rather than the file lost.
        clean = "".join(char for char in text if char >= " " or char in "\t\n\r")
        cell = WriteOnlyCell(self._sheet, value=safe_cell(clean)[:32_767])
        # Said to be text, so that no number loses its zeros and no code becomes a date.
        cell.data_type = "s"
        return cell
