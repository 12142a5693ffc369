"""A buyer wants an order sent elsewhere before it is shipped; the seller agrees or not."""

from datetime import datetime
from typing import Any

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import IllegalMoveError, Order, OrderAddressChanged, OrderId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.orders import desk_queries
from xiaodian.modules.orders.models import AddressChange, ChangeState, OrderSeen, Role
from xiaodian.modules.orders.rules import OPEN_TO_CHANGE, list_allowed
from xiaodian.modules.orders.service.order_access import lock_order_for, see
from xiaodian.modules.orders.service.search_index import index_orders
from xiaodian.modules.shops import api as shops

_ASK = """
    INSERT INTO orders.address_change (shop_id, order_id, change_id, state, recipient, phone, region, detail, asked_at)
    VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7, $8)
    ON CONFLICT (shop_id, order_id) WHERE state = 'asked' DO UPDATE SET
        recipient = excluded.recipient, phone = excluded.phone, region = excluded.region, detail = excluded.detail,
        asked_at = excluded.asked_at
"""
_ANSWER = """
    UPDATE orders.address_change SET state = $4, answered_at = $5, answered_by = $6, reason = $7
    WHERE shop_id = $1 AND order_id = $2 AND change_id = $3
"""
_MOVE_IN = """
    UPDATE orders.order SET recipient = $3, phone = $4, region = $5, detail = $6 WHERE shop_id = $1 AND order_id = $2
"""


async def ask_for_change(
    database: Database, caller: Caller, order_id: OrderId, *, recipient: str, phone: str, region: str, detail: str
) -> OrderSeen:
    """The buyer asks; asked again before it is answered, the last word counts.

    Raises NotFoundError to others, InvalidInputError, IllegalMoveError once the order is shipped or closed.
    """
    text = accounts.clean_address(recipient=recipient, phone=phone, region=region, detail=detail)
    now = utc_now()
    async with database.transaction() as connection:
        order = await _lock(connection, caller, order_id, Role.BUYER, now)
        await connection.execute(_ASK, order.shop_id, order_id, new_id(), *text, now)
        return await see(connection, order, Role.BUYER, caller, now)


async def withdraw_change(database: Database, caller: Caller, order_id: OrderId) -> OrderSeen:
    """The buyer would leave it as it is. Raises NotFoundError (nothing is asked)."""
    now = utc_now()
    async with database.transaction() as connection:
        order = await _lock(connection, caller, order_id, Role.BUYER, now)
        change = await _get_asked(connection, order)
        await _answer(connection, caller, order, change, ChangeState.WITHDRAWN, None, now)
        return await see(connection, order, Role.BUYER, caller, now)


async def answer_change(
    database: Database, caller: Caller, order_id: OrderId, *, accepts: bool, reason: str | None
) -> OrderSeen:
    """The seller sends it there, or says why not. Raises NotFoundError, ForbiddenError, IllegalMoveError."""
    now = utc_now()
    async with database.transaction() as connection:
        order = await _lock(connection, caller, order_id, Role.SELLER, now)
        change = await _get_asked(connection, order)
        state = ChangeState.ACCEPTED if accepts else ChangeState.REFUSED
        await _answer(connection, caller, order, change, state, reason, now)
        if accepts:
            address = {"recipient": change.recipient, "phone": change.phone}
            address |= {"region": change.region, "detail": change.detail}
            await connection.execute(_MOVE_IN, order.shop_id, order_id, *address.values())
            order = msgspec.structs.replace(order, **address)
            await index_orders(connection, [order])
            await outbox.emit(
                connection,
                OrderAddressChanged(order_id=order_id, shop_id=order.shop_id, buyer_id=order.buyer_id),
            )
        deed = "order.address_change_accepted" if accepts else "order.address_change_refused"
        await _note(connection, caller, order, deed)
        return await see(connection, order, Role.SELLER, caller, now)


async def _lock(connection: Connection, caller: Caller, order_id: OrderId, role: Role, now: datetime) -> Order:
    order, roles = await lock_order_for(connection, caller, order_id, Scope.ORDERS_WRITE)
    if role not in roles:
        raise NotFoundError
    if order.state not in OPEN_TO_CHANGE:
        raise IllegalMoveError(state=order.state, allowed=list_allowed(order, role, now))
    return order


async def _get_asked(connection: Connection, order: Order) -> AddressChange:
    change = (await desk_queries.get_address_changes(connection, [order])).get(order.order_id)
    if change is None or change.state is not ChangeState.ASKED:
        raise NotFoundError
    return change


async def _answer(
    connection: Connection,
    caller: Caller,
    order: Order,
    change: AddressChange,
    state: ChangeState,
    reason: str | None,
    now: datetime,
) -> None:
    answer: tuple[Any, ...] = (state, now, caller.account_id, reason)
    await connection.execute(_ANSWER, order.shop_id, order.order_id, change.change_id, *answer)


async def _note(connection: Connection, caller: Caller, order: Order, deed: str) -> None:
    await shops.note_deed(
        connection, caller, order.shop_id, deed=deed, target=str(order.order_id), details={"number": order.number}
    )
