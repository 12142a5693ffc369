"""How figures of fans are reckoned that several pages show; what each means stands in contracts/figures.py."""

WITHIN_DAYS = 30
"""Of a likelihood."""


def share(part: int, whole: int) -> float | None:
    """A share between 0 and 1; None of nothing."""
    return round(part / whole, 4) if whole else None
