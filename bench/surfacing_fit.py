"""Fits the weights of the surfacing engine on the tuned recorded rooms, and says how well they do on rooms left out.

    python -m bench.surfacing_fit [--write] [--ridge X] [--wording X] [--folds N | --batches] [--share X]

Rooms are replayed, each with weights fitted on other rooms. The evidence for every product that was weighed, and the
signs that a line turns to something, are labelled by the true moments. A logistic regression of each is fitted: weights
that all languages share, by how much each differs, and what runs of words are worth, these with a ridge of their own.
How sure one must be (`least`) stays as it stands in the file. Figures are of rooms that the weights were not fitted on:
F1 over false cues an hour, as all thresholds are moved together. `--batches` leaves out rooms that were added to the
repository together; `--share` fits on so many of the others only.
"""

import argparse
import json
import math
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from bench.surfacing_prior import PRIOR
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array, diags_array

from xiaodian.contracts.surfacing import Bag, Cue, Signal, Transcript
from xiaodian.modules.surfacing.engine.candidate import Candidate
from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.engine.model import Least, Weights, load_weights, probability
from xiaodian.modules.surfacing.engine.turning import begun_ms
from xiaodian.modules.surfacing.recordings import CueLine, read_cues, read_room
from xiaodian.modules.surfacing.scoring import EARLY_MS, LATE_MS, Score, score_cues

TUNED = Path(__file__).parent / "rooms/tuned"
TARGET = Path(__file__).parents[1] / "src/xiaodian/modules/surfacing/engine/weights.toml"
WORDING = TARGET.with_name("wording.json")
LANGUAGES = ("zh", "en")
WORDED = {"wording": 1.0, "look_wording": 1.0, "turn_wording": 1.0}
"""What a line's wording tells is log odds as it is."""
LEAST_ROOMS = 4
"""A run that fewer hosts say tells of them, not of hosts."""
LEAST_WORTH = 0.03
"""So little a run may be worth and be left out."""
SHIFTS = (-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9)
"""By how much all thresholds are moved, in log odds, for the curve."""


class Row(NamedTuple):
    """What was weighed once, and whether a moment began."""

    lang: str
    evidence: dict[str, float]
    label: float
    runs: tuple[str, ...] = ()
    room: str = ""


class Parts(NamedTuple):
    """What evidence is worth: to `all`, and what each language adds; and runs of words, by language."""

    worth: Mapping[str, dict[str, float]]
    wording: Mapping[str, dict[str, float]]


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
    runs: tuple[str, ...]

    def _decide(self, candidates: list[Candidate]) -> list[Cue]:
        self.candidates = self.candidates + candidates
        return super()._decide(candidates)

    def _likely_turn(self, signs: dict[str, float], runs: tuple[str, ...]) -> float:
        self.signs, self.runs = signs, runs
        return super()._likely_turn(signs, runs)


def replay(room: Room, weights: Weights) -> tuple[Score, list[Row]]:
    """Score the room, and label what was weighed: 1 a moment begins, 0 none does. What counts for nothing is out."""
    engine, lang = Watched(room.bag, weights=weights), room.bag.lang[:2]
    cues, rows = [], []
    matched: set[int] = set()
    for signal in room.signals[1:]:
        engine.candidates = []
        engine.signs = {}
        made = engine.take(signal)
        if engine.signs and isinstance(signal, Transcript):
            rows.append(Row(lang, engine.signs, _turn_label(room, signal), engine.runs, room.name))
        for candidate in engine.candidates:
            label = _label(room.truth, matched, candidate)
            if label is not None:
                evidence = {code: value for code, value in candidate.evidence.items() if code not in WORDED}
                rows.append(Row(lang, evidence, label, candidate.runs, room.name))
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


def fit(rows: Sequence[Row], ridge: float, ridge_of_runs: float) -> Parts:
    """Both models: which lines turn to something, and what they turn to."""
    turns = _fit([row for row in rows if _is_turn(row)], ridge, ridge_of_runs)
    products = _fit([row for row in rows if not _is_turn(row)], ridge, ridge_of_runs)
    return Parts(
        worth={part: turns.worth[part] | products.worth[part] for part in products.worth},
        wording={lang: turns.wording[lang] | products.wording[lang] for lang in LANGUAGES},
    )


def _is_turn(row: Row) -> bool:
    return "turn_bias" in row.evidence


def _fit(rows: Sequence[Row], ridge: float, ridge_of_runs: float) -> Parts:
    """Logistic regression with a ridge: evidence towards the prior, runs of words towards nothing."""
    prior = {code: worth for code, worth in PRIOR.items() if code.startswith("turn_") is any(map(_is_turn, rows))}
    codes = sorted({code for row in rows for code in row.evidence} | prior.keys())
    seen = Counter((lang, run) for lang, run, _ in {(row.lang, run, row.room) for row in rows for run in row.runs})
    runs = sorted(key for key, in_rooms in seen.items() if in_rooms >= LEAST_ROOMS)
    values = _table(rows, codes, runs)
    count, parts = len(codes), ("all", *LANGUAGES)
    priors = np.zeros(values.shape[1])
    priors[:count] = [prior.get(code, 0.0) for code in codes]
    scale = np.full(values.shape[1], ridge**-0.5)
    scale[len(parts) * count :] = ridge_of_runs**-0.5
    worth = priors + scale * _descend(values @ diags_array(scale), values @ priors, [row.label for row in rows])
    return Parts(
        worth={
            part: dict(zip(codes, worth[place * count : (place + 1) * count].round(3).tolist(), strict=True))
            for place, part in enumerate(parts)
        },
        wording={
            lang: {
                run: round(float(value), 3)
                for (own, run), value in zip(runs, worth[len(parts) * count :], strict=True)
                if own == lang and abs(value) >= LEAST_WORTH
            }
            for lang in LANGUAGES
        },
    )


def _descend(values: csr_array, offset: NDArray[np.float64], labels: Sequence[float]) -> NDArray[np.float64]:
    """Weights of a logistic regression with a ridge of one, beside log odds that are given."""
    turned, wanted = values.T.tocsr(), np.array(labels)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = offset + values @ weights
        chance = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        miss = float((np.logaddexp(0, odds) - wanted * odds).sum() + 0.5 * weights @ weights)
        return miss, turned @ (chance - wanted) + weights

    start = np.zeros(values.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300, "maxcor": 20, "ftol": 1e-8})
    weights: NDArray[np.float64] = found.x
    return weights


def _table(rows: Sequence[Row], codes: Sequence[str], runs: Sequence[tuple[str, str]]) -> csr_array:
    """Columns: evidence of all, of each language, then runs."""
    code_at = {code: place for place, code in enumerate(codes)}
    run_at = {key: place for place, key in enumerate(runs, (1 + len(LANGUAGES)) * len(codes))}
    at_row, at_column, values = [], [], []
    for index, row in enumerate(rows):
        own = (1 + LANGUAGES.index(row.lang)) * len(codes)
        cells = [(code_at[code] + part, value) for code, value in row.evidence.items() for part in (0, own)]
        cells += [(run_at[row.lang, run], 1.0) for run in row.runs if (row.lang, run) in run_at]
        at_row += [index] * len(cells)
        at_column += [column for column, _ in cells]
        values += [value for _, value in cells]
    shape = (len(rows), (1 + len(LANGUAGES)) * len(codes) + len(runs))
    return csr_array((values, (at_row, at_column)), shape=shape)


def of_language(parts: Parts, lang: str, least: Least) -> Weights:
    """The weights that a room of the language is decided with."""
    own = parts.worth.get(lang, {})
    worth = {code: value + own.get(code, 0.0) for code, value in parts.worth["all"].items()}
    return Weights(worth=worth | WORDED, least=least, wording=parts.wording.get(lang, {}))


def fit_rooms(rooms: Sequence[Room], ridge: float, ridge_of_runs: float, least: Least) -> Parts:
    """Weights from what rooms gave while they were played as new ones are: with weights fitted on the other half."""
    rows = _rows(rooms, Parts({"all": PRIOR}, {}), least)
    first, second = (fit(_flat(half), ridge, ridge_of_runs) for half in (rows[::2], rows[1::2]))
    played = [*_rows(rooms[::2], second, least), *_rows(rooms[1::2], first, least)]
    return fit(_flat(played), ridge, ridge_of_runs)


def _rows(rooms: Sequence[Room], parts: Parts, least: Least) -> list[list[Row]]:
    return [replay(room, of_language(parts, room.bag.lang[:2], least))[1] for room in rooms]


def _flat(rows: Iterable[list[Row]]) -> list[Row]:
    return [row for of_room in rows for row in of_room]


def _shift(least: Least, by: float) -> Least:
    return Least(*(round(probability(math.log(value / (1 - value)) + by), 4) for value in least))


def _groups(rooms: Sequence[Room], folds: int, is_by_batch: bool) -> list[list[Room]]:
    """Rooms that are left out together."""
    if not is_by_batch:
        return [list(rooms[fold::folds]) for fold in range(folds)]
    command = ["git", "log", "--diff-filter=A", "--format=commit %h", "--name-only", "--", "*.script"]
    batch, batches = "", dict[str, str]()
    for line in subprocess.run(command, cwd=TUNED, capture_output=True, text=True, check=True).stdout.splitlines():
        batch = line if line.startswith("commit ") else batch
        batches.setdefault(Path(line).stem, batch)
    found: dict[str, list[Room]] = {}
    for room in rooms:
        found.setdefault(batches.get(room.name, ""), []).append(room)
    return list(found.values())


def main() -> None:
    """Fit with rooms left out by turns, print the figures, and write the weights of all if asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--ridge", type=float, default=6.0)
    parser.add_argument("--wording", type=float, default=15.0, help="ridge of the runs of words")
    parser.add_argument("--folds", type=int, default=7)
    parser.add_argument("--batches", action="store_true")
    parser.add_argument("--share", type=float, default=1.0)
    options = parser.parse_args()
    rooms, least = read_rooms(TUNED), load_weights("zh").least
    totals = {(lang, shift): Score() for lang in ("all", *LANGUAGES) for shift in SHIFTS}
    for held in _groups(rooms, options.folds, options.batches):
        others = [room for room in rooms if room not in held]
        others = [room for place, room in enumerate(others) if place * options.share % 1 < options.share]
        parts = fit_rooms(others, options.ridge, options.wording, least)
        for room in held:
            lang = room.bag.lang[:2]
            for shift in SHIFTS:
                score, _ = replay(room, of_language(parts, lang, _shift(least, shift)))
                totals["all", shift] += score
                totals[lang, shift] += score
                if not shift:
                    print(f"  {room.name:<34} {_tell(score)}")
    for (lang, shift), score in totals.items():
        print(f"left out, {lang}, at once {_shift(least, shift).at_once:.2f}: {_tell(score)}")
    if options.write:
        parts = fit_rooms(rooms, options.ridge, options.wording, least)
        weights = {lang: of_language(parts, lang, least) for lang in LANGUAGES}
        print(f"all: {_tell(sum((replay(room, weights[room.bag.lang[:2]])[0] for room in rooms), Score()))}")
        _write(parts, least)


def _write(parts: Parts, least: Least) -> None:
    lines = [
        "# Fitted by bench/surfacing_fit.py on the tuned rooms: log odds for a unit of evidence; languages add theirs.",
        "",
        "[least]",
        *(f"{name} = {value}" for name, value in least._asdict().items()),
    ]
    tables = ("worth", parts.worth["all"] | WORDED), *((lang, parts.worth[lang]) for lang in LANGUAGES)
    for name, table in tables:
        lines += ["", f"[{name}]", *(f"{code} = {worth}" for code, worth in sorted(table.items()) if worth)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    wording = {lang: dict(sorted(parts.wording[lang].items())) for lang in LANGUAGES}
    WORDING.write_text(
        json.dumps(wording, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8"
    )


def _tell(score: Score) -> str:
    late, false = score.median_lateness_ms or 0, score.false_per_hour or 0
    return (
        f"f1 {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}  "
        f"late {late:.0f} ms  false/h {false:.1f}"
    )


if __name__ == "__main__":
    main()
