"""Hand paid orders to a carrier."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, OrderSeen, Parcel, Role
from xiaodian.modules.orders.rules import get_next_state
from xiaodian.modules.orders.service.move_orders import Actor, Shipment, move_orders
from xiaodian.modules.orders.service.order_access import lock_order_for, see
from xiaodian.modules.orders.service.search_index import index_orders
from xiaodian.modules.orders.shipping_rules import NUMBER_RESTS, check_not_taken, read_shipment
from xiaodian.modules.shops import api as shops


async def ship_order(ctx: Context, caller: Caller, order_id: OrderId, carrier: str, tracking_number: str) -> OrderSeen:
    """Tell that an order was handed over, as its seller.

    Raises NotFoundError, IllegalMoveError, InvalidInputError, TrackingNumberTakenError.
    """
    parcel = read_shipment(carrier, tracking_number)
    now = utc_now()
    async with ctx.database.transaction() as connection:
        order, roles = await lock_order_for(connection, caller, order_id, Scope.SHIPPING)
        if Role.SELLER not in roles:
            raise NotFoundError
        get_next_state(order, Deed.SHIP, Role.SELLER, now)
        users = await find_users(connection, [parcel], now)
        check_not_taken(order, users.get(parcel.tracking_number, []))
        moved = await ship(connection, order, parcel, caller, now, ctx.settings.transit_days)
        details = {"number": order.number, "carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
        await shops.note_deed(
            connection, caller, order.shop_id, deed="order.shipped", target=str(order_id), details=details
        )
        return await see(connection, moved, Role.SELLER, caller, now)


async def find_users(
    connection: Connection, parcels: Sequence[Parcel], now: datetime, *, lock: bool = True
) -> dict[str, list[Order]]:
    """The orders that travel under the parcels' numbers; with `lock` nobody else can use these until the end."""
    numbers = {parcel.tracking_number for parcel in parcels}
    if lock:
        await queries.lock_tracking_numbers(connection, numbers)
    return await queries.find_users_of_numbers(connection, numbers, now - NUMBER_RESTS)


async def ship(
    connection: Connection, order: Order, parcel: Parcel, caller: Caller, now: datetime, transit_days: int
) -> Order:
    """Move a locked order. Raises IllegalMoveError."""
    shipment = Shipment(
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        completes_at=now + timedelta(days=transit_days),
    )
    actor = Actor(role=Role.SELLER, account_id=caller.account_id)
    [moved] = await move_orders(connection, [order], Deed.SHIP, actor, now=now, details=shipment)
    await index_orders(connection, [moved])
    return moved
