"""The second look: what is said just after a line tells whether the host stays with its product or only named it."""

from collections.abc import Mapping

from xiaodian.modules.surfacing.engine.belief import Hint
from xiaodian.modules.surfacing.engine.discourse import Reading
from xiaodian.modules.surfacing.engine.matching import Match

MOST_SCORE = 2.0
LEAST_ODDS, MOST_ODDS = -2.5, 4.0
_NAMES = ("name", "sound", "head", "number", "likely_number", "size_word")
_DETAILS = ("price", "near_price", "size", "sku")


def look_again(
    hint: Hint,
    reading: Reading,
    matches: Mapping[str, Match],
    product_id: str,
    current: str | None,
    t_ms: int,
    clicked: float,
    in_time: float,
) -> dict[str, float]:
    """Evidence that the host turned to the product with the line of the hint, from the line that came after it."""
    own = matches.get(product_id)
    others = {key: match.score for key, match in matches.items() if key != product_id}
    before = others.pop(current, 0.0) if current else 0.0
    rival, score = max(others.values(), default=0.0), own.score if own else 0.0
    evidence = {
        "look_bias": 1.0,
        "look_odds": max(LEAST_ODDS, min(hint.log_odds, MOST_ODDS)),
        "look_age": (t_ms - hint.begun_ms) / 8_000,
        "look_name": min(own.worth(*_NAMES), MOST_SCORE) if own else 0.0,
        "look_details": min(own.worth(*_DETAILS), MOST_SCORE) if own else 0.0,
        "look_rival": min(rival, MOST_SCORE),
        "look_margin": max(-MOST_SCORE, min(score - max(rival, before), MOST_SCORE)),
        "look_before": min(before, MOST_SCORE),
        "look_clicked": clicked,
        "look_in_time": in_time,
        "look_detail": float(hint.is_detail),
        "look_asked": float(hint.is_asked),
    }
    evidence |= {f"look_{act}": 1.0 for act in reading.acts}
    return {code: value for code, value in evidence.items() if value}


def hear_nothing(hint: Hint, clicked: float, in_time: float) -> dict[str, float]:
    """Evidence that the host turned to the product with the line of the hint, when no line has come after it."""
    evidence = {
        "look_bias": 1.0,
        "look_silent": 1.0,
        "look_silent_odds": max(LEAST_ODDS, min(hint.log_odds, MOST_ODDS)),
        "look_silent_clicked": clicked,
        "look_silent_in_time": in_time,
        "look_detail": float(hint.is_detail),
        "look_asked": float(hint.is_asked),
    }
    return {code: value for code, value in evidence.items() if value}
