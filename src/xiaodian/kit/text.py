"""What people type, made fit to show: one line, no invisible characters, the same for what looks the same."""

import re
import unicodedata

_RUNS_OF_SPACE = re.compile(r" {2,}")
_BLANKS_THAT_COUNT_AS_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_MAX_MARKS_IN_A_ROW = 4


class BadTextError(ValueError):
    """The text cannot be taken; `reason` is `empty`, `too_short`, `too_long` or `bad_character`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean_line(text: str, *, max_chars: int, min_chars: int = 1) -> str:
    """One line as people read it: composed (NFC), trimmed, runs of blanks made one.

    Control and invisible characters and blanks that look like nothing are refused, so that no two names look the same
    because of them and nobody is nameless. The joiner inside an emoji is let through. Raises BadTextError.
    """
    line = _RUNS_OF_SPACE.sub(" ", unicodedata.normalize("NFC", text).strip(" \t\r\n"))
    _refuse_bad_characters(line)
    if is_blank(line):
        raise BadTextError("empty")
    if len(line) < min_chars:
        raise BadTextError("too_short")
    if len(line) > max_chars:
        raise BadTextError("too_long")
    return line


def is_blank(text: str) -> bool:
    """Whether there is nothing in it to read."""
    return not any(
        unicodedata.category(char)[0] in "LNPS" and char not in _BLANKS_THAT_COUNT_AS_LETTERS for char in text
    )


def comparison_key(line: str) -> str:
    """Equal for lines that read the same: wide and narrow forms, upper and lower case, with and without blanks."""
    return unicodedata.normalize("NFKC", line).casefold().replace(" ", "")


def _refuse_bad_characters(line: str) -> None:
    marks = 0
    for index, char in enumerate(line):
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else 0
        is_invisible = category[0] == "C" or category in ("Zl", "Zp") or (category == "Zs" and char != " ")
        if is_invisible and _joins_emoji(line, index):
            continue
        if is_invisible or char in _BLANKS_THAT_COUNT_AS_LETTERS or marks > _MAX_MARKS_IN_A_ROW:
            raise BadTextError("bad_character")


def _joins_emoji(line: str, index: int) -> bool:
    before, after = line[:index].rstrip(_EMOJI_STYLE)[-1:], line[index + 1 : index + 2]
    return (
        line[index] == _JOINER
        and bool(before and after)
        and unicodedata.category(before) in ("So", "Sk")
        and unicodedata.category(after) == "So"
    )
