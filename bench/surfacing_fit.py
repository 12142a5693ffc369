"""Fits the weights of the surfacing engine on the tuned recorded rooms, and says how well they do on rooms left out.

    python -m bench.surfacing_fit [--write] [--ridge X] [--folds N]

Rooms are replayed, each with weights fitted on other rooms. The evidence for every product that was weighed, and the
signs that a line turns to something, are labelled by the true moments. A logistic regression of each is fitted: weights
that all languages share, and by how much each differs. How sure one must be (`least`) stays as it stands in the file.
Figures are of rooms that the weights were not fitted on.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xiaodian.contracts.surfacing import Bag, Cue, Signal, Transcript
from xiaodian.modules.surfacing.engine.engine import Candidate, Engine
from xiaodian.modules.surfacing.engine.model import Least, Weights, load_weights
from xiaodian.modules.surfacing.engine.turning import begun_ms
from xiaodian.modules.surfacing.recordings import CueLine, read_cues, read_room
from xiaodian.modules.surfacing.scoring import EARLY_MS, LATE_MS, Score, score_cues

TUNED = Path(__file__).parent / "rooms/tuned"
TARGET = Path(__file__).parents[1] / "src/xiaodian/modules/surfacing/engine/weights.toml"
Row = tuple[str, dict[str, float], float]
"""Language, evidence, and whether a moment began."""
Parts = dict[str, dict[str, float]]
"""Worth of evidence by its code: `all`, and what each language adds."""
LANGUAGES = ("zh", "en")
MOST_STEPS = 15
LEAST_STEP = 0.002
AT_ONCE = (0.65, 0.7, 0.75, 0.8, 0.85)
"""How sure a line alone must be, as tried on rooms left out."""


PRIOR = {
    "look_bias": -1.0,
    "look_odds": 0.8,
    "look_name": 0.5,
    "look_details": 0.5,
    "look_rival": -1.0,
    "look_before": -1.0,
    "look_margin": 0.5,
    "look_clicked": 2.0,
    "look_later": -1.0,
    "look_declining": -1.5,
    "look_story": -1.0,
    "look_change": -1.5,
    "look_gone": -1.0,
    "turn_bias": -3.0,
    "turn_present": 0.7,
    "turn_handling": 0.4,
    "turn_pointing": 0.5,
    "turn_return": 0.4,
    "turn_score": 0.5,
    "turn_current": -0.7,
    "turn_later": -0.5,
    "turn_story": -0.5,
    "turn_declining": -0.7,
    "opens": 1.0,
    "hint_detail": -0.5,
    "in_time": 1.0,
    "click_in_time": 2.0,
    "answering": -0.4,
    "asked": 1.0,
    "bias": -2.5,
    "burst_asked": 1.0,
    "burst_after": -0.5,
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
    "denied_part": -1.5,
    "detail": 0.5,
    "distal": -0.5,
    "elsewhere_before": -0.3,
    "elsewhere_here": -1.0,
    "fetching_here": -0.5,
    "flip": -0.5,
    "gone_here": -1.0,
    "gone_reaches": -1.0,
    "heard_asked": 0.5,
    "heard_opened": 0.8,
    "click_bias": -2.0,
    "clicked": 3.0,
    "wanted": 1.0,
    "hint": 4.0,
    "hint_age": -0.1,
    "hinted": 2.0,
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
    signs: dict[str, float]

    def _decide(self, candidates: list[Candidate]) -> list[Cue]:
        self.candidates = self.candidates + candidates
        return super()._decide(candidates)

    def _likely_turn(self, signs: dict[str, float]) -> float:
        self.signs = signs
        return super()._likely_turn(signs)


def replay(room: Room, weights: Weights) -> tuple[Score, list[Row]]:
    """Score the room, and label what was weighed: 1 a moment begins, 0 none does. What counts for nothing is out."""
    engine = Watched(room.bag, weights=weights)
    cues, rows = [], []
    matched: set[int] = set()
    for signal in room.signals[1:]:
        engine.candidates = []
        engine.signs = {}
        made = engine.take(signal)
        if engine.signs and isinstance(signal, Transcript):
            rows.append((room.bag.lang[:2], engine.signs, _turn_label(room, signal)))
        for candidate in engine.candidates:
            label = _label(room.truth, matched, candidate)
            if label is not None:
                rows.append((room.bag.lang[:2], candidate.evidence, label))
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


def _turn_label(room: Room, line: Transcript) -> float:
    begun = begun_ms(line.text, room.bag.lang[:2], line.t_ms)
    return float(any(begun - 500 <= moment.t_ms <= line.t_ms + 500 for moment in room.truth))


def fit(rows: Sequence[Row], ridge: float) -> Parts:
    """Both models: which lines turn to something, and what they turn to."""
    turns, products = (
        _fit([row for row in rows if _is_turn(row)], ridge),
        _fit([row for row in rows if not _is_turn(row)], ridge),
    )
    return {part: turns[part] | products[part] for part in products}


def _is_turn(row: Row) -> bool:
    return "turn_bias" in row[1]


def _fit(rows: Sequence[Row], ridge: float) -> Parts:
    """Logistic regression with a ridge towards the prior, by Newton's method: `all`, and what each language adds."""
    prior = {code: worth for code, worth in PRIOR.items() if code.startswith("turn_") is any(map(_is_turn, rows))}
    codes = sorted({code for _, evidence, _ in rows for code in evidence} | prior.keys())
    known = [_table([row for row in rows if row[0] == lang], codes) for lang in LANGUAGES]
    parts, count = ("all", *LANGUAGES), len(codes)
    priors = np.zeros((len(parts), count))
    priors[0] = [prior.get(code, 0.0) for code in codes]
    weights = priors.copy()
    for _ in range(MOST_STEPS):
        slope = ridge * (weights - priors)
        curve = np.zeros((len(parts), count, len(parts), count))
        for own, (values, labels) in enumerate(known, 1):
            odds = 1 / (1 + np.exp(-np.clip(values @ (weights[0] + weights[own]), -30, 30)))
            bend = (values * (odds * (1 - odds))[:, None]).T @ values
            for part in (0, own):
                slope[part] += values.T @ (odds - labels)
                for other in (0, own):
                    curve[part, :, other] += bend
        size = len(parts) * count
        step = np.linalg.solve(curve.reshape(size, size) + ridge * np.eye(size), slope.reshape(size))
        weights -= step.reshape(weights.shape)
        if np.abs(step).max() < LEAST_STEP:
            break
    return {
        part: {code: round(float(worth), 3) for code, worth in zip(codes, own, strict=True)}
        for part, own in zip(parts, weights, strict=True)
    }


def _table(rows: Sequence[Row], codes: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evidence by row and code, and the labels."""
    place = {code: index for index, code in enumerate(codes)}
    values = np.zeros((len(rows), len(codes)))
    for row, (_, evidence, _) in enumerate(rows):
        for code, value in evidence.items():
            values[row, place[code]] = value
    return values, np.array([label for _, _, label in rows])


def of_language(parts: Parts, lang: str, least: Least) -> Weights:
    """The weights that a room of the language is decided with."""
    worth = {code: value + parts.get(lang, {}).get(code, 0.0) for code, value in parts["all"].items()}
    return Weights(worth=worth, least=least)


def fit_rooms(rooms: Sequence[Room], ridge: float, least: Least) -> Parts:
    """Weights from what rooms gave while they were played as new ones are: with weights fitted on the other half."""
    rows = _rows(rooms, {"all": PRIOR}, least)
    halves = [rooms[::2], rooms[1::2]]
    fitted = [fit(half_rows, ridge) for half_rows in (_flat(rows[::2]), _flat(rows[1::2]))]
    return fit([*_flat(_rows(halves[0], fitted[1], least)), *_flat(_rows(halves[1], fitted[0], least))], ridge)


def _rows(rooms: Sequence[Room], parts: Parts, least: Least) -> list[list[Row]]:
    return [replay(room, of_language(parts, room.bag.lang[:2], least))[1] for room in rooms]


def _flat(rows: Sequence[list[Row]]) -> list[Row]:
    return [row for of_room in rows for row in of_room]


def main() -> None:
    """Fit with rooms left out by turns, print the figures, and write the weights of all if asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--ridge", type=float, default=6.0)
    parser.add_argument("--folds", type=int, default=11)
    options = parser.parse_args()
    rooms, least = read_rooms(TUNED), load_weights("zh").least
    totals = {at_once: Score() for at_once in sorted({*AT_ONCE, least.at_once})}
    for fold in range(options.folds):
        others = [room for index, room in enumerate(rooms) if index % options.folds != fold]
        parts = fit_rooms(others, options.ridge, least)
        for room in rooms[fold :: options.folds]:
            for at_once in totals:
                score, _ = replay(room, of_language(parts, room.bag.lang[:2], least._replace(at_once=at_once)))
                totals[at_once] += score
                if at_once == least.at_once:
                    print(f"  {room.name:<34} {_tell(score)}")
    for at_once, score in totals.items():
        print(f"left out, at once {at_once}: {_tell(score)}")
    parts = fit_rooms(rooms, options.ridge, least)
    weights = {lang: of_language(parts, lang, least) for lang in LANGUAGES}
    print(f"all: {_tell(sum((replay(room, weights[room.bag.lang[:2]])[0] for room in rooms), Score()))}")
    if options.write:
        _write(parts, least)


def _write(parts: Parts, least: Least) -> None:
    lines = [
        "# Fitted by bench/surfacing_fit.py on the tuned rooms: log odds for a unit of evidence; languages add theirs.",
        "",
        "[least]",
        *(f"{name} = {value}" for name, value in least._asdict().items()),
    ]
    for name, table in (("worth", parts["all"]), *((lang, parts[lang]) for lang in LANGUAGES)):
        lines += ["", f"[{name}]", *(f"{code} = {worth}" for code, worth in sorted(table.items()) if worth)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _tell(score: Score) -> str:
    late, false = score.median_lateness_ms or 0, score.false_per_hour or 0
    return (
        f"f1 {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}  "
        f"late {late:.0f} ms  false/h {false:.1f}"
    )


if __name__ == "__main__":
    main()
