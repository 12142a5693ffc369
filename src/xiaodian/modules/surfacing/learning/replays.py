"""At which moments of a replay a card may come up: where something speaks for it, out of the host's way. Pure.

A replay has hours, of which each viewer sees a part. So it is cut into chapters, and of each product one moment a
chapter is drawn, or none: no card at all may be better than each of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from xiaodian.contracts.catalog import ProductId
from xiaodian.modules.surfacing.learning.candidates import BEFORE_END_MS, SHOW_MS, Candidate, Why
from xiaodian.modules.surfacing.learning.change import SecondCount
from xiaodian.modules.surfacing.learning.moments import Learned, expect, fade_counts, learn
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.learning.watching import Watching

CHAPTER = timedelta(minutes=10)
CHAPTER_MS = CHAPTER // timedelta(milliseconds=1)
"""In each chapter a viewing sees the card of a product once at most, besides the host's own."""
MAX_IN_CHAPTER = 20
APART_MS = 4_000
HOST_QUIET_MS = 20_000
"""After the host's own card, as on air."""
USUAL_LEAVING = 0.002
"""Of a replay's viewers in a second, where nothing is known."""
LEAST_LEAVING = 0.02
"""Expected of those who are shown a card. Hardly anybody leaves by themselves: were that expected, no number of those
who do could tell that the card drives them away.
"""
STRENGTH = (Why.CUED, Why.SAID, Why.BOUGHT, Why.CLICKED)
"""The best reasons first."""


class Sign(NamedTuple):
    """What speaks for a moment of a replay, in ms from when the room went on air."""

    product_id: ProductId
    at_ms: int
    why: Why


class Stretch(NamedTuple):
    """A part of the replay, in ms."""

    start_ms: int
    end_ms: int


class Replay(NamedTuple):
    """All that is known of one."""

    duration_ms: int
    signs: Sequence[Sign]
    taken: Sequence[Stretch]
    """While the host's own cards are up."""
    counts: Mapping[ProductId, Sequence[SecondCount]]
    quiet: Mapping[int, Sequence[int]]
    kept: Mapping[ProductId, Sequence[Candidate]] = {}
    """What the host keeps: it is a candidate whatever else is, so that it is known what comes of it."""


def learn_replay(replay: Replay) -> dict[ProductId, list[Learned]]:
    """How often each moment is shown from now on, by product and time, as if the host kept none."""
    watching = Watching(replay.quiet, replay.duration_ms, USUAL_LEAVING)
    signs: dict[ProductId, list[Sign]] = {product_id: [] for product_id in replay.kept}
    for sign in replay.signs:
        signs.setdefault(sign.product_id, []).append(sign)
    learned: dict[ProductId, list[Learned]] = {}
    for product_id, own in signs.items():
        seconds = fade_counts(replay.counts.get(product_id, ()))
        kept = replay.kept.get(product_id, ())
        chapters: dict[int, list[Candidate]] = {}
        for candidate in list_replay_candidates(own, replay.taken, replay.duration_ms, kept):
            chapters.setdefault(chapter_of(candidate.at_ms), []).append(candidate)
        for chapter, candidates in chapters.items():
            priors = {each: expect(each.why) for each in candidates}
            found = learn(
                candidates,
                seconds,
                priors,
                watching,
                may_be_none=True,
                from_ms=chapter * CHAPTER_MS,
                least_leaving=LEAST_LEAVING,
                always=kept,
            )
            learned.setdefault(product_id, []).extend(found)
    return learned


def chapter_of(at_ms: int) -> int:
    """In which chapter a moment is."""
    return at_ms // CHAPTER_MS


def are_apart(one: Candidate, other: Candidate) -> bool:
    """Whether the cards of both can be up, one after the other."""
    first, second = sorted((one, other))
    return first.at_ms + first.show_ms + APART_MS <= second.at_ms


def list_replay_candidates(
    signs: Iterable[Sign], taken: Sequence[Stretch], duration_ms: int, kept: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Of one product, by time. None comes up while the host's own card is up, within 20 s after it, or just before."""
    chosen = {each.at_ms: each for each in kept}
    chapters = Counter(chapter_of(at_ms) for at_ms in chosen)
    for _, at_ms, why in sorted(signs, key=lambda sign: (STRENGTH.index(sign.why), sign.at_ms)):
        whole_ms = at_ms // SECOND_MS * SECOND_MS
        chapter = chapter_of(whole_ms)
        if (
            0 <= whole_ms <= duration_ms - BEFORE_END_MS
            and chapters[chapter] < MAX_IN_CHAPTER
            and all(abs(whole_ms - other) >= APART_MS for other in chosen)
            and not any(each.start_ms - APART_MS - SHOW_MS < whole_ms < each.end_ms + HOST_QUIET_MS for each in taken)
        ):
            chosen[whole_ms] = Candidate(whole_ms, min(SHOW_MS, duration_ms - whole_ms), why)
            chapters[chapter] += 1
    return sorted(chosen.values())
