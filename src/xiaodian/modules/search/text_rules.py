"""From texts and questions to the tokens that both share. Pure.

Each kind of token has a prefix, so that they stand in one index: `w` a word, `c` a Chinese character or two that
stand together, `b` how two that stand together sound, `p` how a word or two sound, `i` the first letters of how they
sound. Two that stand together find what no dictionary knows; how they sound finds what was typed with other characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec
import rjieba
from pypinyin import lazy_pinyin

from xiaodian.modules.search.models import Document

MAX_QUERY = 60
MAX_TERMS = 12
_MAX_TEXT = 2000
_MAX_INITIALS = 6

_CHUNK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+(?:['’.-][a-z0-9]+)*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Sounds that many speakers, and so many typists, do not keep apart; the last only at the head of a syllable.
_SAME_TYPED = ((re.compile("([zcs])h"), r"\1"), (re.compile("([aei])ng"), r"\1n"))
_SAME_HEARD = (*_SAME_TYPED, (re.compile("^n(?=[aeiou])"), "l"))
_MAX_WORD = 60
_LEAST_PART = 4
MAX_SLIPPED = 4
"""So many characters of Chinese are looked at as one misspelt word."""

RANKS = "{0.05, 0.3, 0.5, 1.0}"
"""What a hit is worth by its label, from D to A: elsewhere, by its sound, in the names, in the title."""


class Known(msgspec.Struct, frozen=True):
    """A word that some document has; `shown`: it is a sound, and this is a word that sounds so."""

    word: str
    shown: str | None = None


class Term(msgspec.Struct, frozen=True):
    """A part of a question: any of `ways` finds it; a way is tokens that all must be there. `*` ends a prefix."""

    text: str
    ways: tuple[tuple[str, ...], ...]

    @property
    def is_latin(self) -> bool:
        """Whether a slip of the finger is to be looked for among words known by their letters."""
        return not _HAN.search(self.text)


def fold(text: str) -> str:
    """One spelling for what people take for the same: width, case, accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def index_tokens(document: Document) -> str:
    """A document as PostgreSQL's tsvector spells it: each token with a label for where it was found."""
    labels: dict[str, str] = {}
    for text, exact, sound in ((document.title, "A", "C"), (document.names, "B", "C"), (document.more, "D", "")):
        for token, is_sound in _tokens_of(text[:_MAX_TEXT]):
            label = sound if is_sound else exact
            if label and (token not in labels or label < labels[token]):
                labels[token] = label
    return " ".join(f"{_quote(token)}:1{label}" for token, label in sorted(labels.items()))


def latin_words(document: Document) -> set[str]:
    """Its words by which misspelt ones are put right."""
    text = fold(f"{document.title} {document.names} {document.more}"[:_MAX_TEXT])
    return {chunk for chunk in _CHUNK.findall(text) if chunk.isalpha() and not _HAN.search(chunk) and len(chunk) > 3}


def heard_words(document: Document) -> dict[str, str]:
    """How its Chinese words and short names sound, by which slips in pinyin and in characters are put right; with each
    sound a word that has it.
    """
    heard: dict[str, str] = {}
    for chunk in _CHUNK.findall(fold(f"{document.title} {document.names} {document.more}"[:_MAX_TEXT])):
        if _HAN.match(chunk):
            named = [chunk] if len(chunk) <= _MAX_INITIALS else []
            for word in (*_cut(chunk), *named):
                sound = "".join(typed_sounds(word))
                if len(word) > 1 and 3 < len(sound) <= _MAX_WORD:
                    heard.setdefault(sound, word)
    return heard


def typed_sounds(word: str) -> list[str]:
    """How each character of a word is typed by its sound, as sounds are indexed."""
    return [_typed(sound) for sound in lazy_pinyin(word, errors="ignore")]


def list_spellings(term: Term) -> tuple[list[str], list[str]]:
    """What a misspelt term may be near to, and what it may be outright: in pinyin, where it is Chinese. Two
    characters that changed places are one slip, however many letters that moves, and so are two letters, which near the
    head of a short word leave little that is alike. Nothing for what is too short to tell a slip in, or so long that
    its words are looked for one by one.
    """
    if term.is_latin:
        if len(term.text) <= 3 or not term.text.isalpha():
            return ([term.text], []) if len(term.text) > 3 else ([], [])
        turned = [_swap(term.text, at) for at in range(len(term.text) - 1)]
        outright = dict.fromkeys((*turned, *map(_typed, turned)))
        near = dict.fromkeys((term.text, _typed(term.text)))
        return list(near), [text for text in outright if text not in near]
    sounds = typed_sounds(term.text)
    joined = "".join(sounds)
    if not 2 <= len(sounds) <= MAX_SLIPPED or len(joined) < 4:
        return [], []
    swapped = [_swap(sounds, at) for at in range(len(sounds) - 1)]
    return [joined], swapped


def list_cuts(term: Term) -> list[tuple[str, str]]:
    """The ways to take letters that run together apart into two words or sounds, as those are kept; the first word the
    longest first.
    """
    text = _typed(term.text)
    if not text.isalpha() or not text.isascii():
        return []
    return [(text[:at], text[at:]) for at in range(len(text) - _LEAST_PART, _LEAST_PART - 1, -1)]


def read_part(letters: str) -> Term:
    """A part of what ran together, as if it had been typed alone."""
    return _read_latin(letters)


def corrected(words: Sequence[Known]) -> Term:
    """A term that any of these words is, by its letters or by its sound; at least one."""
    ways = [way for known in words for way in ((f"w{known.word}",), (f"p{known.word}",))]
    return Term(words[0].shown or words[0].word, tuple(ways))


def read_question(question: str) -> list[Term]:
    """The parts of a question, at most MAX_TERMS; none if there is nothing in it to look for."""
    chunks = [chunk[:_MAX_WORD] for chunk in _CHUNK.findall(fold(question[:MAX_QUERY]))]
    return [_read_han(chunk) if _HAN.match(chunk) else _read_latin(chunk) for chunk in chunks[:MAX_TERMS]]


def to_tsquery(terms: Iterable[Term], *, every: bool) -> str:
    """Terms as PostgreSQL's tsquery spells them: all of them, or any."""
    parts = []
    for term in terms:
        ways = [" & ".join(_spell(token) for token in way) for way in term.ways if way]
        parts.append("(" + " | ".join(f"({way})" for way in ways) + ")")
    return (" & " if every else " | ").join(parts)


def loosened(terms: Iterable[Term]) -> list[Term]:
    """The same question word by word, for when nothing has all of it."""
    loose: list[Term] = []
    for term in terms:
        words = [word for word in _cut(term.text) if len(word) > 1] if not term.is_latin else []
        loose += [_read_han(word) for word in words] if len(words) > 1 else [term]
    return loose[: 2 * MAX_TERMS]


def _tokens_of(text: str) -> Iterator[tuple[str, bool]]:
    """Each token, and whether it is one by sound."""
    for chunk in _CHUNK.findall(fold(text)):
        if not _HAN.match(chunk):
            parts = {chunk, _singular(chunk), *re.split(r"['’.-]", chunk)}
            yield from ((f"w{word[:_MAX_WORD]}", False) for word in parts if word)
            continue
        words = _cut(chunk)
        yield from ((f"w{word}", False) for word in words)
        yield from ((f"c{char}", False) for char in chunk)
        yield from ((f"c{pair}", False) for pair in _pairs(chunk))
        yield from ((token, True) for token in _heard_pairs(chunk))
        yield from ((token, True) for token in _heard(words, chunk))


def _heard(words: list[str], chunk: str) -> Iterator[str]:
    """How words, neighbouring words and short names sound, for those who type letters."""
    named = [chunk] if len(chunk) <= _MAX_INITIALS else []
    for heard in (*words, *(one + other for one, other in pairwise(words)), *named):
        if len(heard) > 1:
            sounds = lazy_pinyin(heard, errors="ignore")
            yield f"p{_typed(''.join(sounds))}"[:_MAX_WORD]
            if len(heard) <= _MAX_INITIALS:
                yield f"i{''.join(sound[0] for sound in sounds)}"


def _read_han(chunk: str) -> Term:
    if len(chunk) == 1:
        return Term(chunk, ((f"c{chunk}",),))
    words = tuple(f"w{word}" if len(word) > 1 else f"c{word}" for word in dict.fromkeys(_cut_once(chunk)))
    pairs = tuple(f"c{pair}" for pair in dict.fromkeys(_pairs(chunk)))
    return Term(chunk, (words, pairs, tuple(dict.fromkeys(_heard_pairs(chunk)))))


def _read_latin(chunk: str) -> Term:
    ways = [(f"w{chunk}",), (f"w{_singular(chunk)}",)]
    if len(chunk) > 1:
        ways.append((f"w{chunk}*",))
    if chunk.isalpha():
        if len(chunk) > 2:
            ways.append((f"p{_typed(chunk)}*",))
        if 2 <= len(chunk) <= _MAX_INITIALS:
            ways.append((f"i{chunk}",))
    return Term(chunk, tuple(dict.fromkeys(ways)))


def _swap(parts: Sequence[str], at: int) -> str:
    """With what stands at this place and what comes after it in each other's."""
    turned = [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]]
    return "".join(turned)


def _spell(token: str) -> str:
    return f"{_quote(token[:-1])}:*" if token.endswith("*") else _quote(token)


def _quote(token: str) -> str:
    # Tokens are letters, digits, Chinese characters and the signs within words.
    return "'" + token.replace("'", "''") + "'"


def _cut(chunk: str) -> list[str]:
    return [word for word in rjieba.cut_for_search(chunk) if _HAN.match(word)]


def _cut_once(chunk: str) -> list[str]:
    return [word for word in rjieba.cut(chunk) if _HAN.match(word)]


def _pairs(chunk: str) -> list[str]:
    return [chunk[at : at + 2] for at in range(len(chunk) - 1)]


def _heard_pairs(chunk: str) -> list[str]:
    sounds = _sounds(chunk)
    return [f"b{one}.{other}" for one, other in pairwise(sounds)]


@lru_cache(maxsize=20_000)
def _sounds(chunk: str) -> tuple[str, ...]:
    return tuple(_alike(sound, _SAME_HEARD) for sound in lazy_pinyin(chunk, errors="ignore"))


def _typed(letters: str) -> str:
    return _alike(letters, _SAME_TYPED)


def _alike(sound: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, replacement in rules:
        sound = pattern.sub(replacement, sound)
    return sound


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("ses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
