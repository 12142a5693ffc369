"""Order numbers: short for people, unique, and telling nobody how many orders there are."""

import hashlib
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U.
DIGITS = 8
HALF_BITS = 20
ROUNDS = 4
MAX_SERIAL = 1 << (2 * HALF_BITS)

_HALF_MASK = (1 << HALF_BITS) - 1


def to_number(serial: int, key: UUID) -> str:
    """The number of the order with this serial: a secret permutation (Feistel) of 40 bits, such as `7K3M-9XQ2`."""
    assert 0 <= serial < MAX_SERIAL
    left, right = serial >> HALF_BITS, serial & _HALF_MASK
    for round_no in range(ROUNDS):
        digest = hashlib.blake2b(right.to_bytes(3, "big") + bytes([round_no]), key=key.bytes, digest_size=3).digest()
        left, right = right, left ^ (int.from_bytes(digest, "big") & _HALF_MASK)
    mixed = (left << HALF_BITS) | right
    text = "".join(ALPHABET[(mixed >> (5 * digit)) & 31] for digit in reversed(range(DIGITS)))
    return f"{text[:4]}-{text[4:]}"
