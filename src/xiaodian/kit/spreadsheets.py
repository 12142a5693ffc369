"""Text that goes into tables which spreadsheets open."""

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula and run it."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
