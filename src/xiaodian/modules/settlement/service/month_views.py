"""Read a shop's month, or another period, as one moment shows it."""

from datetime import date

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.settlement.part_queries import PartLine, PartPlace, PartSum, StatementPart, list_part, sum_part
from xiaodian.modules.settlement.rules import Period, month_of_books
from xiaodian.modules.settlement.service.statement import Statement, get_period, get_statement
from xiaodian.modules.shops import api as shops


async def read_month(
    ctx: Context, caller: Caller, shop_id: ShopId, month: date, *, kind: str | None, after: int, limit: int
) -> Statement:
    """A shop's statement for those of its staff who see money. Raises NotFoundError, ForbiddenError."""
    async with (
        ctx.database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await shops.require_right(connection, caller, shop_id, Scope.FINANCE_READ)
        return await get_statement(
            connection,
            shop_id,
            month,
            kind=kind,
            after=after,
            limit=limit,
            utc_offset_h=ctx.settings.books_utc_offset_h,
        )


async def read_part(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    month: date,
    part: StatementPart,
    *,
    after: PartPlace | None,
    limit: int,
) -> tuple[PartSum, list[PartLine]]:
    """What one sum of the statement is made of, for those who see the statement: all of it, and a page of its lines.

    Raises NotFoundError, ForbiddenError.
    """
    period = month_of_books(month, ctx.settings.books_utc_offset_h)
    of = shop_id, DEFAULT_CURRENCY, period.start, period.end
    async with (
        ctx.database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await shops.require_right(connection, caller, shop_id, Scope.FINANCE_READ)
        found = await sum_part(connection, *of, part)
        return found, await list_part(connection, *of, part, after=after, limit=limit)


async def read_period(
    ctx: Context, caller: Caller, shop_id: ShopId, period: Period, *, after: int, limit: int
) -> Statement:
    """The same of any period. Raises NotFoundError, ForbiddenError."""
    async with (
        ctx.database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await shops.require_right(connection, caller, shop_id, Scope.FINANCE_READ)
        return await get_period(
            connection, shop_id, period, after=after, limit=limit, utc_offset_h=ctx.settings.books_utc_offset_h
        )
