"""At which moments of a film a product's card may come up, and what speaks for each. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from xiaodian.modules.surfacing.learning.learner import MANY_SHOWN
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.learning.watching import Watching

STEP_MS = 2_000
"""Moments are so far apart; people cannot tell closer ones from each other."""
COARSE_MS = 4_000
"""So far apart until much was shown: fewer are told from each other sooner."""
MAX_PLACES = 90
"""Of one product: in longer films they are farther apart."""
EARLIEST_MS = 1_000
"""Who has not seen yet what the film is about is not shown a card."""
BEFORE_END_MS = 3_000
SHOW_MS = 8_000
STAYED = 0.5
KNOWN_FROM = 50
"""Viewers from whom on it is known where they stay and leave."""


class Why(StrEnum):
    """Why a moment is tried, the best reasons first; in words in the catalogue, area `surfacing`."""

    CUED = "cued"
    """Of replays: the platform showed the product there when the room was on air."""
    SAID = "said"
    """The film speaks of the product there."""
    BOUGHT = "bought"
    """Viewers bought the product there."""
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


class Signs(NamedTuple):
    """What speaks for moments of one product, in ms of the film, each list the strongest first."""

    said: Sequence[int] = ()
    bought: Sequence[int] = ()
    clicked: Sequence[int] = ()
    """Where the product was opened without a card."""

    def list_all(self) -> list[tuple[int, Why]]:
        """When and why; the strongest first."""
        return [
            *((at_ms, Why.SAID) for at_ms in self.said),
            *((at_ms, Why.BOUGHT) for at_ms in self.bought),
            *((at_ms, Why.CLICKED) for at_ms in self.clicked),
        ]


def list_candidates(
    signs: Signs, duration_ms: int, watching: Watching, viewers: int, shown: float = 0.0
) -> list[Candidate]:
    """By time: where something speaks for the product, and between these moments spread over the film; `shown`: how
    often its card was.
    """
    last_ms = max(0, duration_ms - BEFORE_END_MS)
    first_ms = min(EARLIEST_MS, last_ms)
    marked: dict[int, Why] = {}
    for at_ms, why in [*signs.list_all(), *_turns(watching, viewers)]:
        whole_ms = min(max(at_ms, first_ms), last_ms) // SECOND_MS * SECOND_MS
        if len(marked) < MAX_PLACES // 2 and all(abs(whole_ms - other) >= STEP_MS for other in marked):
            marked[whole_ms] = why
    step_ms = COARSE_MS if shown < MANY_SHOWN else STEP_MS
    step_ms = max(step_ms, -(-(last_ms - first_ms) // (MAX_PLACES // 2) // SECOND_MS) * SECOND_MS)
    places = dict(marked)
    for at_ms in range(first_ms // SECOND_MS * SECOND_MS, last_ms + 1, step_ms):
        if all(abs(at_ms - other) >= STEP_MS for other in marked):
            places[at_ms] = Why.TRIED
    return [Candidate(at_ms, max(1, min(SHOW_MS, duration_ms - at_ms)), why) for at_ms, why in sorted(places.items())]


def _turns(watching: Watching, viewers: int) -> list[tuple[int, Why]]:
    """Moments that are what they are by how viewers stay and leave."""
    if viewers < KNOWN_FROM:
        return []
    leaving_ms = watching.worst_second() * SECOND_MS
    return [
        (watching.last_reached(STAYED) * SECOND_MS, Why.STAYED),
        (leaving_ms - SHOW_MS // 2, Why.BEFORE_LEAVING),
    ]
