"""What viewers of a room asked, by product and kind of question: how many asked is told, and neither who nor how."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import (
    AnyMoment,
    BagMoment,
    CommentId,
    CommentMoment,
    CommentRemovedMoment,
    CueInfo,
    MutedMoment,
)
from xiaodian.contracts.reports import FEWEST_ASKERS, QuestionKind, RoomQuestion
from xiaodian.contracts.surfacing import Bag
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.surfacing.engine.asking import name_products
from xiaodian.modules.surfacing.engine.matching import Matcher
from xiaodian.modules.surfacing.engine.questions import kinds_of
from xiaodian.modules.surfacing.engine.vocabulary import build_vocabulary
from xiaodian.modules.surfacing.room_signals import RoomSignals

KINDS = ("bag", "comment", "comment_removed", "muted")
"""Of the log, what this takes."""
BEHIND_MS = 4_000
"""Who asks sees the picture so much later than it was taken."""
MOST_WORDINGS = 20_000
"""More different questions are not read for products: that would take minutes, and change nothing."""
LEAST_SCORE = 0.3
"""Who asks something uses few words; a common word that only one product has names it."""
OF_ALL_GOODS = frozenset({QuestionKind.SHIPPING, QuestionKind.RETURNS})
"""Asked without a name they are not about what is on show."""

_Subject = tuple[ProductId | None, QuestionKind]


class RoomAsked:
    """Takes a room's log, moment by moment; `count` tells what was asked."""

    def __init__(self, room_id: str, cues: Sequence[CueInfo]) -> None:
        self._room_id = room_id
        self._cues = sorted(cues, key=lambda cue: cue.start_at)
        self._bag: Bag | None = None
        self._matcher: Matcher | None = None
        self._named: dict[str, tuple[ProductId, ...]] = {}
        self._asked: list[tuple[AccountId, CommentId, _Subject]] = []
        self._removed: set[CommentId] = set()
        self._muted: set[AccountId] = set()

    def take(self, moment: AnyMoment) -> bool:
        """The next moment; answers whether there was something to read in it."""
        match moment:
            case BagMoment():
                self._take_bag(RoomSignals(self._room_id, 0, moment.items).bag(0))
            case CommentRemovedMoment():
                self._removed.add(moment.comment_id)
            case MutedMoment():
                self._muted.add(moment.account_id)
            case CommentMoment() if not moment.is_host and (kinds := kinds_of(moment.text)):
                self._take_question(moment, kinds)
                return True
        return False

    def count(self) -> list[RoomQuestion]:
        """What enough different accounts asked, the most asked first; what the host removed does not count."""
        askers: dict[_Subject, set[AccountId]] = {}
        for account_id, comment_id, subject in self._asked:
            if comment_id not in self._removed and account_id not in self._muted:
                askers.setdefault(subject, set()).add(account_id)
        told = [
            RoomQuestion(product_id=product_id, kind=kind, people=len(people))
            for (product_id, kind), people in askers.items()
            if len(people) >= FEWEST_ASKERS
        ]
        return sorted(told, key=lambda each: (-each.people, each.kind, str(each.product_id)))

    def _take_bag(self, bag: Bag) -> None:
        """What is left of each is told all the time, and names nothing anew."""
        if self._bag is None or _names(bag) != _names(self._bag):
            self._bag, self._matcher = bag, None
            self._named.clear()

    def _take_question(self, moment: CommentMoment, kinds: Sequence[QuestionKind]) -> None:
        shown = self._on_show(moment.at_ms - BEHIND_MS)
        named = self._name(moment.text)
        # Of several that have the name in common, what is on show is meant.
        product_id = shown if shown in named else named[0] if len(named) == 1 else None
        for kind in kinds:
            is_general = kind in OF_ALL_GOODS or named
            subject = (product_id or (None if is_general else shown), kind)
            self._asked.append((moment.account_id, moment.comment_id, subject))

    def _name(self, text: str) -> tuple[ProductId, ...]:
        known = self._named.get(text)
        if known is not None or self._bag is None or len(self._named) >= MOST_WORDINGS:
            return known or ()
        if self._matcher is None:
            self._matcher = Matcher(build_vocabulary(self._bag))
        named = name_products(self._matcher, text, self._bag.lang[:2], LEAST_SCORE)
        found = tuple(ProductId(UUID(each)) for each in named)
        self._named[text] = found
        return found

    def _on_show(self, at_ms: int) -> ProductId | None:
        for cue in reversed(self._cues):
            if to_epoch_ms(cue.start_at) <= at_ms:
                is_on = cue.end_at is None or at_ms < to_epoch_ms(cue.end_at)
                return cue.product_id if is_on else None
        return None


def _names(bag: Bag) -> list[object]:
    return [(each.product_id, each.number, each.title, each.skus, each.price_minor) for each in bag.products]
