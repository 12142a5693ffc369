"""`xiaodian search rebuild`: makes what can be found anew from what there is."""

import argparse
import asyncio
import sys

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.search import api as search
from xiaodian.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """One deed so far."""
    parser.add_argument("deed", choices=["rebuild"], help="rebuild: make the index anew; the platform may run")


def run(options: argparse.Namespace) -> int:
    """Rebuild, and say how much there is."""
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="search")
    try:
        done = asyncio.run(_rebuild(settings))
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the records cannot be read: {error}", file=sys.stderr)
        return 1
    print(f"{done.documents} products, creators, videos and topics can be found")
    return 0


async def _rebuild(settings: Settings) -> search.Rebuilt:
    async with open_records(settings) as records:
        return await search.rebuild(records)
