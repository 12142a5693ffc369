"""What providers told us, many messages in one transaction: orders paid, money into escrow, goods spent."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.payments import BadCallbackError, Charge, PaymentNotice
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import queries, transfers
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import find_next_state
from xiaodian.modules.orders.service.move_orders import Actor, move_orders, sum_quantities
from xiaodian.modules.payments import api as payments


class _Sorted(msgspec.Struct, frozen=True, kw_only=True):
    paid: list[Order]
    unwanted: list[Charge]


async def capture_payments(database: Database, notices: Sequence[PaymentNotice]) -> list[BadCallbackError | None]:
    """One answer per notice, in order: None if it is handled (now or before), or why it was not believed.

    Money for an order that can no longer take it goes back at once.
    """
    now = utc_now()
    async with database.transaction() as connection:
        order_ids = await payments.get_orders_of_charges(connection, {notice.charge_id for notice in notices})
        orders = await queries.lock_orders(connection, set(order_ids.values()))
        accepted = await payments.accept_notices(connection, notices)
        outcome = _sort(accepted.captured, orders, now)
        await ledger.post_many(
            connection,
            [
                *(transfers.capture(charge) for charge in accepted.captured),
                *(transfers.refund(charge) for charge in outcome.unwanted),
            ],
        )
        await move_orders(connection, outcome.paid, Deed.PAY, Actor(role=Role.PROVIDER), now=now)
        await payments.refund_charges(connection, outcome.unwanted)
        if outcome.paid:
            await catalog.spend_many(connection, sum_quantities(outcome.paid))
    return accepted.refusals


def _sort(captured: Sequence[Charge], orders: dict[OrderId, Order], now: datetime) -> _Sorted:
    """Which orders this money pays, and which of it is too much or too late."""
    paid: dict[OrderId, Order] = {}
    unwanted: list[Charge] = []
    for charge in captured:
        order = orders[OrderId(charge.order_id)]
        if order.order_id not in paid and find_next_state(order, Deed.PAY, Role.PROVIDER, now) is not None:
            paid[order.order_id] = order
        else:
            unwanted.append(charge)
    return _Sorted(paid=list(paid.values()), unwanted=unwanted)
