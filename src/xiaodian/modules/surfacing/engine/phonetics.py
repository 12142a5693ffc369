"""How words sound, with what speech recognition confuses made the same."""

import tomllib
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

with (Path(__file__).parent / "lexicon/sounds.toml").open("rb") as _file:
    _TABLES = tomllib.load(_file)


@lru_cache(maxsize=16_384)
def sound_of(syllable: str) -> str:
    """A syllable without what is easily confused: zh/z, ch/c, sh/s, n/l, r/l, h/f, and -ng/-n."""
    initials, finals = _TABLES["zh"]["initials"], _TABLES["zh"]["finals"]
    for written, heard in initials:
        if syllable.startswith(written):
            syllable = heard + syllable[len(written) :]
            break
    for written, heard in finals:
        if syllable.endswith(written):
            return str(syllable[: -len(written)] + heard)
    return syllable


@lru_cache(maxsize=16_384)
def _sound_of_character(character: str) -> str:
    return sound_of(lazy_pinyin(character)[0])


def sounds(text: str) -> list[str]:
    """One sound for each character, by its commonest reading; what is not Chinese stands for itself."""
    return [_sound_of_character(character) if "\u4e00" <= character <= "\u9fff" else character for character in text]


_VOWELS = str.maketrans("", "", "aeiouyhw'")


@lru_cache(maxsize=8_192)
def skeleton(word: str) -> str:
    """The consonants of a Latin word as they sound: tea and tee, pear and pair, flower and flour are the same."""
    text = word
    for written, heard in _TABLES["en"]["spellings"]:
        text = text.replace(written, heard)
    first = "a" if text[:1] in "aeiou" else ""
    bare = text.translate(_VOWELS)
    return first + "".join(c for index, c in enumerate(bare) if index == 0 or bare[index - 1] != c)
