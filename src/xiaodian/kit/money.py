"""Money is an integer of minor units (fen, cents) beside an ISO 4217 code; never a float."""

DEFAULT_CURRENCY = "CNY"


def format_minor(amount_minor: int) -> str:
    """`1990` becomes `19.90`, for currencies with two decimals."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // 100}.{abs(amount_minor) % 100:02d}"


def split_minor(total_minor: int, weights: list[int]) -> list[int]:
    """Split a total in proportion to non-negative weights, to the last minor unit.

    The parts sum to the total. The remainder goes one unit each to the largest fractions, the earlier first
    (largest-remainder method). Raises ValueError if all weights are zero or one is negative.
    """
    weight_sum = sum(weights)
    if weight_sum <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [total_minor * weight // weight_sum for weight in weights]
    fractions = [total_minor * weight % weight_sum for weight in weights]
    remainder = total_minor - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: (-fractions[i], i))[:remainder]:
        parts[index] += 1
    return parts
