"""Pure decisions about rooms: the state table, what may be said, what is worth telling."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

import msgspec

from xiaodian.contracts.live import RoomState

ALLOWED_MOVES: dict[RoomState, frozenset[RoomState]] = {
    RoomState.PLANNED: frozenset({RoomState.ON_AIR, RoomState.ENDED}),
    RoomState.ON_AIR: frozenset({RoomState.INTERRUPTED, RoomState.ENDED}),
    RoomState.INTERRUPTED: frozenset({RoomState.ON_AIR, RoomState.ENDED}),
    RoomState.ENDED: frozenset(),
}

ON_AIR_STATES = (RoomState.ON_AIR, RoomState.INTERRUPTED)
OPEN_STATES = (RoomState.PLANNED, *ON_AIR_STATES)

DELAY_STEP_MS = 500
"""A change of the measured delay below this is not worth a moment."""

# Marks that reorder or hide text around them; joiners stay, emoji need them.
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a room and when it began and ended."""

    state: RoomState
    started_at: datetime | None
    ended_at: datetime | None


def move(timeline: Timeline, to: RoomState, at: datetime) -> Timeline | None:
    """The timeline after this move; None if the state table does not allow it, or nothing would change."""
    if to not in ALLOWED_MOVES[timeline.state]:
        return None
    started_at = timeline.started_at or (at if to is RoomState.ON_AIR else None)
    ended_at = max(at, started_at or at) if to is RoomState.ENDED else None
    return Timeline(state=to, started_at=started_at, ended_at=ended_at)


def clean_comment(text: str) -> str:
    """The text as it may be shown on one line: without control characters and marks that reorder text.

    Markup is left alone: it is just text.
    """
    kept = [" " if character.isspace() else character for character in text if _is_shown(character)]
    return " ".join("".join(kept).split())


def _is_shown(character: str) -> bool:
    if character in "\t\n\r\u2028\u2029":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in _INVISIBLE


def weighted_median(samples: Sequence[tuple[int, int]]) -> int | None:
    """The median of values given with how many stand behind each; None without any."""
    total = sum(weight for _, weight in samples)
    seen = 0
    for value, weight in sorted(samples):
        seen += weight
        if weight and seen * 2 >= total:
            return value
    return None


def is_audience_news(before: tuple[int, int | None], now: tuple[int, int | None]) -> bool:
    """Whether viewers should be told: the number online changed, or the delay in ms did noticeably."""
    if before[0] != now[0]:
        return True
    if before[1] is None or now[1] is None:
        return before[1] is not now[1]
    return abs(before[1] - now[1]) >= DELAY_STEP_MS
