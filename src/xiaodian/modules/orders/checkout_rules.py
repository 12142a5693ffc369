"""Limits of carts, and who gets which part of a discount. Pure sums in minor units."""

from collections.abc import Sequence

from xiaodian.kit.money import split_minor

MAX_CART_ITEMS = 120


def most_platform_off(amounts: Sequence[int]) -> int:
    """The most that one discount may take off these orders' goods together: each keeps a cent, or no provider would
    take the charge."""
    return sum(amounts) - len(amounts)


def spread_over_orders(off_minor: int, amounts: Sequence[int]) -> list[int]:
    """The part of each order in a discount on all of them, in proportion to what may go off it (all but a cent).

    `off_minor` is at most `most_platform_off`, so no part takes an order's last cent.
    """
    if len(amounts) == 1:
        return [off_minor]
    return split_minor(off_minor, [amount - 1 for amount in amounts]) if off_minor else [0] * len(amounts)


def spread_over_lines(off_minor: int, amounts: Sequence[int]) -> list[int]:
    """The part of each line in a discount on the order, in proportion to what it costs; never more than that.

    `off_minor` is less than the sum of the amounts.
    """
    if len(amounts) == 1:
        return [off_minor]
    return split_minor(off_minor, list(amounts)) if off_minor else [0] * len(amounts)
