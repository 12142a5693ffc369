"""What a sandbox shop can do that others cannot: be paid without a buyer's phone, and have its time pass at once."""

from collections.abc import Sequence
from datetime import timedelta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.payments import ChargePart, NewCharge
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import get_next_state
from xiaodian.modules.orders.service.cashier import Cashier
from xiaodian.modules.orders.service.run_clock import cancel_overdue_payments, complete_overdue_receipts
from xiaodian.modules.payments import api as payments


async def pay_in_sandbox(ctx: Context, cashier: Cashier, payer_id: AccountId, orders: Sequence[Order]) -> None:
    """Pay orders of a sandbox shop through the sandbox, also where buyers are not offered it.

    Raises IllegalMoveError for an order that cannot be paid any more.
    """
    sandbox = cashier.providers.sandbox
    async with ctx.database.transaction() as connection:
        locked = await queries.lock_orders(connection, [order.order_id for order in orders])
        for order in locked.values():
            get_next_state(order, Deed.PAY, Role.BUYER, utc_now())
        parts = [
            ChargePart(order_id=order.order_id, shop_id=order.shop_id, amount_minor=order.total_minor)
            for order in locked.values()
        ]
        new = NewCharge(
            payer_id=payer_id,
            provider=sandbox.name,
            method=sandbox.methods[0],
            currency=orders[0].currency,
            parts=parts,
        )
        charge = await payments.create_charge(connection, new)
    for headers, body in await payments.decide(sandbox, charge, payments.SandboxOutcome.SUCCEED):
        await cashier.handle_callback(sandbox.name, headers, body)


async def advance_clock(connection: Connection, shop_id: ShopId, by: timedelta) -> None:
    """Bring what is to happen to a shop's orders by time alone that much nearer."""
    await connection.execute(
        """
        UPDATE orders.order SET expires_at = greatest(expires_at - $2::interval, placed_at)
        WHERE shop_id = $1 AND state = 'pending_payment'
        """,
        shop_id,
        by,
    )
    await connection.execute(
        """
        UPDATE orders.order SET completes_at = completes_at - $2::interval
        WHERE shop_id = $1 AND state IN ('shipped', 'delivered')
        """,
        shop_id,
        by,
    )


async def run_timers(ctx: Context) -> None:
    """Do at once what the jobs of orders do by and by."""
    now = utc_now()
    await cancel_overdue_payments(ctx.database, now)
    await complete_overdue_receipts(ctx.database, now)
    await ctx.broker.poke("outbox")


async def list_newly_completed(connection: Connection, shop_id: ShopId, limit: int) -> list[OrderId]:
    """The shop's last completed orders."""
    rows = await connection.fetch(
        """
        SELECT order_id FROM orders.order WHERE shop_id = $1 AND state = 'completed'
        ORDER BY closed_at DESC NULLS LAST LIMIT $2
        """,
        shop_id,
        limit,
    )
    return [OrderId(row["order_id"]) for row in rows]
