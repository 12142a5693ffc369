"""A visit of the feed, as its cursor carries it: nothing is kept on the server, so any process answers any page, and
nothing comes twice.
"""

import base64
import binascii
from array import array
from secrets import randbits
from typing import NamedTuple

from xiaodian.kit.paging import BadCursorError

MAX_SHOWN = 600
"""So many of the last that were shown are remembered: a cursor of 3.2 KiB at most."""
LAST_CREATORS = 2
_HEAD = 2 + LAST_CREATORS
_WORD = 4


class Visit(NamedTuple):
    """What was shown up to now; ids are told by their last 32 bits."""

    seed: int
    place: int = 0
    """How many places were filled."""
    creators: tuple[int, ...] = ()
    """Of the last places."""
    shown: tuple[int, ...] = ()

    def after(self, marks: list[int], creators: list[int]) -> "Visit":
        """The same visit with one more page."""
        return Visit(
            self.seed,
            self.place + len(marks),
            (*self.creators, *creators)[-LAST_CREATORS:],
            (*self.shown, *marks)[-MAX_SHOWN:],
        )


def begin_visit() -> Visit:
    """A new visit."""
    return Visit(seed=randbits(32))


def encode_visit(visit: Visit) -> str:
    """The cursor."""
    creators = (*visit.creators, *(0 for _ in range(LAST_CREATORS - len(visit.creators))))
    words = array("I", [visit.seed, min(visit.place, 2**31), *creators, *visit.shown])
    return base64.urlsafe_b64encode(words.tobytes()).decode().rstrip("=")


def decode_visit(cursor: str) -> Visit:
    """The visit that a cursor stands for. Raises BadCursorError."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(cursor) from error
    if len(raw) % _WORD or not _HEAD * _WORD <= len(raw) <= (_HEAD + MAX_SHOWN) * _WORD:
        raise BadCursorError(cursor)
    words = array("I")
    words.frombytes(raw)
    seed, place, *creators = words[:_HEAD]
    return Visit(seed, place, tuple(each for each in creators if each), tuple(words[_HEAD:]))
