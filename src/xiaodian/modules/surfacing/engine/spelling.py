"""Text as the engine reads it: one case, one width, marks of punctuation as "|"; Chinese without blanks."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 400
"""A line longer than this is read from its beginning only."""

_BREAKS = re.compile(r"[^\w%$£€#.'\u4e00-\u9fff]+")
_LOOSE_DOTS = re.compile(r"\.(?!\d)|(?<!\d)\.")
_LOOSE_MARKS = re.compile(r"(?<![a-z])'|'(?![a-z])|_")
_BLANK_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a Latin text with its place."""

    text: str
    start: int
    end: int


def normalise(text: str, lang: str) -> str:
    """Lower case, half width; what separates is "|" in Chinese, "|" or a blank in English."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower().replace("\u2019", "'")
    if lang == "zh":
        text = _LOOSE_DOTS.sub("|", _BREAKS.sub("|", text))
        return _LOOSE_MARKS.sub("|", text).strip("|")
    text = re.sub(r"(?<=\w)-(?=\w)", " ", text)
    text = _LOOSE_DOTS.sub("|", re.sub(r"[,;:!()\[\]\"—–…/|]+|\s-+\s|(?<=\w)\.{2,}", "|", text))
    text = re.sub(r"[^\w%$£€#.'?|]+", " ", _LOOSE_MARKS.sub(" ", text))
    return re.sub(r"\s*([|?])\s*", r"\1", re.sub(r" +", " ", text)).strip(" |")


def is_han(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(text) is not None


def words_of(text: str) -> list[Word]:
    """Latin words and digits, singular where they are plural by their ending."""
    return [Word(singular(found[0]), found.start(), found.end()) for found in WORD.finditer(text)]


@lru_cache(maxsize=8_192)
def singular(word: str) -> str:
    """The word without an ending of plural or possession: berries, boxes, mugs, farmer's."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
