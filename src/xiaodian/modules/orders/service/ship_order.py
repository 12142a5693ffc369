"""Hand a paid order to a carrier."""

from datetime import datetime, timedelta

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import check_shipment
from xiaodian.modules.orders.service.move_orders import Actor, Shipment, move_orders
from xiaodian.modules.orders.service.order_access import OrderSeen, lock_order_for, see


async def ship_order(ctx: Context, caller: Caller, order_id: OrderId, carrier: str, tracking_number: str) -> OrderSeen:
    """Tell that an order was handed over, as its seller. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    check_shipment(carrier, tracking_number)
    now = utc_now()
    async with ctx.database.transaction() as connection:
        order, roles = await lock_order_for(connection, caller, order_id)
        if Role.SELLER not in roles:
            raise NotFoundError
        shipment = to_shipment(carrier, tracking_number, now, ctx.settings.transit_days)
        actor = Actor(role=Role.SELLER, account_id=AccountId(caller.account_id))
        [moved] = await move_orders(connection, [order], Deed.SHIP, actor, now=now, details=shipment)
        return await see(connection, moved, Role.SELLER, now)


def to_shipment(carrier: str, tracking_number: str, now: datetime, transit_days: int) -> Shipment:
    """How an order travels from now on."""
    return Shipment(
        carrier=carrier.strip(),
        tracking_number=tracking_number,
        completes_at=now + timedelta(days=transit_days),
    )
