"""Products that are turned to without being named: what a burst asks for, and what viewers open after a line."""

from collections.abc import Mapping

from xiaodian.modules.surfacing.engine.belief import Hint
from xiaodian.modules.surfacing.engine.discourse import Reading
from xiaodian.modules.surfacing.engine.matching import Match

_NAMED = 0.9
_LEAST_ODDS, _MOST_ODDS = -4.0, 3.0


def answers(
    reading: Reading, matches: Mapping[str, Match], asked: float, rivals: int, is_after: bool
) -> dict[str, float]:
    """Evidence that the host, who names nothing, turns to what a burst asks for; rivals are asked for as well.

    `is_after`: that it was heard was said in a line before.
    """
    named = max((match.score for match in matches.values()), default=0.0)
    evidence = {
        "burst_bias": 1.0,
        "burst_asked": asked,
        "burst_after": float(is_after),
        "burst_rivals": float(min(rivals, 3)),
        "burst_named_other": float(named >= _NAMED),
        "burst_opened": float(reading.has("present") or reading.has("handling")),
        "burst_put_off": float(reading.has("later") or reading.has("declining") or reading.has("gone")),
    }
    return {code: value for code, value in evidence.items() if value}


def confirms(hint: Hint, t_ms: int, clicked: float, wanted: float, in_time: float) -> dict[str, float]:
    """Evidence that the host turned to it some seconds ago, from viewers who open it or ask without a name."""
    evidence = {
        "click_bias": 1.0,
        "hint": hint.likelihood,
        "hint_age": (t_ms - hint.begun_ms) / 1000,
        "hint_detail": float(hint.is_detail),
        "hint_looked": float(hint.looked is not None),
        "hint_looked_odds": max(_LEAST_ODDS, min(hint.looked or 0.0, _MOST_ODDS)),
        "clicked": clicked,
        "wanted": wanted,
        "click_in_time": in_time,
    }
    return {code: value for code, value in evidence.items() if value}
