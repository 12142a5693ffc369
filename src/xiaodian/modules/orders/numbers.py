"""Order numbers: short for people, unique, and telling nobody how many orders there are."""

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U.
HALF_BITS = 20
ROUNDS = 4
MAX_SERIAL = 1 << (2 * HALF_BITS)

_HALF_MASK = (1 << HALF_BITS) - 1
_LOOKALIKES = str.maketrans("OIL", "011")
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]


def to_number(serial: int, key: UUID) -> str:
    """The number of the order with this serial: a secret permutation (Feistel) of 40 bits, such as `7K3M-9XQ2`."""
    assert 0 <= serial < MAX_SERIAL
    left, right = serial >> HALF_BITS, serial & _HALF_MASK
    for factor in _round_keys(key):
        # The middle bits of a product with a secret factor depend on all bits below them.
        left, right = right, left ^ ((right + 1) * factor >> 40 & _HALF_MASK)
    return f"{_PAIRS[left >> 10]}{_PAIRS[left & 1023]}-{_PAIRS[right >> 10]}{_PAIRS[right & 1023]}"


def to_serial(number: str, key: UUID) -> int | None:
    """The serial behind a number, however people write it (small letters, no hyphen); None if it can be none."""
    digits = number.upper().replace("-", "").replace(" ", "").translate(_LOOKALIKES)
    if len(digits) != 2 * HALF_BITS // 5 or not set(digits) <= set(ALPHABET):
        return None
    value = 0
    for digit in digits:
        value = value << 5 | ALPHABET.index(digit)
    left, right = value >> HALF_BITS, value & _HALF_MASK
    for factor in reversed(_round_keys(key)):
        left, right = right ^ ((left + 1) * factor >> 40 & _HALF_MASK), left
    return left << HALF_BITS | right


@lru_cache(maxsize=8)
def _round_keys(key: UUID) -> tuple[int, ...]:
    """A secret odd factor of 64 bits for each round."""
    digests = (blake2b(bytes([number]), key=key.bytes, digest_size=8).digest() for number in range(ROUNDS))
    return tuple(int.from_bytes(digest, "big") | 1 for digest in digests)
