"""Which moments of a film are tried for a product's card: a handful, each with the reason why. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.learning.watching import Watching

MAX_CANDIDATES = 8
"""Of one product; more would need more viewers than most videos have."""
TRIED_AT_LEAST = 6
"""So many are spread over the film where signals give fewer."""
APART_MS = 2_000
EARLIEST_MS = 1_000
"""Who has not seen yet what the film is about is not shown a card."""
BEFORE_END_MS = 3_000
SHOW_MS = 8_000
STAYED = 0.5
KNOWN_FROM = 50
"""Viewers from whom on it is known where they stay and leave."""
PROVEN = 100.0
"""Showings after which enough is known of a moment to give it up, or to look around it."""
HOPELESS = 50
"""Of 10,000 showings: with less, a moment makes room for another one."""
AROUND_S = (2, -2, 4, -4)
"""Where better moments are looked for around the best one, in seconds."""


class Why(StrEnum):
    """Why a moment is tried, the best reasons first; in words in the catalogue, area `surfacing`."""

    SAID = "said"
    """The film speaks of the product there."""
    CLICKED = "clicked"
    """Viewers opened the product there by themselves."""
    STAYED = "stayed"
    """The last moment that half of the viewers see."""
    BEFORE_LEAVING = "before_leaving"
    """Just before many leave."""
    NEAR_BEST = "near_best"
    """Close to the moment that did best so far."""
    TRIED = "tried"
    """Nothing speaks for it; it is tried."""


class Candidate(NamedTuple):
    """A moment at which the card may come up."""

    at_ms: int
    show_ms: int
    why: Why


class Known(NamedTuple):
    """A candidate that there was before: how often it was shown (old showings counting less), and its weight."""

    candidate: Candidate
    shown: float
    weight: int


class Signs(NamedTuple):
    """What speaks for moments of one product, in ms of the film."""

    said: Sequence[int] = ()
    clicked: Sequence[int] = ()
    """Where the product was opened most often without a card, the most first."""

    def list_all(self) -> list[tuple[int, Why]]:
        """When and why; the strongest first."""
        return [*((at_ms, Why.SAID) for at_ms in self.said), *((at_ms, Why.CLICKED) for at_ms in self.clicked)]


def choose_candidates(
    signs: Signs,
    duration_ms: int,
    known: Sequence[Known],
    shown: Mapping[int, float],
    watching: Watching,
    viewers: int,
) -> list[Candidate]:
    """Those to be tried from now on, by time; `shown`: how often the card came up at each second.

    Moments without hope make room: for those that something speaks for, then for those around the best. What is known
    of a moment fades, so that one that was given up comes back when much has been shown since.
    """
    chosen = _Chosen(duration_ms, shown)
    ranked = sorted(known, key=lambda old: (-old.weight, old.candidate))
    for old in ranked:
        if old is ranked[0] or old.weight >= HOPELESS:
            chosen.keep(old.candidate)
    for at_ms, why in signs.list_all():
        chosen.take(at_ms, why)
    if ranked and ranked[0].shown >= PROVEN:
        for offset in AROUND_S:
            chosen.take(ranked[0].candidate.at_ms + offset * SECOND_MS, Why.NEAR_BEST)
    present = {old.candidate.why for old in known}
    if viewers >= KNOWN_FROM and Why.STAYED not in present:
        chosen.take(watching.last_reached(STAYED) * SECOND_MS, Why.STAYED)
    if viewers >= KNOWN_FROM and Why.BEFORE_LEAVING not in present:
        chosen.take(watching.worst_second() * SECOND_MS - SHOW_MS // 2, Why.BEFORE_LEAVING)
    for at_ms in _spread(duration_ms):
        if len(chosen.candidates) < TRIED_AT_LEAST:
            chosen.take(at_ms, Why.TRIED)
    if not chosen.candidates:
        chosen.keep(Candidate(0, max(1, min(SHOW_MS, duration_ms)), Why.TRIED))
    return sorted(chosen.candidates)


class _Chosen:
    """Candidates, each apart from the others."""

    def __init__(self, duration_ms: int, shown: Mapping[int, float]) -> None:
        self.candidates: list[Candidate] = []
        self._duration_ms = duration_ms
        self._last_ms = max(0, duration_ms - BEFORE_END_MS)
        self._shown = shown

    def keep(self, candidate: Candidate) -> None:
        """Whatever is known of it, if there is room."""
        if len(self.candidates) < MAX_CANDIDATES and all(
            abs(candidate.at_ms - each.at_ms) >= APART_MS for each in self.candidates
        ):
            self.candidates.append(candidate)

    def take(self, at_ms: int, why: Why) -> None:
        """Begins with a whole second, as counts do; not if it was given up."""
        at_ms = min(max(at_ms, min(EARLIEST_MS, self._last_ms)), self._last_ms) // SECOND_MS * SECOND_MS
        if self._shown.get(at_ms // SECOND_MS, 0.0) < PROVEN:
            self.keep(Candidate(at_ms, max(1, min(SHOW_MS, self._duration_ms - at_ms)), why))


def _spread(duration_ms: int) -> list[int]:
    """Over the film, denser where more viewers are: at the beginning."""
    last_ms = max(0, duration_ms - BEFORE_END_MS)
    shares = [number / (TRIED_AT_LEAST - 1) for number in range(TRIED_AT_LEAST)]
    first_ms = min(2 * EARLIEST_MS, last_ms)
    return [first_ms + round((last_ms - first_ms) * share**1.3) for share in shares]
