"""What a line of speech does: where it presents, denies, promises, tells a tale, and so on."""

from bisect import bisect_right
from dataclasses import dataclass

from xiaodian.modules.surfacing.engine.lexicon import Lexicon

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A line with its clauses and the acts found in it."""

    text: str
    starts: tuple[int, ...]
    """Where clauses begin; the first is 0."""
    acts: dict[str, tuple[Span, ...]]

    def clause_at(self, position: int) -> Span:
        """The clause that this place is in."""
        index = bisect_right(self.starts, position) - 1
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        return self.starts[index], end

    def has(self, act: str, within: Span | None = None) -> bool:
        """Whether the line, or a part of it, has this act."""
        spans = self.acts.get(act, ())
        return bool(spans) if within is None else any(within[0] <= start < within[1] for start, _ in spans)

    def last_before(self, act: str, position: int) -> Span | None:
        """The nearest act of this kind that begins before the place."""
        found = [span for span in self.acts.get(act, ()) if span[0] < position]
        return found[-1] if found else None


def read_line(text: str, lexicon: Lexicon) -> Reading:
    """Find clauses, at marks and at words that begin them, and all acts."""
    starts = {0}
    starts |= {index + 1 for index, character in enumerate(text) if character in "|?"}
    starts |= {found.start() for found in lexicon.clause_start.finditer(text)}
    acts = {}
    for act, pattern in lexicon.acts.items():
        spans = tuple(found.span() for found in pattern.finditer(text) if found.end() > found.start())
        if spans:
            acts[act] = spans
    return Reading(text, tuple(sorted(start for start in starts if start < len(text) or start == 0)), acts)


def is_denied(reading: Reading, position: int, near: int) -> bool:
    """Whether a "not" reaches the place: one shortly before it in its clause, with no "but" or "is" between."""
    denial = reading.last_before("negation", position)
    if denial is None or denial[0] < reading.clause_at(position)[0] or position - denial[1] > near:
        return False
    return not any(denial[1] <= start and end <= position for start, end in reading.acts.get("contrast", ()))


def is_corrected_to(reading: Reading, position: int, near: int) -> bool:
    """Whether the place is what is said instead: "not A but B"."""
    denial = reading.last_before("negation", position)
    if denial is None or position - denial[1] > 4 * near:
        return False
    return any(denial[1] <= start and end <= position for start, end in reading.acts.get("contrast", ()))
