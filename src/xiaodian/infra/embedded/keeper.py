"""Keeps the embedded engines: `python -m xiaodian.infra.embedded.keeper FOLDER [postgres] [nats] [--volatile]`.

Writes one JSON line with the engines' URLs to standard output when they are ready. Starts again an engine that died.
Stops them when standard input closes, which happens however the parent ends.
"""

import json
import os
import select
import signal
import sys
from pathlib import Path

from xiaodian.infra.embedded.nats import EmbeddedNats
from xiaodian.infra.embedded.postgres import DURABLE_SETTINGS, VOLATILE_SETTINGS, EmbeddedPostgres

CHECK_PERIOD_S = 1.0


def keep(folder: Path, wanted: set[str], *, volatile: bool) -> None:
    """Start the wanted engines, tell their URLs, watch over them until standard input closes."""
    engines: list[EmbeddedPostgres | EmbeddedNats] = []
    urls: dict[str, str] = {}
    try:
        if "nats" in wanted:
            nats = EmbeddedNats(folder / "nats")
            nats.start()
            engines.append(nats)
            urls["nats_url"] = nats.url
        if "postgres" in wanted:
            settings = VOLATILE_SETTINGS if volatile else DURABLE_SETTINGS
            postgres = EmbeddedPostgres.start(folder / "postgres", settings)
            engines.append(postgres)
            urls["database_url"] = postgres.url()
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        _watch(engines)
    finally:
        for engine in reversed(engines):
            engine.stop()


def _watch(engines: list[EmbeddedPostgres | EmbeddedNats]) -> None:
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], CHECK_PERIOD_S)
        if readable and not os.read(sys.stdin.fileno(), 1024):
            return
        for engine in engines:
            engine.ensure_running()


def main() -> None:
    """Entry point. Ctrl-C in the terminal reaches us too; only our parent decides when we stop."""
    # initdb refuses a LANG that the machine has no locale for; and sorting must not depend on the machine.
    os.environ["LC_ALL"] = "C"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    arguments = sys.argv[1:]
    keep(Path(arguments[0]).resolve(), set(arguments[1:]), volatile="--volatile" in arguments)


if __name__ == "__main__":
    main()
