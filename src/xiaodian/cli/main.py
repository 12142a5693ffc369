"""Parses the command line and calls the subcommand. Subcommands import what they need when they are called."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from xiaodian.settings import BadSettingError

COMMANDS = {
    "serve": "run the platform, or one of its processes",
    "migrate": "bring the database to the newest schema",
    "doctor": "check this machine and say what to do",
    "demo": "run the platform with a lively room on air",
    "reconcile": "compare the books of a day and list every difference",
    "insights": "make the figures of shops and rooms anew from what happened",
    "fans": "make the figures of fans anew from the orders",
    "outreach": "make what messages to fans brought anew from the orders",
    "search": "make what can be found anew from what there is",
    "feed": "make the lists of the feed and the tastes of viewers anew from what happened",
    "surfacing": "replay a recorded room, or score cues",
    "operator": "make somebody an operator of the platform, or no longer",
    "drill": "prove on your own installation that nothing is sold twice",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a subcommand; its module in this package has `configure(parser)` and `run(options) -> exit code`."""
    parser = argparse.ArgumentParser(prog="xiaodian", description="Xiaodian (小店): self-hosted live commerce.")
    subparsers = parser.add_subparsers(dest="command", required=True)
    argv = list(sys.argv[1:] if arguments is None else arguments)
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text)
        if argv[:1] == [name]:
            importlib.import_module(f"xiaodian.cli.{name}").configure(subparser)
    options = parser.parse_args(argv)
    try:
        sys.exit(importlib.import_module(f"xiaodian.cli.{options.command}").run(options))
    except BadSettingError as error:
        sys.exit(f"xiaodian: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
