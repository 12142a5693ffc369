"""Caption files as creators have them: WebVTT and SubRip, in the encodings in which they come. Pure."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from html import unescape

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.surfacing.moment_queries import VideoCaption
from xiaodian.modules.surfacing.room_rules import MAX_LINE_CHARS, MAX_LINES_AT_ONCE, clean_speech

WEBVTT = "WEBVTT"
ARROW = "-->"
OVERHANG_MS = 5_000
"""The last line of what a tool wrote often ends a little after its film; it is cut there."""

_ROW_END = re.compile(r"\r\n|\n|\r")
_MOMENT = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"[ \t]*{_MOMENT}[ \t]*-->[ \t]*{_MOMENT}(?:[ \t][^\n]*)?")
_TAG = re.compile(r"<[^<>]{0,500}>|\{\\[^{}]{0,200}\}")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")

_Row = tuple[int, str]
"""A row of the file and its number, from 1."""


def read_captions(body: bytes, duration_ms: int) -> list[VideoCaption]:
    """What is said in a film of this length, in the order of the lines' beginnings.

    Raises InvalidInputError, which names the row of the file (`line`) where there is one.
    """
    rows = [*enumerate(_ROW_END.split(_decode(body)), start=1)]
    is_webvtt = rows[0][1].startswith(WEBVTT)
    if not is_webvtt and not any(ARROW in row for _, row in rows):
        raise InvalidInputError(field="body", reason="not_captions")
    captions: list[VideoCaption] = []
    for block in _blocks(_without_head(rows) if is_webvtt else rows):
        if is_webvtt and _ASIDE.match(block[0][1]):
            continue
        caption = _read_block(block, duration_ms)
        if caption.text:
            captions.append(caption)
        if len(captions) > MAX_LINES_AT_ONCE:
            raise InvalidInputError(field="body", reason="too_many_lines", limit=MAX_LINES_AT_ONCE)
    if not captions:
        raise InvalidInputError(field="body", reason="no_lines")
    return sorted(captions, key=lambda each: (each.start_ms, each.end_ms))


def _decode(body: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Chinese editors write where they write none of these."""
    marked = body.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInputError(field="body", reason="not_captions")


def _without_head(rows: Sequence[_Row]) -> Sequence[_Row]:
    """Rows after the head, which ends with an empty row, or where the first caption forgets it."""
    for index, (_, row) in enumerate(rows):
        if not row.strip() or ARROW in row:
            return rows[index:]
    return []


def _blocks(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows between empty ones."""
    block: list[_Row] = []
    for number, row in rows:
        if row.strip():
            block.append((number, row))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _read_block(block: Sequence[_Row], duration_ms: int) -> VideoCaption:
    """A caption: perhaps its name, when it is said, what is said."""
    at = next((index for index, (_, row) in enumerate(block) if ARROW in row), 0)
    number, row = block[at]
    times = _TIMES.fullmatch(row) if at <= 1 else None
    if times is None:
        raise InvalidInputError(field="body", reason="caption_time", line=number)
    for later, said in block[at + 1 :]:
        # The empty row before the next caption is missing.
        if ARROW in said:
            raise InvalidInputError(field="body", reason="caption_gap", line=later)
    start_ms, end_ms = _to_ms(times.groups()[:4]), _to_ms(times.groups()[4:])
    if end_ms < start_ms:
        raise InvalidInputError(field="body", reason="caption_backwards", line=number)
    if start_ms >= duration_ms or end_ms > duration_ms + OVERHANG_MS:
        raise InvalidInputError(field="body", reason="caption_late", line=number, limit=duration_ms)
    said = unescape(_TAG.sub("", "\n".join(row for _, row in block[at + 1 :])))
    return VideoCaption(start_ms, min(end_ms, duration_ms), clean_speech(said)[:MAX_LINE_CHARS])


def _to_ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))
