"""What providers told us, many messages in one transaction: orders paid, money into escrow, goods spent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from xiaodian.contracts.ledger import Transfer
from xiaodian.contracts.orders import Order, OrderId, OrderState
from xiaodian.contracts.payments import BadCallbackError, Charge, ChargeId, PaymentNotice, RefundId, RefundWish
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import find_next_state
from xiaodian.modules.orders.service.give_back import sum_quantities
from xiaodian.modules.orders.service.move_orders import Actor, move_orders
from xiaodian.modules.payments import api as payments

LATE_PAYMENT = "late_payment"
PAID_TWICE = "paid_twice"


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders the money of some charges pays, and which of it is too much or too late."""

    paid: list[Order]
    subsidies: Mapping[ChargeId, Mapping[UUID, int]]
    """What the platform adds to the orders that a charge pays."""
    unwanted: list[RefundWish]


async def capture_payments(database: Database, notices: Sequence[PaymentNotice]) -> list[BadCallbackError | None]:
    """One answer per notice, in order: None if it is handled (now or before), or why it was not believed.

    Money for an order that can no longer take it goes back at once.
    """
    now = utc_now()
    async with database.transaction() as connection:
        order_ids = await payments.get_order_ids_of_charges(connection, {notice.charge_id for notice in notices})
        orders = await queries.lock_orders(connection, {one for ids in order_ids.values() for one in ids})
        accepted = await payments.accept_notices(connection, notices)
        await take_money(connection, accepted.captured, orders, now)
    return accepted.refusals


async def take_money(
    connection: Connection, captured: Sequence[Charge], orders: Mapping[OrderId, Order], now: datetime
) -> None:
    """Put the money of captured charges where it belongs; the caller holds their orders locked."""
    if not captured:
        return
    outcome = sort_money(captured, orders, now)
    transfers: list[Transfer] = []
    for charge in captured:
        transfers += payments.transfers.capture(charge, outcome.subsidies[charge.charge_id])
    await ledger.post_many(connection, transfers)
    if outcome.paid:
        await move_orders(connection, outcome.paid, Deed.PAY, Actor(role=Role.PROVIDER), now=now)
    if outcome.unwanted:
        await payments.request_refunds(connection, outcome.unwanted)
    if outcome.paid:
        await catalog.spend_many(connection, sum_quantities(outcome.paid))


def sort_money(captured: Sequence[Charge], orders: Mapping[OrderId, Order], now: datetime) -> Sorted:
    """Decide for each part of each charge whether its order takes it."""
    paid: dict[OrderId, Order] = {}
    subsidies: dict[ChargeId, dict[UUID, int]] = {}
    unwanted: list[RefundWish] = []
    for charge in captured:
        added = subsidies.setdefault(charge.charge_id, {})
        for part in charge.parts:
            order = orders[OrderId(part.order_id)]
            if order.order_id not in paid and find_next_state(order, Deed.PAY, Role.PROVIDER, now) is not None:
                paid[order.order_id] = order
                added[order.order_id] = order.platform_off_minor
                continue
            is_late = order.state is OrderState.CANCELLED and order.paid_at is None
            unwanted.append(
                RefundWish(
                    refund_id=RefundId(uuid5(charge.charge_id, f"unwanted {order.order_id}")),
                    order_id=order.order_id,
                    amount_minor=part.amount_minor,
                    reason=LATE_PAYMENT if is_late else PAID_TWICE,
                )
            )
    return Sorted(paid=list(paid.values()), subsidies=subsidies, unwanted=unwanted)
