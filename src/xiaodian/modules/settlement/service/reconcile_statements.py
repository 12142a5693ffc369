"""Each provider's statement of a day against what we have booked; of neither is more than a page at hand."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import date, timedelta

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import BookedLine, PaymentProvider, StatementLine
from xiaodian.contracts.settlement import Difference, DifferenceKind
from xiaodian.infra.database import Database
from xiaodian.modules.payments import api as payments
from xiaodian.modules.settlement.reconciliation import compare_stated, key_of, list_missing_there
from xiaodian.modules.settlement.rules import Period
from xiaodian.modules.settlement.service.stated_lines import stated_lines

PAGE = 500
NEAR_MIDNIGHT = timedelta(hours=2)
"""Word of a payment may come to us so much later than the provider took it."""
A_DAY = timedelta(days=1)


async def compare_statement(
    database: Database, provider: PaymentProvider, day: date, period: Period
) -> AsyncGenerator[Difference, None]:
    """The differences of one provider; a statement that cannot be had is one by itself.

    Providers count days in time zones of their own, so our day may lie in two of theirs: lines go by their time.
    """
    async with stated_lines(database) as stated:
        for its_day in (day, day - A_DAY, day + A_DAY):
            try:
                await stated.take_in(its_day, payments.get_statement_lines(provider, its_day))
            except UnavailableError:
                if its_day == day:
                    yield Difference(kind=DifferenceKind.NO_STATEMENT, provider=provider.name, detail=day.isoformat())
                    return
                # It may not be over yet; what it would have explained then shows as missing until it is.
        async for page in stated.list_pages(period.start, period.end, PAGE):
            booked = await _find_booked(database, provider.name, period, page)
            for difference in compare_stated(provider.name, page, {key_of(line): line for line in booked}):
                yield difference
        async for mine in _list_booked(database, provider.name, period):
            for difference in list_missing_there(provider.name, mine, await stated.find(map(key_of, mine))):
                yield difference


async def _find_booked(
    database: Database, provider: str, period: Period, lines: Sequence[StatementLine]
) -> list[BookedLine]:
    """A payment just before midnight may stand on another day there than here."""
    async with database.connection() as connection:
        return await payments.find_booked(
            connection,
            provider,
            period.start - NEAR_MIDNIGHT,
            period.end + NEAR_MIDNIGHT,
            charge_ids=[line.charge_id for line in lines if line.charge_id and not line.refund_id],
            refund_ids=[line.refund_id for line in lines if line.refund_id],
        )


async def _list_booked(database: Database, provider: str, period: Period) -> AsyncIterator[list[BookedLine]]:
    after: BookedLine | None = None
    while True:
        async with database.connection() as connection:
            page = await payments.list_day(
                connection, period.start, period.end, provider=provider, after=after, limit=PAGE
            )
        yield page
        if len(page) < PAGE:
            return
        after = page[-1]
