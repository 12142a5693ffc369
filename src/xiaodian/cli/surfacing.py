"""`xiaodian surfacing replay ROOM.jsonl` and `xiaodian surfacing score TRUTH.jsonl CUES.jsonl`; `-` is standard input.
`xiaodian surfacing rebuild` makes anew what is learned of short videos.

Exit codes: 0 done, 1 the records cannot be read, 2 a file cannot be read or is not what it should be.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.surfacing import Bag
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.surfacing import api as surfacing
from xiaodian.settings import Settings

UNREADABLE = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Three deeds."""
    deeds = parser.add_subparsers(dest="deed", required=True)
    replay = deeds.add_parser("replay", help="the cues of a recorded room, one JSON object a line")
    replay.add_argument("room", metavar="ROOM.jsonl")
    replay.add_argument("--lang", choices=["zh", "en"], help="language of the reasons; default: the room's")
    score = deeds.add_parser("score", help="precision, recall, F1, lateness and false cues an hour")
    score.add_argument("truth", metavar="TRUTH.jsonl")
    score.add_argument("cues", metavar="CUES.jsonl")
    score.add_argument("--room", metavar="ROOM.jsonl", help="tells how long the room was; default: up to the last line")

    deeds.add_parser("rebuild", help="make what is learned of videos anew; the platform may run")


def run(options: argparse.Namespace) -> int:
    """Print, or say what is wrong with which line of which file."""
    if options.deed == "rebuild":
        return _rebuild()
    try:
        if options.deed == "replay":
            _replay(options.room, options.lang)
        else:
            _score(options.truth, options.cues, options.room)
    except _FileError as error:
        print(f"xiaodian: {error}", file=sys.stderr)
        return UNREADABLE
    except BrokenPipeError:
        # Whoever read has had enough; Python would complain once more when it closes standard output.
        sys.stdout = None
    return 0


def _rebuild() -> int:
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="surfacing")
    try:
        done = asyncio.run(_make_anew(settings))
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the records cannot be read: {error}", file=sys.stderr)
        return 1
    print(f"made anew: from {done.acts} deeds of viewers and {done.orders} orders")
    return 0


async def _make_anew(settings: Settings) -> surfacing.Rebuilt:
    async with open_records(settings) as records:
        return await surfacing.rebuild(records)


class _FileError(Exception):
    """A file and what is wrong with it."""


def _replay(path: str, lang: str | None) -> None:
    notes: list[str] = []
    engine = None
    room_lang = "zh"
    with _open(path) as lines:
        for signal in surfacing.read_room(lines, notes=notes):
            if isinstance(signal, Bag):
                room_lang = signal.lang[:2]
            if engine is None:
                assert isinstance(signal, Bag), "a room begins with its bag"
                engine = surfacing.Engine(signal)
                continue
            for cue in engine.take(signal):
                print(surfacing.write_cue(cue, lang or room_lang), flush=True)
            for note in notes:
                print(f"xiaodian: {path}: {note}", file=sys.stderr)
            notes.clear()


def _score(truth_path: str, cues_path: str, room_path: str | None) -> None:
    with _open(truth_path) as lines:
        truth = surfacing.read_cues(lines)
    with _open(cues_path) as lines:
        cues = surfacing.read_cues(lines)
    length_ms = None
    if room_path is not None:
        with _open(room_path) as lines:
            length_ms = max((signal.t_ms for signal in surfacing.read_room(lines)), default=0)
    score = surfacing.score_cues(truth, cues, length_ms)
    late, false = score.median_lateness_ms, score.false_per_hour
    print(f"precision: {score.precision:.3f}")
    print(f"recall: {score.recall:.3f}")
    print(f"f1: {score.f1:.3f}")
    print(f"median_lateness_ms: {'-' if late is None else round(late)}")
    print(f"false_cues_per_hour: {'-' if false is None else format(false, '.2f')}")


@contextlib.contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    """The file's lines; whatever is wrong with them is told with its name."""
    try:
        if path == "-":
            yield sys.stdin.buffer
        else:
            with Path(path).open("rb") as file:
                yield file
    except BrokenPipeError:
        raise
    except (OSError, surfacing.RecordingError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _FileError(f"{path}: {reason}") from None
