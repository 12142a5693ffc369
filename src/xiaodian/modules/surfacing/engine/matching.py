"""Which products a text names, how, and where: names, mishearings, bag numbers, prices, sizes and SKU words."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

from xiaodian.modules.surfacing.engine import numbers
from xiaodian.modules.surfacing.engine.phonetics import skeleton, sounds
from xiaodian.modules.surfacing.engine.spelling import is_han, words_of
from xiaodian.modules.surfacing.engine.vocabulary import MAX_SYLLABLES, MAX_WORDS, Vocabulary, rarity

NAMED = 0.9
"""From this score on a product counts as named."""
SURE_NUMBER = 2.2
LIKELY_NUMBER = 1.3
EXACT_PRICE = 1.1
NEAR_PRICE = 0.45
QUANTITY = 0.6
SIZE_WORD = 0.5
_BIG = {
    "zh": (r"大(?:的|号|只|瓶|盒|份|箱|包|罐|一点|一号|杯|碗|件|款|套|净)|贵的|多的", r"大|加量|家庭|整箱|全套|豪华"),
    "en": (
        r"\b(?:big|bigger|large|larger|full size|tall|chunky|fat)\b",
        r"\b(?:large|big|full|tall|jumbo|family|king|chunky)\b",
    ),
}
_VESSELS = re.compile(r"([罐盒袋瓶箱桶杯壶盘碗管])(?:子|的|装)")
"""What it comes in tells goods of one name apart, too."""
_SMALL = {
    "zh": (
        r"小(?:的|号|只|瓶|盒|份|箱|包|罐|一点|一号|杯|碗|件|款|套)|便宜的|少的|单(?:本|个|件|瓶|盒)",
        r"小|迷你|尝鲜|体验|便携|单",
    ),
    "en": (
        r"\b(?:small|smaller|little|mini|wee|tiny|skinny|thin|short)\b",
        r"\b(?:small|mini|little|travel|kids?|thin|single|sample)\b",
    ),
}
_LITTLE = frozenset("是的了不我你您他她它们这那在就都也和跟给把被让说有没吗呢吧啊嘛要会能很还又再")
"""Syllables that sentences are made of."""
_OF_KIND = re.compile(r"([\u4e00-\u9fff])(?=[的色款那这])")
_KNOWN_WORDS = 4_096


class Part(NamedTuple):
    """One thing in the text that fits a product."""

    kind: str
    """name, sound, head, number, likely_number, price, near_price, size, sku."""
    worth: float
    start: int
    end: int


@dataclass
class Match:
    """All that fits one product."""

    parts: list[Part] = field(default_factory=list)

    @property
    def score(self) -> float:
        """What the parts are worth together."""
        return sum(part.worth for part in self.parts)

    def worth(self, *kinds: str) -> float:
        """What the parts of these kinds are worth."""
        return sum(part.worth for part in self.parts if part.kind in kinds)

    @property
    def anchor(self) -> Part:
        """The part that names it best; the first of equals."""
        return max(self.parts, key=lambda part: (round(part.worth, 2), -part.start))


class Matcher:
    """Reads texts against one vocabulary. Prices of flash sales may be added while they last."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._flash: dict[str, int] = {}
        self._misspelled = lru_cache(maxsize=_KNOWN_WORDS)(self._find_misspelled)
        lexicon = vocabulary.lexicon
        self._sizes = [
            (re.compile(said), re.compile(written), sign)
            for (said, written), sign in ((_BIG[lexicon.lang], 1), (_SMALL[lexicon.lang], -1))
        ]
        heads = "".join(re.escape(head) for head in sorted(vocabulary.heads))
        self._heads = (
            re.compile(
                rf"(?:[这那本该]|手里|手上|咱们?家?|的)(?:一)?[{lexicon.measures}]?(?:小|大|新|老|白|黑|红)?([{heads}])(?![{heads}])"
                rf"|(?:小|大|老)([{heads}])|([{heads}])(?:子|儿)"
            )
            if heads
            else None
        )

    def set_flash_price(self, product_id: str, price_minor: int | None) -> None:
        """What it costs in its flash sale; None: no longer."""
        if price_minor is None:
            self._flash.pop(product_id, None)
        else:
            self._flash[product_id] = price_minor

    def match(self, text: str) -> dict[str, Match]:
        """By product, whatever fits it."""
        found: dict[str, Match] = {}
        is_chinese = self._vocabulary.lexicon.lang == "zh"
        (self._match_han if is_chinese else self._match_latin)(text, found)
        if is_chinese:
            quantities, prices = numbers.han_amounts(text), numbers.han_prices(text)
            bag_numbers = numbers.han_bag_numbers(text)
        else:
            quantities, prices = numbers.english_amounts(text)
            bag_numbers = numbers.english_bag_numbers(text)
        bag_numbers = [
            number for number in bag_numbers if number.is_sure or not self._is_of_a_name(number.number, found)
        ]
        taken = [(number.start, number.end) for number in bag_numbers]
        for number in bag_numbers:
            product_id = self._vocabulary.by_number.get(number.number)
            if product_id is not None:
                worth = SURE_NUMBER if number.is_sure else LIKELY_NUMBER
                _add(
                    found,
                    product_id,
                    Part("number" if number.is_sure else "likely_number", worth, number.start, number.end),
                )
        self._prefer_by_size(text, found)
        self._match_amounts(quantities, [p for p in prices if not _overlaps(p.start, p.end, taken)], found)
        return found

    def _is_of_a_name(self, number: int, found: dict[str, Match]) -> bool:
        """Whether the number stands in the title or a SKU of what is named: the brush of size 8."""
        vocabulary = self._vocabulary
        return any(
            number in vocabulary.figures[key] and vocabulary.products[key].number != number
            for key, match in found.items()
            if match.worth("name") >= NAMED
        )

    def _match_amounts(
        self, quantities: list[numbers.Amount], prices: list[numbers.Amount], found: dict[str, Match]
    ) -> None:
        for price in prices:
            minor = int(price.value)
            exact = set(self._vocabulary.prices.get(minor, ())) | {p for p, own in self._flash.items() if own == minor}
            for product_id in exact:
                _add(
                    found,
                    product_id,
                    Part("price", EXACT_PRICE if minor >= 1_000 else NEAR_PRICE, price.start, price.end),
                )
            if exact or minor % 100 or minor < 1_000:
                continue
            for cents in (90, 80, 50, 99):
                for product_id in self._vocabulary.prices.get(minor + cents, ()):
                    _add(found, product_id, Part("near_price", NEAR_PRICE, price.start, price.end))
        for amount in quantities:
            for product_id in self._vocabulary.quantities.get((amount.value, amount.unit), ()):
                _add(found, product_id, Part("size", QUANTITY, amount.start, amount.end))

    def _prefer_by_size(self, text: str, found: dict[str, Match]) -> None:
        """Of goods of one name, "the big one" is that with such a word in its title, else the dearest; so for small."""
        best = max((match.score for match in found.values()), default=0.0)
        tied = sorted(
            key for key, match in found.items() if match.score > best - 0.15 and match.worth("name", "sound", "head")
        )
        if not 2 <= len(tied) <= 4:
            return
        products = self._vocabulary.products
        for said in _VESSELS.finditer(text):
            chosen = [key for key in tied if said[1] in products[key].title + "".join(products[key].skus[:20])]
            if len(chosen) == 1:
                _add(found, chosen[0], Part("size_word", SIZE_WORD, said.start(), said.end()))
                return
        if self._prefer_by_syllable(text, tied, found):
            return
        for pattern, written, sign in self._sizes:
            size = pattern.search(text)
            if size is None:
                continue
            chosen = [key for key in tied if written.search(products[key].title.lower())]
            if len(chosen) != 1:
                chosen = sorted(tied, key=lambda key: sign * (products[key].price_minor or 0))[-1:]
            _add(found, chosen[0], Part("size_word", SIZE_WORD, size.start(), size.end()))
            return

    def _prefer_by_syllable(self, text: str, tied: list[str], found: dict[str, Match]) -> bool:
        """Of goods of one name, that which alone has a syllable that is said: "the black one", "the hard one"."""
        if self._vocabulary.lexicon.lang != "zh":
            return False
        products = self._vocabulary.products
        titles = {key: set(products[key].title) for key in tied}
        for key in tied:
            own = titles[key] - set().union(*(titles[other] for other in tied if other != key)) - _LITTLE
            said = _OF_KIND.finditer(text)
            place = next((match.start(1) for match in said if match[1] in own), None)
            if place is not None:
                _add(found, key, Part("size_word", SIZE_WORD, place, place + 1))
                return True
        return False

    def _match_han(self, text: str, found: dict[str, Match]) -> None:
        vocabulary = self._vocabulary
        hits: list[tuple[int, int, str, dict[str, float]]] = []
        for start in range(len(text)):
            for end in range(min(len(text), start + MAX_SYLLABLES), start + 1, -1):
                piece = text[start:end]
                if piece in vocabulary.names:
                    hits.append((start, end, "name", vocabulary.names[piece]))
                elif piece in vocabulary.skus:
                    hits.append((start, end, "sku", vocabulary.skus[piece]))
        for mark in numbers.han_marks(text):
            named = vocabulary.marks.get((mark.value, mark.unit))
            if named:
                hits.append((mark.start, mark.end, "name", named))
        exact = [(start, end) for start, end, kind, _ in hits if kind == "name"]
        hits += self._hear(text, exact)
        _add_longest(hits, found)
        for match in self._heads.finditer(text) if self._heads else ():
            group = next(index for index in (1, 2, 3) if match[index])
            start, end = match.span(group)
            if not _overlaps(start, end, exact):
                for product_id, worth in vocabulary.heads[match[group]].items():
                    _add(found, product_id, Part("head", worth, start, end))

    def _hear(self, text: str, exact: list[tuple[int, int]]) -> list[tuple[int, int, str, dict[str, float]]]:
        """Names that sound like what was written, where no name is written."""
        vocabulary = self._vocabulary
        if not vocabulary.heard or not is_han(text):
            return []
        heard = sounds(text)
        hits = []
        for start in range(len(heard)):
            for end in range(min(len(heard), start + MAX_SYLLABLES), start + 1, -1):
                named = vocabulary.heard.get(tuple(heard[start:end]))
                if named is None or (start, end) in exact or _inside(start, end, exact):
                    continue
                written = text[start:end]
                # What a recognizer makes of a name are words of meaning; the little ones are the talk itself.
                trust = 0.4 if _LITTLE & set(written) else 0.85 if end - start > 2 else _trust_in_two(rarity(written))
                if not trust:
                    continue
                hits.append((start, end, "sound", {product: worth * trust for product, worth in named.items()}))
        return hits

    def _match_latin(self, text: str, found: dict[str, Match]) -> None:
        vocabulary = self._vocabulary
        words = words_of(text)
        hits: list[tuple[int, int, str, dict[str, float]]] = []
        named = [False] * len(words)
        for index in range(len(words)):
            for stop in range(min(len(words), index + MAX_WORDS), index, -1):
                piece = " ".join(word.text for word in words[index:stop])
                forms = [piece] if stop - index != 2 else [piece, piece.replace(" ", "")]
                for form in forms:
                    table = vocabulary.names.get(form)
                    kind = "name" if table else "sku"
                    table = table or vocabulary.skus.get(form)
                    if table:
                        hits.append((words[index].start, words[stop - 1].end, kind, table))
                        named[index:stop] = [True] * (stop - index)
        for index, word in enumerate(words):
            if not named[index]:
                table = self._misspelled(word.text)
                if table:
                    hits.append((word.start, word.end, "sound", table))
        _add_longest(hits, found)

    def _find_misspelled(self, word: str) -> dict[str, float]:
        """Telling words of titles that this one may be a mishearing of."""
        lexicon = self._vocabulary.lexicon
        if len(word) < 3 or word in lexicon.common or word in lexicon.empty or word[0].isdecimal():
            return {}
        best: dict[str, float] = {}
        own = skeleton(word)
        for term, products in self._vocabulary.spelled.items():
            if _is_same_word(word, own, term):
                for product_id, worth in products.items():
                    best[product_id] = max(best.get(product_id, 0.0), 0.7 * worth)
        return best


def _trust_in_two(rare: float) -> float:
    """How far two syllables that sound like a name are believed to be one."""
    return 0.7 if rare > 0.9 else 0.35 if rare > 0.7 else 0.0


def _is_same_word(word: str, sound: str, term: str) -> bool:
    """Whether a word may be the term: another form of it (photograph, photography), its sound, or near in letters."""
    short, long = sorted((word, term), key=len)
    if len(short) >= 4 and len(long) - len(short) <= 4 and long.startswith(short):
        return True
    likeness = JaroWinkler.similarity(word, term)
    if sound == skeleton(term):
        return likeness >= (0.7 if len(sound) > 2 else 0.78)
    return len(short) >= 5 and likeness >= 0.93


def _add(found: dict[str, Match], product_id: str, part: Part) -> None:
    """Keep the part, unless one of its kind stands at this place or says the same again."""
    parts = found.setdefault(product_id, Match()).parts
    for index, other in enumerate(parts):
        if other.kind == part.kind and (
            (part.start < other.end and other.start < part.end)
            or part.kind in {"number", "likely_number", "price", "head"}
        ):
            if part.worth > other.worth:
                parts[index] = part
            return
    parts.append(part)


def _add_longest(hits: list[tuple[int, int, str, dict[str, float]]], found: dict[str, Match]) -> None:
    """Longer pieces first; what lies inside a longer one that names others does not count."""
    taken: list[tuple[int, int]] = []
    for start, end, kind, products in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if kind != "sku" and _inside(start, end, taken):
            continue
        for product_id, worth in products.items():
            own = found.setdefault(product_id, Match()).parts
            if not any(part.start < end and start < part.end for part in own):
                own.append(Part(kind, worth, start, end))
        if kind != "sku":
            taken.append((start, end))
    for product_id in [product_id for product_id, match in found.items() if not match.parts]:
        del found[product_id]


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(
        other_start <= start and end <= other_end and (start, end) != (other_start, other_end)
        for other_start, other_end in spans
    )


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in spans)
