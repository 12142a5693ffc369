"""Tables in files that people send: CSV in any encoding they are likely to have, and workbooks that are no bombs.

Whatever comes in leaves here as rows of text, read one after the other, with every limit kept.
"""

import codecs
import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.imports.rules import MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS

MAX_UNPACKED_BYTES = 768 * 1024 * 1024
MAX_SHARED_TEXTS_BYTES = 128 * 1024 * 1024
MAX_PARTS = 2000
_BLOCK = 1_048_576
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Row(NamedTuple):
    """A row; `number` counts as spreadsheets do, the heading being row 1."""

    number: int
    cells: list[str]


class Table(NamedTuple):
    """A file as rows of text on this machine; `row_count` without the heading."""

    path: Path
    encoding: str
    delimiter: str
    heading: list[str]
    row_count: int

    def rows(self, after: int = 1) -> Iterator[Row]:
        """The rows after row `after` that say anything, in order."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            for number, cells in enumerate(reader, start=1):
                if number > after and any(cell.strip() for cell in cells):
                    yield Row(number, cells)


def open_table(path: Path, folder: Path) -> Table:
    """The table in a file, checked from the first row to the last. Blocks: run it in a thread.

    Raises InvalidInputError that says what is wrong, and in which row and column.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_OLD_EXCEL):
        raise InvalidInputError(field="file", reason="old_excel")
    if head.startswith(_ZIP):
        _check_workbook(path)
        flat = folder / "flat.csv"
        _flatten(path, flat)
        return _check(flat, "utf-8", ",")
    encoding = _find_encoding(path, head)
    with path.open(encoding=encoding, newline="") as text:
        first = text.readline(MAX_CELL_CHARS * 4)
    return _check(path, encoding, max(",\t;", key=first.count))


def _find_encoding(path: Path, head: bytes) -> str:
    """UTF-8 if it is; else GB 18030, which holds all of GBK; else refused, with the row that neither can be."""
    if head.startswith(_UTF16):
        raise InvalidInputError(field="file", reason="wrong_encoding", row=1)
    row = 1
    for encoding in ("utf-8-sig", "gb18030"):
        fault = _decode_all(path, encoding)
        if fault is None:
            return encoding
        row = max(row, fault)
    raise InvalidInputError(field="file", reason="wrong_encoding", row=row)


def _decode_all(path: Path, encoding: str) -> int | None:
    """The line where the file is not in this encoding; None if all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            if b"\0" in block:
                raise InvalidInputError(
                    field="file", reason="binary", row=line + block.partition(b"\0")[0].count(b"\n")
                )
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return line + block[: error.start].count(b"\n")
            line += block.count(b"\n")
            if not block:
                return None


def _check(path: Path, encoding: str, delimiter: str) -> Table:
    heading: list[str] | None = None
    number = count = 0
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                # Its own limit, far above ours: most often a quotation mark that is never closed.
                raise InvalidInputError(
                    field="file", reason="cell_too_long", row=number + 1, column=1, max_chars=MAX_CELL_CHARS
                ) from error
            if cells is None:
                break
            number += 1
            check_cells(number, cells)
            if heading is None:
                heading = cells
            elif any(cell.strip() for cell in cells):
                count += 1
            if number > MAX_ROWS + 1:
                raise InvalidInputError(field="file", reason="too_many_rows", limit=MAX_ROWS)
    if heading is None or not count:
        raise InvalidInputError(field="file", reason="empty")
    return Table(path, encoding, delimiter, heading, count)


def check_cells(number: int, cells: Sequence[str]) -> None:
    """No row is wider and no cell longer than there is use for. Raises InvalidInputError."""
    if len(cells) > MAX_COLUMNS:
        raise InvalidInputError(field="file", reason="too_many_columns", row=number, limit=MAX_COLUMNS)
    for column, cell in enumerate(cells, start=1):
        if len(cell) > MAX_CELL_CHARS:
            raise InvalidInputError(
                field="file", reason="cell_too_long", row=number, column=column, max_chars=MAX_CELL_CHARS
            )


def _check_workbook(path: Path) -> None:
    """Nothing of it unpacks to more than we can hold. What a part declares is all that is ever read of it."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise InvalidInputError(field="file", reason="unpacks_too_large")
            for part in parts:
                if "sharedstrings" in part.filename.lower() and part.file_size > MAX_SHARED_TEXTS_BYTES:
                    raise InvalidInputError(field="file", reason="unpacks_too_large")
                if part.filename.lower().endswith((".xml", ".rels")):
                    with packed.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(1024):
                            raise InvalidInputError(field="file", reason="not_a_workbook")
            names = {part.filename for part in parts}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InvalidInputError(field="file", reason="not_a_workbook") from error
    if "xl/workbook.xml" not in names:
        raise InvalidInputError(field="file", reason="not_a_workbook")


def _flatten(path: Path, flat: Path) -> None:
    """Write the first sheet as CSV."""
    try:
        with path.open("rb") as packed, flat.open("w", encoding="utf-8", newline="") as file:
            book = load_workbook(packed, read_only=True, data_only=True, keep_links=False)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()
                writer = csv.writer(file)
                rows: Iterable[tuple[Any, ...]] = sheet.iter_rows(
                    values_only=True, max_col=MAX_COLUMNS + 1, max_row=MAX_ROWS + 2
                )
                for number, values in enumerate(rows, start=1):
                    cells = _trimmed([_to_text(value) for value in values])
                    check_cells(number, cells)
                    writer.writerow(cells or [""])
            finally:
                book.close()
    except InvalidInputError:
        raise
    # openpyxl raises whatever comes to it from broken files.
    except Exception as error:
        raise InvalidInputError(field="file", reason="not_a_workbook") from error


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end, which a read up to a fixed column always brings."""
    last = next((index for index in range(len(cells), 0, -1) if cells[index - 1]), 0)
    return list(islice(cells, last))


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
