"""The scoring model: evidence times weights, added up to log odds. The weights were fitted on recorded rooms."""

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

MOST_WORDING = 4.0
"""More than this the wording of a line does not tell, however many of its runs are known."""


class Least(NamedTuple):
    """How likely a card must be right to come up."""

    at_once: float = 0.75
    """When a line alone speaks for it."""
    looked_again: float = 0.6
    """When it is known what was said after the line, or that nothing was."""
    by_clicks: float = 0.75
    """When viewers open, buy or ask what a doubtful line was about."""
    answered: float = 0.65
    """When a burst of viewers asks for it and the host says that they were heard."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What a unit of each evidence is worth in log odds, and how sure one must be."""

    worth: Mapping[str, float]
    least: Least
    wording: Mapping[str, float] = field(default_factory=dict)
    """What runs of words are worth (`wording.json`)."""

    def worded(self, code: str, runs: Iterable[str]) -> dict[str, float]:
        """What the wording of a line tells, as one evidence of this name."""
        if not self.wording:
            return {}
        told = math.fsum(self.wording.get(run, 0.0) for run in runs)
        return {code: max(-MOST_WORDING, min(told, MOST_WORDING))}

    def terms(self, evidence: Mapping[str, float]) -> list[tuple[str, float]]:
        """What each evidence contributes, the strongest first."""
        found = [(code, self.worth.get(code, 0.0) * value) for code, value in evidence.items()]
        return sorted(found, key=lambda term: (-abs(term[1]), term[0]))

    def log_odds(self, evidence: Mapping[str, float]) -> float:
        """All contributions together."""
        return math.fsum(self.worth.get(code, 0.0) * value for code, value in evidence.items())


def probability(log_odds: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


@cache
def load_weights(lang: str) -> Weights:
    """The fitted weights of a language: what is common to all, and by how much this one differs."""
    with (Path(__file__).parent / "weights.toml").open("rb") as file:
        table = tomllib.load(file)
    worth, own = table["worth"], table[lang]
    with (Path(__file__).parent / "wording.json").open("rb") as file:
        wording = json.load(file)[lang]
    both = {code: worth.get(code, 0.0) + own.get(code, 0.0) for code in worth.keys() | own.keys()}
    return Weights(worth=both, least=Least(**table["least"]), wording=wording)
