"""How a line is worded around what it names, learned from recorded rooms: short runs of words or syllables, with masks.

What the line names of the product in question is P, of others Q, prices $, sizes and kinds S, other figures N, so that
what is learned of a wording in one trade holds in all.
"""

import re
from collections.abc import Iterable, Mapping

from xiaodian.modules.surfacing.engine.matching import Match, Part
from xiaodian.modules.surfacing.engine.spelling import singular

_MARK = {"price": "$", "near_price": "$", "size": "S", "sku": "S", "size_word": "S"}
_TOKEN = {
    "zh": re.compile(r"[0-9.]+|[零一二两三四五六七八九十百千]{2,}|[a-z]+|."),
    "en": re.compile(r"[$£€#%]|\d[\d.]*|[a-z]+(?:'[a-z]+)?|[|?]"),
}
_FIGURES = frozenset(
    word
    for words in (
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
        ("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty"),
        ("sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "half", "dozen"),
    )
    for word in words
)
_LONGEST = {"zh": 3, "en": 2}
_NEAR = {"zh": 4, "en": 3}
_ENDINGS = ("ing", "ed", "ly")
_KINDS = {"line": "=", "turn": "~", "next": "+"}
"""Runs of a line that names a product, of any line, of the line after one that may have turned to a product."""


def runs_of(text: str, matches: Mapping[str, Match], product_id: str | None, lang: str, kind: str) -> tuple[str, ...]:
    """The runs of a line as seen from a product (None: from whatever is named), each once.

    They begin with a sign of their kind: `line`, `turn` or `next`.
    """
    kind = _KINDS[kind]
    tokens = _mask(text, matches, product_id, lang)
    runs = {kind + "^" + "".join(tokens[:1]), kind + "^" + _join(tokens[:2], lang)}
    for index in range(len(tokens)):
        for length in range(1, _LONGEST[lang] + 1):
            if index + length <= len(tokens):
                runs.add(kind + _join(tokens[index : index + length], lang))
    if product_id is not None and "P" in tokens:
        at = tokens.index("P")
        near = _NEAR[lang]
        runs |= {f"{kind}<{token}" for token in _till_mark(tokens[max(at - near, 0) : at][::-1])}
        runs |= {f"{kind}>{token}" for token in _till_mark(tokens[at + 1 : at + 1 + near])}
    return tuple(runs)


def _till_mark(tokens: list[str]) -> list[str]:
    return tokens[: tokens.index("|")] if "|" in tokens else tokens


def _join(tokens: list[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(tokens)


def _mask(text: str, matches: Mapping[str, Match], product_id: str | None, lang: str) -> list[str]:
    spans: list[tuple[int, int, str]] = []
    own = matches.get(product_id) if product_id is not None else None
    _add(spans, own.parts if own else (), "P")
    for key, match in matches.items():
        if key != product_id:
            _add(spans, match.parts, "Q" if product_id is not None else "P")
    tokens: list[str] = []
    place = 0
    for start, end, mark in sorted(spans):
        tokens += _cut(text[place:start], lang)
        if not (tokens and tokens[-1] == mark):
            tokens.append(mark)
        place = max(place, end)
    tokens += _cut(text[place:], lang)
    return [each for at, each in enumerate(tokens) if each != "N" or tokens[at - 1 : at] != ["N"]]


def _add(spans: list[tuple[int, int, str]], parts: Iterable[Part], mark: str) -> None:
    for part in sorted(parts, key=lambda part: -part.worth):
        if not any(part.start < end and start < part.end for start, end, _ in spans):
            spans.append((part.start, part.end, _MARK.get(part.kind, mark)))


def _cut(text: str, lang: str) -> list[str]:
    return [_plain(found[0], lang) for found in _TOKEN[lang].finditer(text)]


def _plain(token: str, lang: str) -> str:
    if (
        token[0].isdigit()
        or token in _FIGURES
        or (lang == "zh" and len(token) > 1 and token[0] in "零一二两三四五六七八九十百千")
    ):
        return "N"
    if lang == "zh":
        return token
    word = singular(token)
    for ending in _ENDINGS:
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word
