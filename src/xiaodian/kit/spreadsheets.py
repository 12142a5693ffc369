"""Text that goes into tables which spreadsheets open."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
"""Tells spreadsheets that a file is UTF-8; without it they show Chinese as noise."""
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula and run it.

    See OWASP: CSV injection.
    """
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) else text


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as lines of CSV whose cells are safe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
