"""Makes the events and the truth of the recorded rooms from their scripts.

    python -m bench.rooms.compile [SCRIPT ...]

Without arguments all scripts beside this file. NAME.script gives NAME.room.jsonl and NAME.truth.jsonl.
"""

import sys
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from bench.rooms.crowd import FEWEST_EVENTS, MOST_EVENTS, Line, TooManyEventsError, add_crowd, spread
from bench.rooms.script import Cued, Event, Flash, Said, Script, ScriptError, Stock, Wrote, read_script

ROOMS = Path(__file__).parent
MINUTES = (10, 15)
MOMENTS = (8, 20)

_encode = msgspec.json.Encoder().encode


def compile_room(path: Path) -> tuple[bytes, bytes]:
    """The room and its truth, as JSON Lines."""
    script = read_script(path)
    random = Random(script.seed + 1)
    written = [line for event in script.events for line in _lines(event, random)]
    late = [line for line in written if line[0] > script.length_ms]
    if late:
        raise ScriptError(path, 1, f"{len(late)} events of a wave come after the end of the room")
    try:
        events = add_crowd(script, written)
    except TooManyEventsError as error:
        raise ScriptError(path, 1, str(error)) from error
    _check_bounds(path, script, len(events))
    bag = {"kind": "bag", "room": script.name, "lang": script.lang, "products": [p._asdict() for p in script.products]}
    room = [bag, *({"kind": kind, "t": t, **fields} for t, kind, fields in events)]
    return _json_lines(room), _json_lines([moment._asdict() for moment in script.moments])


def scripts() -> list[Path]:
    return sorted(ROOMS.glob("*/*.script"))


def outputs(script: Path) -> tuple[Path, Path]:
    return script.with_suffix(".room.jsonl"), script.with_suffix(".truth.jsonl")


def _lines(event: Event, random: Random) -> list[Line]:
    match event:
        case Said(t, text):
            return [(t, "transcript", {"text": text})]
        case Wrote(t, account, text):
            return [(t, "comment", {"account": account, "text": text})]
        case Cued(t, product):
            return [(t, "host_cue", {"product": product})]
        case Flash(t, product, price_minor, until):
            return [(t, "flash_sale", {"product": product, "price_minor": price_minor, "until": until})]
        case Stock(t, product, n):
            return [(t, "stock", {"product": product, "n": n})]
        case wave:
            return spread(wave, random)


def _check_bounds(path: Path, script: Script, events: int) -> None:
    minutes = script.length_ms / 60_000
    for name, value, (least, most) in (
        ("minutes", minutes, MINUTES),
        ("events", events, (FEWEST_EVENTS, MOST_EVENTS)),
        ("true moments", len(script.moments), MOMENTS),
    ):
        if not least <= value <= most:
            raise ScriptError(path, 1, f"{value:g} {name}; a room has {least} to {most}")


def _json_lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(_encode(row) + b"\n" for row in rows)


def main(arguments: list[str]) -> int:
    failed = False
    for script in [Path(argument) for argument in arguments] or scripts():
        try:
            room, truth = compile_room(script)
        except ScriptError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        for path, content in zip(outputs(script), (room, truth), strict=True):
            path.write_bytes(content)
        events, moments = len(room.splitlines()) - 1, len(truth.splitlines())
        print(f"{script.stem}: {events} events, {moments} true moments")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
