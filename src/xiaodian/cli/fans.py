"""`xiaodian fans rebuild | predict | feed`: fans made anew; what each may do next; all of it brought to ClickHouse."""

import argparse
import asyncio
import os
import sys

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.kit.clock import utc_now
from xiaodian.modules.club import api as club
from xiaodian.modules.fans import api as fans
from xiaodian.settings import Settings

NICENESS = 10
"""Learning waits for whatever users wait for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """All may be done while the platform runs."""
    parser.add_argument(
        "deed",
        choices=["rebuild", "predict", "feed"],
        help="rebuild: make all summaries anew; predict: learn what fans of shops not yet done today may do next; "
        "feed: bring all orders and fans to the ClickHouse that is set",
    )


def run(options: argparse.Namespace) -> int:
    """Do it, and say how much there was."""
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="fans")
    try:
        return asyncio.run(DEEDS[options.deed](settings))
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the records cannot be read: {error}", file=sys.stderr)
        return 1


async def _rebuild(settings: Settings) -> int:
    async with open_records(settings) as records:
        now = utc_now()
        done = await fans.rebuild(records, now)
        members = await club.rebuild(records, now)
    print(f"made anew from {done.orders} orders; {members} members of fan clubs counted anew")
    return 0


async def _predict(settings: Settings) -> int:
    if not fans.can_predict():
        print("xiaodian: to predict, install the extra `prediction` (scikit-learn, implicit)", file=sys.stderr)
        return 1
    os.nice(NICENESS)
    async with open_records(settings) as records:
        done = await fans.predict_due(records.database, settings.books_utc_offset_h, utc_now())
    print(f"told what fans of {done} shops may do next")
    return 0


async def _feed(settings: Settings) -> int:
    if not settings.clickhouse_url:
        print("xiaodian: no ClickHouse is set (XIAODIAN_CLICKHOUSE_URL)", file=sys.stderr)
        return 1
    async with open_records(settings) as records:
        done = await fans.feed(records)
    print(f"brought {done} orders to ClickHouse")
    return 0


DEEDS = {"rebuild": _rebuild, "predict": _predict, "feed": _feed}
