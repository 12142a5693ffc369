"""Amounts as Chinese providers write them: yuan with two decimals, as text."""

import re

from xiaodian.kit.money import format_minor

_YUAN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")


def to_minor(text: str) -> int:
    """`29.9` becomes 2990. Raises ValueError if it is no such amount."""
    match = _YUAN.fullmatch(text.strip())
    if match is None:
        raise ValueError("no amount in yuan")
    sign, whole, part = match.groups()
    minor = int(whole) * 100 + int((part or "").ljust(2, "0"))
    return -minor if sign else minor


def to_yuan(amount_minor: int) -> str:
    """2990 becomes `29.90`."""
    return format_minor(amount_minor)
