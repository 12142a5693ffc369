"""Fits the weights of the surfacing engine on the tuned recorded rooms, and says how well they do on rooms left out.

    python -m bench.surfacing_fit [--write] [--rounds N] [--ridge X] [--folds N]

Each round replays the rooms with the weights so far, gathers the evidence for every product that a line named, labels
it by the true moments, and fits a logistic regression. Figures are of rooms that the weights were not fitted on.
"""

import argparse
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xiaodian.contracts.surfacing import Bag, Signal
from xiaodian.modules.surfacing.engine.discourse import Reading
from xiaodian.modules.surfacing.engine.engine import Candidate, Engine
from xiaodian.modules.surfacing.engine.matching import Match
from xiaodian.modules.surfacing.engine.model import Weights, load_weights
from xiaodian.modules.surfacing.recordings import CueLine, read_cues, read_room
from xiaodian.modules.surfacing.scoring import EARLY_MS, LATE_MS, Score, score_cues

TUNED = Path(__file__).parent / "rooms/tuned"
TARGET = Path(__file__).parents[1] / "src/xiaodian/modules/surfacing/engine/weights.toml"
Row = tuple[dict[str, float], float]


PRIOR = {
    "answering": -0.4,
    "asked": 1.0,
    "bias": -2.5,
    "burst_asked": 1.0,
    "burst_bias": -1.5,
    "burst_named_other": -2.0,
    "burst_opened": 0.8,
    "burst_put_off": -3.0,
    "burst_rivals": -1.0,
    "change_after": -2.5,
    "comparing_here": -0.4,
    "declining_here": -3.0,
    "declining_line": -0.7,
    "declining_reaches": -2.5,
    "denied": -2.5,
    "detail": 0.5,
    "distal": -0.5,
    "elsewhere_before": -0.3,
    "elsewhere_here": -1.0,
    "flip": -0.5,
    "gone_here": -1.0,
    "gone_reaches": -1.0,
    "heard_asked": 1.0,
    "hinted": 1.0,
    "introduced": 0.3,
    "latecomer": 0.3,
    "later_here": -2.5,
    "later_reaches": -1.5,
    "lead_in": 0.2,
    "many": -1.0,
    "margin": 0.7,
    "name": 0.5,
    "number": 0.5,
    "number_first": 0.4,
    "outright": 0.8,
    "outright_late": 0.5,
    "outright_return": 0.8,
    "passing_here": -0.5,
    "plain": -0.3,
    "plain_other": -0.3,
    "name_and_price": 0.4,
    "present_before": 0.4,
    "present_near": 0.8,
    "price": 0.8,
    "price_alone": -0.8,
    "recap_here": -0.5,
    "rivals": -0.3,
    "same": -0.5,
    "size_word": 0.3,
    "sound": 0.5,
    "sound_alone": -0.2,
    "story_before": -0.5,
    "story_here": -1.0,
    "tied": -1.5,
    "under_way": -2.5,
    "unopened": -0.5,
    "whole_name": 0.4,
    "warm": -0.3,
}
"""What a linguist would say before having heard a room. Rare evidence stays near it; of frequent, the rooms decide."""


@dataclass(frozen=True)
class Room:
    """A recorded room with its true moments."""

    name: str
    signals: list[Signal]
    truth: list[CueLine]

    @property
    def bag(self) -> Bag:
        """What it begins with."""
        assert isinstance(self.signals[0], Bag)
        return self.signals[0]


def read_rooms(folder: Path) -> list[Room]:
    """All rooms of a folder."""
    rooms = []
    for path in sorted(folder.glob("*.room.jsonl")):
        name = path.name.removesuffix(".room.jsonl")
        with path.open("rb") as room, (folder / f"{name}.truth.jsonl").open("rb") as truth:
            rooms.append(Room(name, list(read_room(room)), read_cues(truth)))
    return rooms


class Watched(Engine):
    """An engine that lets one look at what it weighs."""

    candidates: list[Candidate]

    def _weigh(self, reading: Reading, matches: dict[str, Match]) -> list[Candidate]:
        self.candidates = super()._weigh(reading, matches)
        return self.candidates

    def _weigh_unnamed(self, reading: Reading, matches: dict[str, Match]) -> list[Candidate]:
        unnamed = super()._weigh_unnamed(reading, matches)
        self.candidates = [*self.candidates, *unnamed]
        return unnamed


def replay(room: Room, weights: Weights) -> tuple[Score, list[Row]]:
    """Score the room, and label what was weighed: 1 a moment begins, 0 none does. What counts for nothing is out."""
    engine = Watched(room.bag, weights=weights)
    cues, rows = [], []
    matched: set[int] = set()
    for signal in room.signals[1:]:
        engine.candidates = []
        made = engine.take(signal)
        for candidate in engine.candidates:
            label = _label(room.truth, matched, candidate)
            if label is not None:
                rows.append((candidate.evidence, label))
        for cue in made:
            cues.append(cue)
            for index, moment in enumerate(room.truth):
                if (
                    index not in matched
                    and moment.product_id == cue.product_id
                    and -EARLY_MS <= cue.t_ms - moment.t_ms <= LATE_MS
                ):
                    matched.add(index)
                    break
    return score_cues(room.truth, cues, room.signals[-1].t_ms), rows


def _label(truth: list[CueLine], matched: set[int], candidate: Candidate) -> float | None:
    for index, moment in enumerate(truth):
        if moment.product_id != candidate.product_id:
            continue
        since_ms = candidate.t_ms - moment.t_ms
        if index not in matched and -EARLY_MS <= since_ms <= LATE_MS:
            return 1.0
        if since_ms >= -EARLY_MS and candidate.t_ms <= moment.until_ms and index in matched:
            return 0.0
    return 0.0


def fit(rows: list[Row], ridge: float, steps: int = 250) -> dict[str, float]:
    """Logistic regression with a ridge, by Adam over all rows at once; deterministic."""
    codes = sorted({code for evidence, _ in rows for code in evidence} | PRIOR.keys())
    place = {code: index for index, code in enumerate(codes)}
    sparse = [([(place[code], value) for code, value in evidence.items()], label) for evidence, label in rows]
    priors = [PRIOR.get(code, 0.0) for code in codes]
    weights = list(priors)
    first, second = [0.0] * len(codes), [0.0] * len(codes)
    for step in range(1, steps + 1):
        slope = [ridge * (weight - prior) for weight, prior in zip(weights, priors, strict=True)]
        for terms, label in sparse:
            odds = sum(weights[index] * value for index, value in terms)
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))) - label
            if abs(error) > 1e-4:
                for index, value in terms:
                    slope[index] += error * value
        rate = 0.12 if step < steps * 0.7 else 0.03
        for index, value in enumerate(slope):
            first[index] = 0.9 * first[index] + 0.1 * value
            second[index] = 0.99 * second[index] + 0.01 * value * value
            mean, spread = first[index] / (1 - 0.9**step), second[index] / (1 - 0.99**step)
            weights[index] -= rate * mean / (math.sqrt(spread) + 1e-6)
    return {code: round(weights[index], 3) for code, index in place.items()}


def fit_rooms(rooms: Iterable[Room], start: Weights, rounds: int, ridge: float) -> Weights:
    """Weights after some rounds of replaying and fitting."""
    rooms = list(rooms)
    weights = start
    rows: list[Row] = []
    for _ in range(rounds):
        rows = [*rows, *(row for room in rooms for row in replay(room, weights)[1])][-40_000:]
        weights = Weights(worth=fit(rows, ridge), threshold=start.threshold)
    return weights


def main() -> None:
    """Fit with rooms left out by turns, print the figures, and write the weights of all if asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ridge", type=float, default=4.0)
    parser.add_argument("--folds", type=int, default=6)
    options = parser.parse_args()
    rooms, start = read_rooms(TUNED), load_weights()
    totals: dict[float, Score] = {}
    for fold in range(options.folds):
        weights = fit_rooms(
            (room for index, room in enumerate(rooms) if index % options.folds != fold),
            start,
            options.rounds,
            options.ridge,
        )
        for index, room in enumerate(rooms):
            if index % options.folds == fold:
                for threshold in sorted({0.5, start.threshold, 0.6}):
                    score, _ = replay(room, Weights(worth=weights.worth, threshold=threshold))
                    totals[threshold] = totals.get(threshold, Score()) + score
                    if threshold == start.threshold:
                        print(f"  {room.name:<34} {_tell(score)}")
    for threshold, score in totals.items():
        print(f"left out, threshold {threshold}: {_tell(score)}")
    weights = fit_rooms(rooms, start, options.rounds, options.ridge)
    seen = sum((replay(room, weights)[0] for room in rooms), Score())
    print(f"all: {_tell(seen)}")
    if options.write:
        lines = [
            f"threshold = {start.threshold}",
            "",
            "[worth]",
            *(f"{code} = {worth}" for code, worth in sorted(weights.worth.items())),
        ]
        TARGET.write_text(
            "# Fitted by bench/surfacing_fit.py on the tuned rooms: log odds for a unit of evidence.\n"
            + "\n".join(lines)
            + "\n",
            encoding="utf-8",
        )


def _tell(score: Score) -> str:
    late, false = score.median_lateness_ms or 0, score.false_per_hour or 0
    return (
        f"f1 {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}  "
        f"late {late:.0f} ms  false/h {false:.1f}"
    )


if __name__ == "__main__":
    main()
