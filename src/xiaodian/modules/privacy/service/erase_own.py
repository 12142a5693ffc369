"""Somebody has their account erased."""

from xiaodian.contracts.accounts import AccountBusyError, Caller
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.aftersales import api as aftersales
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops


async def erase_own(ctx: Context, caller: Caller, password: str) -> None:
    """The account is gone at once, for good; other modules forget it within moments.

    Raises WrongPasswordError, AccountBusyError (which names what stands in the way).
    """
    account_id = caller.account_id
    await accounts.check_password(ctx, account_id, password)
    async with ctx.database.transaction() as connection:
        await accounts.lock_account(connection, account_id)
        if reason := await _find_duty(connection, caller):
            raise AccountBusyError(reason=reason)
        shop_ids = await orders.list_shops_of_buyer(connection, account_id)
        erased = await accounts.erase_account(connection, account_id, shop_ids)
        await orders.unlink(connection, erased, accounts.GHOST_NAME)
    await accounts.end_callers(ctx.broker, accounts.CallersEnded(account_id=account_id))
    await ctx.broker.poke(POKE)


async def _find_duty(connection: Connection, caller: Caller) -> str | None:
    """What others wait for from this account, or what stands in its name."""
    if caller.is_operator:
        return "operator"
    if await shops.list_workplaces(connection, caller.account_id, limit=1):
        return "shop"
    if await live.is_host(connection, caller.account_id) or await content.is_creator(connection, caller.account_id):
        return "creator"
    if await orders.has_open_orders(connection, caller.account_id):
        return "orders"
    return "after_sales" if await aftersales.has_open(connection, caller.account_id) else None
