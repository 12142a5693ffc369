"""What one person did with one film, a video or a replay, and what that counts for: pure.

A viewing is a join of all that was told of it: in whatever order words come, and however often, the same comes of them.
Its counts are a function of the viewing alone. So whoever learns something new of a viewing adds what it counts for now
and takes away what it counted for before, and a rebuild gives the same sums.

Only the first parting of a person counts, and what the card had to do with it: `quiet` seconds are those in which no
card had come up within `SOON_S`, and say how viewers leave by themselves.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import ProductId

SECOND_MS = 1000
SOON_S = 5
"""Who leaves within so many seconds after a card came up may have left because of it."""
DAY_MS = 24 * 3_600_000
SLOT_MS = 6 * 3_600_000
"""Showings of so long a time are counted together, so that old ones can count less than new ones."""
MAX_SHOWINGS = 40
"""Of one person in one video; more are not counted."""

NEVER = 2**31 - 1
UNKNOWN_SECOND = -1
"""Of a purchase: nobody knows at which second of the film."""
SOMEWHERE = -2
"""The same in a replay, of which each viewer sees a part: the last card that was clicked counts, or was shown."""


class Mark(NamedTuple):
    """Something that was about a product at a second of the film."""

    product_id: ProductId
    second: int


class Viewing(msgspec.Struct, frozen=True):
    """What is known of one person and one video."""

    furthest_ms: int = 0
    left_ms: int = NEVER
    """Where the person first went on to another film."""
    shown: dict[Mark, int] = {}
    """Cards that came up, and in which slot of time they first did."""
    clicked: frozenset[Mark] = frozenset()
    bought: dict[Mark, int] = {}
    """What was paid for, by the second at which it was bought, or UNKNOWN_SECOND, or SOMEWHERE."""
    last_day: int = 0
    """The last on which anything was told of it, in days since 1970; what was long silent is forgotten."""


class Count(NamedTuple):
    """Of the card of a product that came up at a second: how often in a slot, and what followed."""

    shown: int = 0
    clicked: int = 0
    ordered: int = 0
    left: int = 0


class Quiet(NamedTuple):
    """Changes at a second: who began and ceased to be there without a card, and who left by themselves."""

    came: int = 0
    went: int = 0
    left: int = 0


CountKey = tuple[ProductId, int, int]
"""Product, second, slot."""


class Counted(NamedTuple):
    """What a viewing counts for."""

    moments: dict[CountKey, Count]
    seconds: dict[int, Quiet]


NOTHING = Counted({}, {})


def join(one: Viewing, other: Viewing) -> Viewing:
    """All that either knows. In any order, and of the same twice, the same comes."""
    return Viewing(
        last_day=max(one.last_day, other.last_day),
        furthest_ms=max(one.furthest_ms, other.furthest_ms),
        left_ms=min(one.left_ms, other.left_ms),
        shown=_join_marks(one.shown, other.shown),
        clicked=frozenset(sorted(one.clicked | other.clicked, key=_order)[:MAX_SHOWINGS]),
        bought=_join_marks(one.bought, other.bought),
    )


def count(viewing: Viewing, duration_ms: int) -> Counted:
    """What the viewing counts for."""
    moments = {
        (mark.product_id, mark.second, slot): [1, 0, 0, 0]
        for mark, slot in viewing.shown.items()
        if mark.second * SECOND_MS < duration_ms
    }
    keys = {(key[0], key[1]): key for key in moments}
    for mark in viewing.clicked:
        if (cause := _cause(keys, mark)) is not None:
            moments[cause][1] = 1
    for mark, slot in viewing.bought.items():
        cause = _cause_of_purchase(keys, mark, viewing.clicked)
        if cause is not None:
            moments[cause][2] = 1
        elif mark.second >= 0:
            # The card came up before the buyer signed in: the moment of the picture is all that is known.
            moments[mark.product_id, mark.second, slot] = [0, 0, 1, 0]
    if viewing.left_ms < duration_ms - SECOND_MS:
        _count_left(viewing.left_ms, moments)
    return Counted({key: Count(*each) for key, each in moments.items()}, _count_quiet(viewing, duration_ms))


def second_of_cause(viewing: Viewing, purchase: Mark, duration_ms: int) -> int | None:
    """At which second the card came up that a purchase counts for; without one the second of the purchase itself, or
    None if that is not known.
    """
    keys = {
        (mark.product_id, mark.second): (mark.product_id, mark.second, slot)
        for mark, slot in viewing.shown.items()
        if mark.second * SECOND_MS < duration_ms
    }
    cause = _cause_of_purchase(keys, purchase, viewing.clicked)
    if cause is not None:
        return cause[1]
    return purchase.second if purchase.second >= 0 else None


def difference(after: Counted, before: Counted) -> Counted:
    """What must be added to the sums, now that more is known."""
    moments = {
        key: Count(
            *(a - b for a, b in zip(after.moments.get(key, Count()), before.moments.get(key, Count()), strict=True))
        )
        for key in after.moments.keys() | before.moments.keys()
    }
    seconds = {
        second: Quiet(
            *(
                a - b
                for a, b in zip(after.seconds.get(second, Quiet()), before.seconds.get(second, Quiet()), strict=True)
            )
        )
        for second in after.seconds.keys() | before.seconds.keys()
    }
    return Counted(
        {key: each for key, each in moments.items() if any(each)}, {s: q for s, q in seconds.items() if any(q)}
    )


def _count_left(left_ms: int, moments: dict[CountKey, list[int]]) -> None:
    """Who clicked or bought was not driven away, wherever they went then."""
    for (_, second, _), counted in moments.items():
        start_ms = second * SECOND_MS
        if counted[:3] == [1, 0, 0] and start_ms <= left_ms < start_ms + SOON_S * SECOND_MS:
            counted[3] = 1


def _count_quiet(viewing: Viewing, duration_ms: int) -> dict[int, Quiet]:
    """The seconds that the person watched without a card that had just come up."""
    end_ms = min(viewing.left_ms if viewing.left_ms != NEVER else viewing.furthest_ms, duration_ms)
    last = -(-end_ms // SECOND_MS)
    starts = sorted({mark.second for mark in viewing.shown})
    free_from, runs = 0, list[tuple[int, int]]()
    for start in starts:
        if start > last:
            break
        if start > free_from:
            runs.append((free_from, start))
        free_from = max(free_from, start + SOON_S)
    if free_from < last:
        runs.append((free_from, last))
    seconds: dict[int, Quiet] = {}
    for start, end in runs:
        seconds[start] = seconds.get(start, Quiet())._replace(came=1)
        seconds[end] = seconds.get(end, Quiet())._replace(went=1)
    if viewing.left_ms < duration_ms - SECOND_MS:
        second = viewing.left_ms // SECOND_MS
        if any(start <= second < end for start, end in runs):
            seconds[second] = seconds.get(second, Quiet())._replace(left=1)
    return seconds


def _cause_of_purchase(
    keys: dict[tuple[ProductId, int], CountKey], mark: Mark, clicked: Iterable[Mark]
) -> CountKey | None:
    return _cause(keys, mark) if mark.second != SOMEWHERE else _likeliest(keys, mark.product_id, clicked)


def _cause(keys: dict[tuple[ProductId, int], CountKey], mark: Mark) -> CountKey | None:
    """The showing that came before it; of what came before all showings, the first."""
    seconds = sorted(second for product_id, second in keys if product_id == mark.product_id)
    if not seconds:
        return None
    before = [second for second in seconds if second <= mark.second]
    return keys[mark.product_id, before[-1] if before else seconds[0]]


def _likeliest(
    keys: dict[tuple[ProductId, int], CountKey], product_id: ProductId, clicked: Iterable[Mark]
) -> CountKey | None:
    """The showing of the last click; without one the last showing."""
    last = max((mark.second for mark in clicked if mark.product_id == product_id), default=NEVER)
    return _cause(keys, Mark(product_id, last))


def _join_marks(one: dict[Mark, int], other: dict[Mark, int]) -> dict[Mark, int]:
    joined = {
        mark: min(one.get(mark, NEVER), other.get(mark, NEVER))
        for mark in sorted(one.keys() | other.keys(), key=_order)
    }
    return dict(list(joined.items())[:MAX_SHOWINGS])


def _order(mark: Mark) -> tuple[UUID, int]:
    return mark.product_id, mark.second


def add_quiet(sums: dict[int, list[int]], seconds: dict[int, Quiet]) -> None:
    """Add changes to sums of them, in place."""
    for second, quiet in seconds.items():
        row = sums.setdefault(second, [0, 0, 0])
        for column, value in enumerate(quiet):
            row[column] += value
