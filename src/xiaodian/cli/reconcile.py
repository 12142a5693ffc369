"""`xiaodian reconcile`: compares the books of a day; the exit code is 1 if they differ, 2 if they cannot be read."""

import argparse
import asyncio
import sys
from datetime import timedelta

import msgspec

from xiaodian.cli.records import OtherSchemaError, open_records
from xiaodian.contracts.base import InvalidInputError, UnavailableError
from xiaodian.contracts.settlement import Difference
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.kit.clock import utc_now
from xiaodian.modules.settlement import api as settlement
from xiaodian.settings import Settings

UNREADABLE = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Which day, and how deep."""
    parser.add_argument("--day", metavar="YYYY-MM-DD", default=None, help="day of the books; default: yesterday")
    parser.add_argument("--whole-ledger", action="store_true", help="also look at every entry that was ever posted")
    parser.add_argument("--json", action="store_true", help="one JSON object for each difference")


def run(options: argparse.Namespace) -> int:
    """Print one line for each difference, and how many there are."""
    settings = Settings.from_env()
    configure_logging(level="error", log_format="console", process="reconcile")
    day = (
        options.day or settlement.date_in_books(utc_now() - timedelta(days=1), settings.books_utc_offset_h).isoformat()
    )
    try:
        differences = asyncio.run(_reconcile(settings, day, whole_ledger=options.whole_ledger))
    except InvalidInputError:
        print(f"xiaodian: not a day: {day}", file=sys.stderr)
        return UNREADABLE
    except (EnginesNotStartedError, OtherSchemaError, UnavailableError) as error:
        print(f"xiaodian: the books cannot be read: {error}", file=sys.stderr)
        return UNREADABLE
    for difference in differences:
        print(msgspec.json.encode(difference).decode() if options.json else _to_line(difference))
    if not options.json:
        print(f"{day}: {len(differences)} differences")
    return 1 if differences else 0


async def _reconcile(settings: Settings, day: str, *, whole_ledger: bool) -> list[Difference]:
    parsed = settlement.parse_day(day)
    async with open_records(settings) as records:
        return await settlement.reconcile(records, parsed, whole_ledger=whole_ledger)


def _to_line(difference: Difference) -> str:
    told = {name: value for name, value in msgspec.structs.asdict(difference).items() if value not in (None, "")}
    kind = told.pop("kind")
    return "  ".join([f"{kind:<22}", *(f"{name}={value}" for name, value in told.items())])
