"""CSV as it goes to people's spreadsheets and banks, and as it comes back."""

import csv
import io
from collections.abc import Iterable, Sequence

from xiaodian.contracts.base import InvalidInputError
from xiaodian.kit.money import format_minor
from xiaodian.kit.spreadsheets import safe_cell

Cell = str | int
"""A text, or an amount in minor units."""


def write_rows(rows: Iterable[Sequence[Cell]]) -> str:
    """Lines of CSV. Amounts are written with two decimals; texts can never become formulas where they are opened."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_to_text(cell) for cell in row] for row in rows)
    return text.getvalue()


def read_rows(raw: bytes, *, most: int) -> list[list[str]]:
    """The rows of a file in UTF-8 or GBK, trimmed; empty ones are left out. Raises InvalidInputError."""
    text = _decode(raw)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise InvalidInputError(field="file", reason="not_a_table") from error
    filled = [row for row in rows if any(row)]
    if len(filled) > most:
        raise InvalidInputError(field="file", reason="too_many_rows", limit=most)
    return filled


def _to_text(cell: Cell) -> str:
    return format_minor(cell) if isinstance(cell, int) else safe_cell(cell)


def _decode(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInputError(field="file", reason="not_a_table")
