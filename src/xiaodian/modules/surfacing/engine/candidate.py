"""A product that a line may turn to, with all that speaks for and against it."""

from dataclasses import dataclass

from xiaodian.modules.surfacing.engine.belief import Hint


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A product that a line may turn to, with what speaks for and against it."""

    product_id: str
    t_ms: int
    begun_ms: int
    """When the line began to tell."""
    evidence: dict[str, float]
    words: str
    named_by: str
    """The kind of the part that names it best."""
    log_odds: float
    runs: tuple[str, ...] = ()
    """How the line is worded; what that tells is in the evidence already."""

    @property
    def is_declined(self) -> bool:
        """Whether the line itself says that it is not gone into: nothing that viewers do makes a turn of that."""
        return bool(self.evidence.keys() & {"denied", "declining_here", "declining_reaches"})

    def as_hint(self, likelihood: float) -> Hint:
        """What is remembered of it if it is not sure enough."""
        return Hint(
            self.t_ms,
            self.log_odds,
            likelihood,
            self.words,
            self.named_by,
            self.begun_ms,
            is_detail="detail_alone" in self.evidence,
            is_asked=bool(self.evidence.keys() & {"asked", "burst_asked", "heard_asked"}),
        )
