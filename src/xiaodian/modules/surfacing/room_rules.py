"""Pure decisions about surfacing in rooms: who decides, how long for, and what a line of speech is."""

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

import msgspec

LEASE = timedelta(seconds=6)
"""A room's worker that has not said for so long that it lives has lost the room."""
SUGGESTION_LIFE = timedelta(seconds=20)
QUIET = timedelta(minutes=5)
"""So long a product is left alone after the host said: not now."""
SAME_MOMENT = timedelta(seconds=15)
"""Two decisions for one product whose moments are closer than this are one; a takeover must not show it twice."""
CAPPED = timedelta(hours=1)
"""What was shown for so long counts against the caps, also of a worker that takes over."""

REPLAYED = timedelta(minutes=10)
"""An engine that takes a room over is told what happened in it for so long back."""
STILL_NEW = timedelta(seconds=8)
"""What the engine decides of the past counts if it is no older than this: nobody else may have done it."""
HEARD_LATE = timedelta(seconds=15)
"""Speech recognition may be so late; what comes later is for the replay alone."""

MAX_LINES_AT_ONCE = 5000
MAX_LINES_OF_ROOM = 50_000
MAX_LINE_CHARS = 1000
LONGEST_LINE = timedelta(minutes=1)
CLOCK_SLACK = timedelta(seconds=30)
"""Clocks of those who send transcripts may be so far off."""

CJK_CHARS_PER_S = 5.5
LATIN_CHARS_PER_S = 15.0
LONGEST_GUESS_S = 4.0


class Mode(StrEnum):
    """Who puts cards up in a room: the host alone, the host when asked, or the platform by itself."""

    MANUAL = "manual"
    SUGGEST = "suggest"
    AUTO = "auto"


class Outcome(StrEnum):
    """What became of a decision; `open` waits for the host, until it expires."""

    SHOWN = "shown"
    REFUSED = "refused"
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    REPLACED = "replaced"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of speech in media time; `key` names it in its room."""

    key: str
    start_at: datetime
    end_at: datetime
    text: str


def make_line(text: str, start_at: datetime | None, end_at: datetime, line_id: str | None) -> Line:
    """A line with what was not told of it: its beginning is guessed by its length."""
    shown = clean_speech(text)
    start = guess_start(shown, end_at) if start_at is None else start_at
    return Line(
        key=f"id:{line_id}" if line_id is not None else f"{end_at.isoformat()}:{_digest(shown)}",
        start_at=min(max(start, end_at - LONGEST_LINE), end_at),
        end_at=end_at,
        text=shown,
    )


def clean_speech(text: str) -> str:
    """What was said on one line, without control characters."""
    return " ".join("".join(each if _is_shown(each) else " " for each in text).split())


def guess_start(text: str, end_at: datetime) -> datetime:
    """When somebody began to say this, at the pace at which hosts speak."""
    pace = CJK_CHARS_PER_S if is_chinese(text) else LATIN_CHARS_PER_S
    return end_at - timedelta(seconds=min(LONGEST_GUESS_S, len(text) / pace))


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Co")


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
