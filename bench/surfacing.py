"""Surfacing: how well the right product comes up, and what it costs.

    python bench/surfacing.py [--quick]

Rooms (bench/rooms, see its README): the half that weights and word lists were made with is `tuned`; of the other half,
`unseen`, nobody who works on the engine looks at more than these totals.

f1_unseen, precision_unseen, recall_unseen   over all cues of the rooms of that half; also f1_unseen_zh, f1_unseen_en
f1_tuned                                     the same of the tuned half, for the gap between them
lateness_median_ms                           from the beginning of the presenting to its cue, unseen rooms
lateness_after_speech_median_ms              from the end of the line that begins it: what the engine itself adds
false_cues_per_hour                          unseen rooms
naive_f1_unseen, naive_false_cues_per_hour   the first product whose title or number is named, for comparison
room_core_percent                            CPU of one engine at 50 signals a second, as percent of a core; budget 2
orders_share_of_best_after_200, _1000, _10000   when cards of videos come up, as learned (bench/surfacing_learning.py)
fixed_…, random_…, leavers_ratio             the same of the middle, of any moment; who leaves against no card
decision_p99_ms, line_p99_ms                 wall time for one signal, and for one line of speech; budget 1000
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.surfacing_fit import Room, read_rooms
from bench.surfacing_learning import FILMS, QUICK_FILMS, measure
from bench.surfacing_naive import naive_cues

from xiaodian.contracts.surfacing import BagClick, Comment, Cue, Purchase, Signal, Transcript, Viewers
from xiaodian.modules.surfacing.api import Engine, Score, score_cues

ROOMS = Path(__file__).parent / "rooms"
SIGNALS_PER_S = 50
Figure = tuple[str, float, str]


def room_figures(_is_quick: bool) -> Iterator[Figure]:
    """Both halves, the languages apart, and the naive way beside them."""
    unseen, tuned = read_rooms(ROOMS / "unseen"), read_rooms(ROOMS / "tuned")
    scores = {half: _score(rooms, _engine_cues) for half, rooms in (("unseen", unseen), ("tuned", tuned))}
    for half, score in scores.items():
        yield f"f1_{half}", score.f1, ""
        yield f"precision_{half}", score.precision, ""
        yield f"recall_{half}", score.recall, ""
        yield f"false_cues_per_hour{'' if half == 'unseen' else '_tuned'}", score.false_per_hour or 0, "per hour"
    yield "lateness_median_ms", scores["unseen"].median_lateness_ms or 0, "ms"
    yield "lateness_after_speech_median_ms", _after_speech_ms(unseen), "ms"
    for lang in ("zh", "en"):
        score = _score([room for room in unseen if room.bag.lang[:2] == lang], _engine_cues)
        yield f"f1_unseen_{lang}", score.f1, ""
        yield f"lateness_median_ms_{lang}", score.median_lateness_ms or 0, "ms"
        yield f"false_cues_per_hour_{lang}", score.false_per_hour or 0, "per hour"
    naive = _score(unseen, naive_cues)
    yield "naive_f1_unseen", naive.f1, ""
    yield "naive_false_cues_per_hour", naive.false_per_hour or 0, "per hour"


def cost_figures(is_quick: bool) -> Iterator[Figure]:
    """A busy room of its own signals, ten times denser than hosts talk."""
    bag_room = read_rooms(ROOMS / "tuned")[0]
    signals = list(_busy_room(bag_room, seconds=60 if is_quick else 600))
    engine = Engine(bag_room.bag)
    took: list[tuple[float, bool]] = []
    cpu = time.process_time()
    for signal in signals:
        begun = time.perf_counter()
        engine.take(signal)
        took.append((time.perf_counter() - begun, isinstance(signal, Transcript)))
    cpu = time.process_time() - cpu
    yield "room_core_percent", 100 * cpu / (signals[-1].t_ms / 1000), "%"
    yield "decision_p99_ms", 1000 * _p99([seconds for seconds, _ in took]), "ms"
    yield "line_p99_ms", 1000 * _p99([seconds for seconds, is_line in took if is_line]), "ms"


def learning_figures(is_quick: bool) -> Iterator[Figure]:
    """Of short videos, by simulated audiences."""
    for name, value in measure(QUICK_FILMS if is_quick else FILMS, seed=1).items():
        yield name, value, ""


PARTS: tuple[Callable[[bool], Iterator[Figure]], ...] = (room_figures, cost_figures, learning_figures)


def _engine_cues(room: Room) -> list[Cue]:
    engine = Engine(room.bag)
    return [cue for signal in room.signals[1:] for cue in engine.take(signal)]


def _score(rooms: list[Room], way: Callable[[Room], list[Cue]]) -> Score:
    return sum((score_cues(room.truth, way(room), room.signals[-1].t_ms) for room in rooms), Score())


def _after_speech_ms(rooms: list[Room]) -> float:
    """From the last line of speech, at the cue or before it, to the cue."""
    waits = []
    for room in rooms:
        lines = [signal.t_ms for signal in room.signals if isinstance(signal, Transcript)]
        for cue in _engine_cues(room):
            before = [t_ms for t_ms in lines if t_ms <= cue.t_ms]
            if before and cue.reason.code not in {"host", "flash_sale"}:
                waits.append(cue.t_ms - before[-1])
    return statistics.median(waits) if waits else 0


def _busy_room(room: Room, seconds: int) -> Iterator[Signal]:
    chance = random.Random(7)
    lines = [signal.text for signal in room.signals if isinstance(signal, Transcript)]
    comments = [signal.text for signal in room.signals if isinstance(signal, Comment)]
    products = [product.product_id for product in room.bag.products]
    for index in range(seconds * SIGNALS_PER_S):
        t_ms, account = index * 1000 // SIGNALS_PER_S, f"u{chance.randrange(5_000)}"
        kind = chance.random()
        if index % 100 == 0:
            # A line of speech every two seconds is a fast talker.
            yield Transcript(t_ms=t_ms, text=chance.choice(lines))
        elif kind < 0.6:
            text = chance.choice(comments)
            yield Comment(t_ms=t_ms, account=account, text=text if chance.random() < 0.5 else f"{text}{index}")
        elif kind < 0.85:
            yield BagClick(t_ms=t_ms, account=account, product_id=chance.choice(products))
        elif kind < 0.95:
            yield Purchase(t_ms=t_ms, account=account, product_id=chance.choice(products))
        else:
            yield Viewers(t_ms=t_ms, n=chance.randrange(10_000))


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def main() -> None:
    """Print one figure a line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a shorter busy room; the recorded rooms are all replayed")
    options = parser.parse_args()
    for part in PARTS:
        for name, value, unit in part(options.quick):
            print(f"{name}: {value:.3f} {unit}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
