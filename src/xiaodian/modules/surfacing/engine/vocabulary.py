"""What each product of a bag may be called: pieces of its title, aliases and SKUs, each with what it is worth.

A piece that several products share is kept for each of them, so it never decides between them. Hosts shorten titles
as they like; so every run of syllables (Chinese) or words (English) of a title counts, worth the words it covers.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import rjieba

from xiaodian.contracts.surfacing import Bag, BagProduct
from xiaodian.modules.surfacing.engine import numbers
from xiaodian.modules.surfacing.engine.lexicon import Lexicon, load_lexicon
from xiaodian.modules.surfacing.engine.phonetics import sounds
from xiaodian.modules.surfacing.engine.spelling import is_han, normalise, words_of

_FIGURES = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
MAX_SYLLABLES = 7
MAX_WORDS = 4
_ALIAS_WORTH = 1.2
_SYNONYM_WORTH = 0.7
_SKU_WORTH = 0.55
_MARK_WORTH = 0.9
_WHOLE_WORTH = 0.8
"""Everyday words that stand side by side in a title are telling when they are said side by side: 中国历史."""
_SMALL_WORDS = frozenset("小大老新")
"""Words of one syllable that tell nothing but belong to what comes after: 小古文."""
_LEAST_WORTH = 0.3
_RARITY = ((300, 1.0), (1_000, 0.85), (3_000, 0.6), (8_000, 0.3))
"""How often a word stands in the segmenter's corpus, and what it is worth then."""
MAX_JOINED = 3
_COMMONEST = 0.12


@dataclass
class Vocabulary:
    """Terms by their form; each tells which products it may mean and how much it speaks for them."""

    lexicon: Lexicon
    products: dict[str, BagProduct]
    by_number: dict[int, str] = field(default_factory=dict)
    names: dict[str, dict[str, float]] = field(default_factory=dict)
    skus: dict[str, dict[str, float]] = field(default_factory=dict)
    heads: dict[str, dict[str, float]] = field(default_factory=dict)
    """Single syllables that end a word of the title: 壶 of 紫砂壶."""
    heard: dict[tuple[str, ...], dict[str, float]] = field(default_factory=dict)
    """Names by their sound (Chinese)."""
    spelled: dict[str, dict[str, float]] = field(default_factory=dict)
    """Telling words by their letters, for words that were misheard (English)."""
    quantities: dict[tuple[float, str], dict[str, float]] = field(default_factory=dict)
    marks: dict[tuple[float, str], dict[str, float]] = field(default_factory=dict)
    """Numbers of titles with the syllable after them, which units do not cover: (28, 调), (21, 年)."""
    figures: dict[str, frozenset[int]] = field(default_factory=dict)
    """Whole numbers in the title and the SKUs of each product."""
    prices: dict[int, set[str]] = field(default_factory=dict)


def build_vocabulary(bag: Bag) -> Vocabulary:
    """All that the products of the bag may be called."""
    lexicon = load_lexicon(bag.lang[:2])
    built = Vocabulary(lexicon, {product.product_id: product for product in bag.products})
    for product in bag.products:
        built.by_number[product.number] = product.product_id
        built.figures[product.product_id] = frozenset(
            int(figure) for figure in _FIGURES.findall(" ".join((product.title, *product.skus)))
        )
        if product.price_minor:
            built.prices.setdefault(product.price_minor, set()).add(product.product_id)
        for text in (product.title, *product.aliases):
            worth = 1.0 if text is product.title else _ALIAS_WORTH
            (_add_han_name if lexicon.lang == "zh" else _add_latin_name)(built, product.product_id, text, worth)
        _add_synonyms(built, product)
        for sku in product.skus[:60]:
            _add_sku(built, product.product_id, sku)
    return built


def _note(table: dict[str, dict[str, float]], form: str, product_id: str, worth: float) -> None:
    if worth >= _LEAST_WORTH:
        own = table.setdefault(form, {})
        own[product_id] = max(own.get(product_id, 0.0), worth)


@lru_cache(maxsize=16_384)
def rarity(word: str) -> float:
    """1 for a word that is seldom said, near 0 for one that always is. Unknown words are rare."""
    if not rjieba.has_word(word):
        return 1.0
    often = rjieba.suggest_freq(word)
    return next((worth for most, worth in _RARITY if often < most), _COMMONEST)


def _worth_of_word(word: str, lexicon: Lexicon) -> float:
    """What a word of a title is worth when it is heard."""
    if word in lexicon.empty or word.isdecimal():
        return 0.05
    length = {1: 0.4, 2: 1.0, 3: 1.4}.get(len(word), 1.7)
    return length * rarity(word) * (0.5 if word in lexicon.shared else 1.0)


def _add_han_name(built: Vocabulary, product_id: str, text: str, worth: float) -> None:
    text = normalise(text, "zh")
    for amount in numbers.han_amounts(text):
        built.quantities.setdefault((amount.value, amount.unit), {})[product_id] = 1.0
        text = text[: amount.start] + "|" * (amount.end - amount.start) + text[amount.end :]
    for mark in numbers.han_marks(text):
        built.marks.setdefault((mark.value, mark.unit), {})[product_id] = _MARK_WORTH
    run: list[tuple[str, float]] = []
    for word in [*_join_singles(rjieba.cut(text)), "|"]:
        value = _worth_of_word(word, built.lexicon) if is_han(word) else 0.0
        if is_han(word) and (value > 0.06 or word in _SMALL_WORDS):
            run.append((word, value * worth))
            continue
        _add_han_run(built, product_id, run)
        run = []
        if (
            not is_han(word)
            and len(word) >= 2
            and not word.replace(".", "").isdecimal()
            and word not in built.lexicon.empty
        ):
            _note(built.names, word, product_id, 0.9 * worth)


def _join_singles(words: list[str]) -> list[str]:
    """Single syllables side by side are a word that the segmenter does not know: 冰 and 丝 are 冰丝."""
    joined: list[str] = []
    can_grow = False
    for word in words:
        is_single = len(word) == 1 and is_han(word) and word not in "的和与及或装款号"
        if is_single and can_grow and len(joined[-1]) < MAX_JOINED:
            joined[-1] += word
        else:
            joined.append(word)
            can_grow = is_single
    return joined


def _add_han_run(built: Vocabulary, product_id: str, run: list[tuple[str, float]]) -> None:
    """Every piece of two and more syllables of a run of words."""
    text = "".join(word for word, _ in run)
    worths = [value / len(word) for word, value in run for _ in word]
    heard = sounds(text)
    edges, place, words = {0}, 0, {word for word, _ in run}
    for word, _ in run:
        place += len(word)
        edges.add(place)
    for word, value in run:
        if value >= 0.35 and word not in built.lexicon.shared:
            _note(built.heads, word[-1], product_id, 0.5)
    for start in range(len(text)):
        for end in range(start + 2, min(len(text), start + MAX_SYLLABLES) + 1):
            piece = text[start:end]
            if piece in built.lexicon.empty:
                continue
            value = sum(worths[start:end]) * (rarity(piece) if len(piece) == 2 else 1.0)
            if piece in built.lexicon.shared:
                value = min(value, 0.5)
            if end - start >= 3 and {start, end} <= edges and len(run) > 1 and piece not in words:
                value = max(value, _WHOLE_WORTH)
            _note(built.names, piece, product_id, min(value, 3.0))
            # Two syllables sound like many things; they must be a word, or begin or end a longer one.
            if value >= 0.7 and (end - start > 2 or {start, end} <= edges):
                own = built.heard.setdefault(tuple(heard[start:end]), {})
                own[product_id] = max(own.get(product_id, 0.0), min(value, 3.0))


def _add_synonyms(built: Vocabulary, product: BagProduct) -> None:
    """What else its kind of thing is called."""
    text = normalise(" ".join((product.title, *product.aliases)), built.lexicon.lang)
    words = {word.text for word in words_of(text)}
    is_han_bag = built.lexicon.lang == "zh"
    for group in built.lexicon.synonyms:
        named = [word for word in group if (len(word) > 1 and word in text if is_han_bag else word in words)]
        for word in group if named else ():
            if word not in text or not is_han_bag:
                _note(built.heads if len(word) == 1 else built.names, word, product.product_id, _SYNONYM_WORTH)


def _worth_of_latin(word: str, lexicon: Lexicon) -> float:
    if word in lexicon.empty or word[0].isdecimal() or len(word) == 1:
        return 0.05
    if word in lexicon.common:
        return 0.15
    return min(0.45 if word in lexicon.shared else 1.0, lexicon.everyday.get(word, 1.0))


def _add_latin_name(built: Vocabulary, product_id: str, text: str, worth: float) -> None:
    text = normalise(text, "en")
    for amount in numbers.english_amounts(text)[0]:
        built.quantities.setdefault((amount.value, amount.unit), {})[product_id] = 1.0
    words = [word.text for word in words_of(text)]
    values = [_worth_of_latin(word, built.lexicon) * worth for word in words]
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + MAX_WORDS) + 1):
            value = min(sum(values[start:end]), 3.0)
            _note(built.names, " ".join(words[start:end]), product_id, value)
            if end - start == 2:
                _note(built.names, "".join(words[start:end]), product_id, value)
        if values[start] >= 0.9:
            _note(built.spelled, words[start], product_id, values[start])


def _add_sku(built: Vocabulary, product_id: str, text: str) -> None:
    lang = built.lexicon.lang
    text = normalise(text, lang)
    amounts = numbers.han_amounts(text) if lang == "zh" else numbers.english_amounts(text)[0]
    for amount in amounts:
        built.quantities.setdefault((amount.value, amount.unit), {})[product_id] = 1.0
        text = text[: amount.start] + " " * (amount.end - amount.start) + text[amount.end :]
    words = rjieba.cut(text) if lang == "zh" else [word.text for word in words_of(text)]
    for word in words:
        value = _worth_of_word(word, built.lexicon) if is_han(word) else _worth_of_latin(word or "1", built.lexicon)
        if len(word) >= 2 and word.strip():
            _note(built.skus, word, product_id, value * _SKU_WORTH if value < 0.5 else _SKU_WORTH)
    whole = text.strip(" |")
    if lang == "zh" and 2 <= len(whole) <= 6 and whole not in built.lexicon.empty:
        _note(built.skus, whole, product_id, _SKU_WORTH)
