"""Pull yesterday's statement: python yesterdays_statement.py [DAY] > statement.csv"""

import os
import sys
from datetime import UTC, date, datetime, timedelta, timezone

from xiaodian_client import ClientCredentials, Xiaodian

BOOKS_UTC_OFFSET_H = 8


def yesterday(now: datetime) -> date:
    """The day before, as the platform's books count days."""
    return (now.astimezone(timezone(timedelta(hours=BOOKS_UTC_OFFSET_H))) - timedelta(days=1)).date()


def pull_statement(shop: Xiaodian, day: date) -> bytes:
    """The day as a table, checked against its own sums."""
    summary = shop.get_statement(day.isoformat())
    if summary.closing_minor - summary.opening_minor != sum(summary.by_kind.values()):
        raise ValueError("the statement does not add up")
    return shop.download_statement(day.isoformat())


def main() -> None:
    """With a system of the shop's own."""
    auth = ClientCredentials(os.environ["XIAODIAN_CLIENT_ID"], os.environ["XIAODIAN_CLIENT_SECRET"])
    day = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else yesterday(datetime.now(UTC))
    with Xiaodian(os.environ["XIAODIAN_URL"], auth) as shop:
        sys.stdout.buffer.write(pull_statement(shop, day))


if __name__ == "__main__":
    main()
