"""`xiaodian feed rebuild`: makes the feed's lists and what it knows of viewers' tastes anew."""

import argparse
import asyncio
import sys

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.feed import api as feed
from xiaodian.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """One deed so far."""
    parser.add_argument("deed", choices=["rebuild"], help="rebuild: make all lists anew; the platform may run")


def run(options: argparse.Namespace) -> int:
    """Rebuild, and say how much there was."""
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="feed")
    try:
        done = asyncio.run(_rebuild(settings))
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the records cannot be read: {error}", file=sys.stderr)
        return 1
    print(f"made anew: {done.videos} videos, and tastes from {done.meetings} deeds of viewers")
    return 0


async def _rebuild(settings: Settings) -> feed.Rebuilt:
    async with open_records(settings) as records:
        return await feed.rebuild(records)
