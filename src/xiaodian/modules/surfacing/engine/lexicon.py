"""The tables of words and phrases of a language (`lexicon/*.toml`), read once and compiled."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiaodian.modules.surfacing.engine.spelling import singular

_FOLDER = Path(__file__).parent / "lexicon"
_EVERYDAY = (("often", 0.7), ("always", 0.4))


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """What phrases do (acts) and what words tell."""

    lang: str
    acts: dict[str, re.Pattern[str]]
    clause_start: re.Pattern[str]
    empty: frozenset[str]
    """Words of titles that tell nothing: packing, promises, praise."""
    shared: frozenset[str]
    """Words of titles that are said of many goods: colour, matter, place."""
    common: frozenset[str]
    """Words that everybody says all the time."""
    everyday: Mapping[str, float]
    """Other words that are said often, and what they are worth beside a rare one (English)."""
    measures: str
    synonyms: tuple[tuple[str, ...], ...]
    """Groups of words that are said for each other."""


def _load_everyday() -> dict[str, float]:
    with (_FOLDER / "everyday.toml").open("rb") as file:
        table = tomllib.load(file)
    return {singular(word): worth for band, worth in _EVERYDAY for word in table[band].split()}


@cache
def load_lexicon(lang: str) -> Lexicon:
    """The lexicon of `zh` or `en`."""
    with (_FOLDER / f"{lang}.toml").open("rb") as file:
        table = tomllib.load(file)
    words = {name: frozenset(text.split()) for name, text in table["words"].items() if name != "measures"}
    return Lexicon(
        lang=lang,
        acts={
            act: re.compile("|".join(f"(?:{phrase})" for phrase in phrases)) for act, phrases in table["acts"].items()
        },
        clause_start=re.compile("|".join(table["clause_starts"])),
        empty=words["empty"],
        shared=words["shared"],
        common=words.get("common", frozenset()),
        everyday=_load_everyday() if lang == "en" else {},
        measures=table["words"]["measures"],
        synonyms=tuple(tuple(line.split()) for line in table["synonyms"]["groups"].strip().splitlines()),
    )
