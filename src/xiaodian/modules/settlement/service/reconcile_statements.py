"""Each provider's statement of a day against what we have booked."""

from datetime import date, timedelta

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.payments import BookedLine, PaymentProvider, StatementLine
from xiaodian.contracts.settlement import Difference, DifferenceKind
from xiaodian.edge.context import Records
from xiaodian.modules.payments import api as payments
from xiaodian.modules.settlement.reconciliation import compare_lines, key_of
from xiaodian.modules.settlement.rules import Period

NEAR_MIDNIGHT = timedelta(hours=2)
"""Word of a payment may come to us so much later than the provider took it."""
A_DAY = timedelta(days=1)


async def compare_statements(ctx: Records, day: date, period: Period) -> list[Difference]:
    """The differences of all providers; one whose statement cannot be had is a difference of its own."""
    async with ctx.database.connection() as connection:
        booked = await payments.list_day(connection, period.start - NEAR_MIDNIGHT, period.end + NEAR_MIDNIGHT)
    found: list[Difference] = []
    for provider in payments.Providers(ctx).list():
        mine = [line for line in booked if line.provider == provider.name]
        try:
            found += await _compare(provider, day, period, mine)
        except UnavailableError:
            found.append(Difference(kind=DifferenceKind.NO_STATEMENT, provider=provider.name, detail=day.isoformat()))
    return found


async def _compare(provider: PaymentProvider, day: date, period: Period, mine: list[BookedLine]) -> list[Difference]:
    """Providers count days in time zones of their own, so our day may lie in two of theirs: lines go by their time."""
    told = [
        *await _get_beside(provider, day - A_DAY),
        *await payments.get_statement_lines(provider, day),
        *await _get_beside(provider, day + A_DAY),
    ]
    return compare_lines(
        provider.name,
        [line for line in told if period.start <= line.at < period.end],
        {key_of(line): line for line in mine},
        [line for line in mine if period.start <= line.at < period.end],
        told,
    )


async def _get_beside(provider: PaymentProvider, day: date) -> list[StatementLine]:
    try:
        return await payments.get_statement_lines(provider, day)
    except UnavailableError:
        return []  # It may not be over yet; what it would have explained then shows as missing until it is.
