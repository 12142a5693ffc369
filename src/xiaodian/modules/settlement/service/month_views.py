"""Read a shop's month, or another period, as one moment shows it."""

from datetime import date

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.modules.settlement.rules import Period
from xiaodian.modules.settlement.service.statement import Statement, get_period, get_statement
from xiaodian.modules.shops import api as shops


async def read_month(
    ctx: Context, caller: Caller, shop_id: ShopId, month: date, *, after: int, limit: int
) -> Statement:
    """A shop's statement for those of its staff who see money. Raises NotFoundError, ForbiddenError."""
    async with (
        ctx.database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await shops.require_right(connection, caller, shop_id, Scope.FINANCE_READ)
        return await get_statement(
            connection, shop_id, month, after=after, limit=limit, utc_offset_h=ctx.settings.books_utc_offset_h
        )


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
