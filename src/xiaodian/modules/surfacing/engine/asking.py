"""What viewers ask for: bursts of different people, seconds apart. One account counts once, one wording a few times."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from xiaodian.modules.surfacing.engine.matching import Matcher
from xiaodian.modules.surfacing.engine.spelling import normalise

ASKED_SCORE = 0.65
"""A comment is short: who says nothing but "the watch" means it."""
WINDOW_MS = 25_000
MAX_KEPT = 600
SAME_WORDING = 4
BURST = 5.0
"""So many different askers make a burst."""
MAX_WORDINGS = 512


class Wish(NamedTuple):
    """What a comment asks for."""

    product_ids: tuple[str, ...] = ()
    """What it names."""
    coming_in: frozenset[str] | None = None
    """Products that come in the size or kind that it asks for."""
    is_question: bool = False


@dataclass
class Asking:
    """Who asked for what within the last seconds."""

    _asked: deque[tuple[int, str, str, str]] = field(default_factory=deque)
    """When, which product, by whom, in which words."""
    _read: OrderedDict[str, Wish] = field(default_factory=OrderedDict)

    def remember(self, text: str, wish: Wish) -> Wish:
        """Keep what a comment was found to ask for, so that a wave of it costs nothing."""
        self._read[text] = wish
        if len(self._read) > MAX_WORDINGS:
            self._read.popitem(last=False)
        return wish

    def recall(self, text: str) -> Wish | None:
        """What this comment asks for, if it was read before."""
        return self._read.get(text)

    def forget_readings(self) -> None:
        """The bag changed."""
        self._read.clear()

    def note(self, t_ms: int, account: str, text: str, product_ids: tuple[str, ...]) -> None:
        """Somebody asked."""
        for product_id in product_ids:
            self._asked.append((t_ms, product_id, account, text))
        while self._asked and (len(self._asked) > MAX_KEPT or t_ms - self._asked[0][0] > WINDOW_MS):
            self._asked.popleft()

    def level(self, product_id: str, t_ms: int) -> float:
        """0: nobody asks, 1: a burst."""
        accounts: set[str] = set()
        wordings: dict[str, int] = {}
        for asked_ms, asked_for, account, text in self._asked:
            if asked_for == product_id and t_ms - asked_ms <= WINDOW_MS and account not in accounts:
                wordings[text] = wordings.get(text, 0) + 1
                if wordings[text] <= SAME_WORDING:
                    accounts.add(account)
        return min(len(accounts) / BURST, 1.0)

    def last_ms(self, product_id: str) -> int | None:
        """When somebody last asked for it."""
        return next((at_ms for at_ms, asked_for, _, _ in reversed(self._asked) if asked_for == product_id), None)


def name_products(matcher: Matcher, text: str, lang: str, least: float = ASKED_SCORE) -> tuple[str, ...]:
    """Which products a comment names: the one that fits best, if at least so well, and those that fit about as well."""
    matches = matcher.match(normalise(text, lang))
    best = max((match.score for match in matches.values()), default=0.0)
    return tuple(key for key, match in matches.items() if match.score >= max(least, best - 0.2))
