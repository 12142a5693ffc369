"""`xiaodian outreach rebuild`: makes what messages brought anew from the orders."""

import argparse
import asyncio
import sys

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.outreach import api as outreach
from xiaodian.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """One deed so far."""
    parser.add_argument("deed", choices=["rebuild"], help="rebuild: count sales anew; the platform may run")


def run(options: argparse.Namespace) -> int:
    """Rebuild, and say how much there was."""
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="outreach")
    try:
        done = asyncio.run(_rebuild(settings))
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the records cannot be read: {error}", file=sys.stderr)
        return 1
    print(f"made anew from {done} orders")
    return 0


async def _rebuild(settings: Settings) -> int:
    async with open_records(settings) as records:
        return await outreach.rebuild(records)
