"""Pure decisions about prices that are changed together."""

from enum import StrEnum

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.catalog.rules import MAX_PRICE_MINOR


class PriceRounding(StrEnum):
    """How a reckoned price is made one that people say."""

    NONE = "none"
    TENTH = "tenth"
    """To a whole tenth of the unit: 19.87 → 19.90."""
    WHOLE = "whole"
    """To the whole unit: 19.87 → 20.00."""
    NINE = "nine"
    """To the nearest price that ends in .90: 20.31 → 19.90."""


def reprice(price_minor: int, percent_bp: int, amount_minor: int, rounding: PriceRounding) -> int:
    """A price changed by a share, then by an amount, then rounded (halves up). Raises InvalidInputError."""
    reckoned = (price_minor * (10_000 + percent_bp) + 5_000) // 10_000 + amount_minor
    match rounding:
        case PriceRounding.TENTH:
            reckoned = (reckoned + 5) // 10 * 10
        case PriceRounding.WHOLE:
            reckoned = (reckoned + 50) // 100 * 100
        case PriceRounding.NINE:
            reckoned = (reckoned + 60) // 100 * 100 - 10
    if not 1 <= reckoned <= MAX_PRICE_MINOR:
        raise InvalidInputError(field="price", reason="out_of_range", price_minor=price_minor)
    return reckoned
