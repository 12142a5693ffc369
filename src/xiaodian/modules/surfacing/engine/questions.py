"""What kind of question a comment asks (`lexicon/questions.toml`): the price, the link, the size and so on."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xiaodian.contracts.reports import QuestionKind
from xiaodian.modules.surfacing.engine.spelling import is_han, normalise

_TABLE = Path(__file__).parent / "lexicon" / "questions.toml"
MAX_CHARS = 60
"""Longer comments are no questions for the host."""
_BARE = 2
"""Beside a word of its subject, so many more characters are no statement yet: 链接呀, price pls."""


class _Kind(NamedTuple):
    asks: re.Pattern[str]
    about: re.Pattern[str] | None


class _Questions(NamedTuple):
    is_question: re.Pattern[str]
    kinds: Mapping[QuestionKind, _Kind]


def kinds_of(text: str) -> tuple[QuestionKind, ...]:
    """What a comment asks for; nothing if it asks for nothing known."""
    if not text or len(text) > MAX_CHARS:
        return ()
    lang = "zh" if is_han(text) else "en"
    table = _load(lang)
    line = normalise(text, lang)
    is_question = "?" in text or "\uff1f" in text or table.is_question.search(line) is not None
    return tuple(kind for kind, words in table.kinds.items() if _asks(line, words, is_question=is_question))


def _asks(line: str, words: _Kind, *, is_question: bool) -> bool:
    if words.asks.search(line):
        return True
    about = words.about.search(line) if words.about else None
    return about is not None and (is_question or len(line) - (about.end() - about.start()) <= _BARE)


@cache
def _load(lang: str) -> _Questions:
    with _TABLE.open("rb") as file:
        table = tomllib.load(file)[lang]
    return _Questions(
        is_question=_any(table["question"]),
        kinds={
            QuestionKind(kind): _Kind(_any(words["ask"]), _any(words["about"]) if words["about"] else None)
            for kind, words in table["kinds"].items()
        },
    )


def _any(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
