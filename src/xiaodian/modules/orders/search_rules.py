"""What an order is found by: tokens of everything printed on its parcel, hashed with its shop's id. Pure.

A token is a whole number or word in Latin letters, or two Chinese characters side by side; who types three characters
asks for two tokens at once. Numbers are also found by their last digits, words by their beginning. Hashed, so that the
index holds nobody's name or phone, tokens of two shops never meet, and an entry is of one small size.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from hashlib import blake2b
from uuid import UUID

import msgspec

from xiaodian.contracts.orders import Order
from xiaodian.modules.orders.shipping_rules import find_carrier

MAX_TOKENS = 400
MAX_TEXT_CHARS = 100
MAX_FIELD_CHARS = 200
LAST_DIGITS = (4, 6)
PREFIX_CHARS = range(3, 11)
PHONE_DIGITS = 11
COUNTRY_CODE = "86"

_RUN = re.compile(r"[0-9a-z]+|[^\W_0-9a-z]+")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_SEPARATORS = re.compile(r"[\s\-_.·+()/]+")
_LATIN = re.compile(r"[0-9a-z]+")


class SearchText(msgspec.Struct, frozen=True):
    """What of an order can be searched besides the order itself."""

    order: Order
    notes: Sequence[str] = ()
    tags: Sequence[str] = ()
    codes: Sequence[str] = ()
    """Article numbers of its SKUs."""


def tokens_of(text: SearchText) -> list[int]:
    """All that the order is found by, in order, none twice."""
    order = text.order
    words: set[str] = set()
    words.update(_of_number(order.number), _of_number(order.tracking_number or ""), _of_phone(order.phone))
    words.update(_of_name(order.recipient))
    for field in (order.region, order.detail, order.note, *text.notes, *text.tags):
        words.update(_of_words(field))
    for line in order.lines:
        words.update(_of_words(line.title), _of_words(line.sku_name))
    for code in text.codes:
        words.update(_of_number(code), _prefixes(_compact(code)), _of_words(code))
    kept = [*_facets(text), *sorted(words)[:MAX_TOKENS]]
    return sorted({_hash(order.shop_id, word) for word in kept})


def find_tokens(shop_id: UUID, text: str) -> list[list[int]]:
    """What is asked for: any of these, each of which is all of its tokens. Empty if nothing can be asked."""
    plain = _plain(text[:MAX_TEXT_CHARS])
    ways = [sorted(set(_asked(plain)))]
    compact = _SEPARATORS.sub("", plain)
    if _LATIN.fullmatch(compact):
        without_code = compact.removeprefix(COUNTRY_CODE) if len(compact) == PHONE_DIGITS + 2 else compact
        ways.append([without_code])
    hashed = [sorted(_hash(shop_id, word) for word in way) for way in ways if way]
    return [way for index, way in enumerate(hashed) if way not in hashed[:index]]


def carrier_facet(shop_id: UUID, carrier: str) -> int:
    """The token of a carrier, however its name is written (`sf`, `顺丰速运`)."""
    return facet(shop_id, "carrier", _carrier(carrier))


def facet(shop_id: UUID, kind: str, value: object) -> int:
    """The token of a fact that is chosen rather than typed: `product`, `category`, `creator`, `tag`, `room`…"""
    return _hash(shop_id, f"{kind}:{value}")


def _facets(text: SearchText) -> Iterator[str]:
    order = text.order
    yield from (f"product:{line.product_id}" for line in order.lines)
    yield from (f"category:{line.category}" for line in order.lines)
    yield from (f"flash_sale:{line.stock_id}" for line in order.lines if line.stock_id != line.sku_id)
    yield from (f"creator:{line.creator_id}" for line in order.lines if line.creator_id)
    yield from (f"room:{line.room_id}" for line in order.lines if line.room_id)
    yield from (f"video:{line.video_id}" for line in order.lines if line.video_id)
    yield from (f"tag:{tag}" for tag in text.tags)
    if order.carrier:
        yield f"carrier:{_carrier(order.carrier)}"


def _carrier(name: str) -> str:
    known = find_carrier(name)
    return known.names[0] if known else _compact(name)


def _of_number(text: str) -> Iterator[str]:
    compact = _compact(text)
    if compact:
        yield compact
        yield from (compact[-last:] for last in LAST_DIGITS if len(compact) > last)


def _of_phone(text: str) -> Iterator[str]:
    compact = _compact(text)
    yield from _of_number(compact)
    if len(compact) > PHONE_DIGITS:
        yield compact[-PHONE_DIGITS:]


def _of_name(text: str) -> Iterator[str]:
    yield from _of_words(text)
    yield from (char for char in _plain(text[:MAX_FIELD_CHARS]) if _CHINESE.match(char))


def _of_words(text: str) -> Iterator[str]:
    for run in _runs(text[:MAX_FIELD_CHARS]):
        yield from _pieces(run)
        yield from _prefixes(run)


def _prefixes(run: str) -> Iterator[str]:
    if _LATIN.fullmatch(run):
        yield from (run[:size] for size in PREFIX_CHARS if size < len(run))


def _asked(plain: str) -> Iterator[str]:
    for run in _runs(plain):
        yield from _pieces(run)


def _pieces(run: str) -> Iterable[str]:
    """A Latin run as a whole; of another all pairs of neighbours, or its only character."""
    if _LATIN.fullmatch(run) or len(run) == 1:
        return [run]
    return (run[at : at + 2] for at in range(len(run) - 1))


def _runs(text: str) -> list[str]:
    return _RUN.findall(_plain(text))


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", _plain(text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _hash(shop_id: UUID, word: str) -> int:
    digest = partial(blake2b, digest_size=8, key=shop_id.bytes)(word.encode())
    return int.from_bytes(digest.digest(), "big", signed=True)
