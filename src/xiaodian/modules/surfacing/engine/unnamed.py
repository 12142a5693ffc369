"""Products that a line turns to without naming them: what a burst of viewers asks for, and the host answers."""

from collections.abc import Mapping

from xiaodian.modules.surfacing.engine.discourse import Reading
from xiaodian.modules.surfacing.engine.matching import Match

_NAMED = 0.9


def answers(reading: Reading, matches: Mapping[str, Match], asked: float, rivals: int) -> dict[str, float]:
    """Evidence that the host, who names nothing, turns to what a burst asks for; rivals are asked for as well."""
    named = max((match.score for match in matches.values()), default=0.0)
    evidence = {
        "burst_bias": 1.0,
        "burst_asked": asked,
        "burst_rivals": float(min(rivals, 3)),
        "burst_named_other": float(named >= _NAMED),
        "burst_opened": float(reading.has("present") or reading.has("handling")),
        "burst_put_off": float(reading.has("later") or reading.has("declining") or reading.has("gone")),
    }
    return {code: value for code, value in evidence.items() if value}
