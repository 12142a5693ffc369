"""Settle completed orders: split what lies in their escrow among all who have earned it.

Many workers may do it at once. An order is settled once: its row in `due` is held by one of them, goes in the same
transaction, its settlement's order is unique, and the transfer has an id that follows from the order.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from xiaodian.contracts.accounting import escrow_account
from xiaodian.contracts.orders import Order, OrderId, OrderState
from xiaodian.contracts.settlement import OrderSettled, SettlementId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.logging import get_logger
from xiaodian.kit.ids import new_id
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import queries, transfers
from xiaodian.modules.settlement.models import Settlement, Share
from xiaodian.modules.settlement.rules import contract_at, split_order, sum_parts
from xiaodian.modules.settlement.service.write_settlements import write_settlements

BATCH = 200
HELD_FOR = timedelta(seconds=30)
"""How soon an order with an open after-sale is looked at again."""
TROUBLED_FOR = timedelta(minutes=10)
"""The same for one whose escrow is not what it must be; reconciliation reports it."""

log = get_logger(__name__)

_NOTE = """
    INSERT INTO settlement.due (shop_id, order_id, completed_at, look_at, creator_ids)
    SELECT shop_id, order_id, completed_at, $4, string_to_array(creators, ',')::uuid[]
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $5::text[])
        AS new (shop_id, order_id, completed_at, creators)
    ORDER BY shop_id, order_id ON CONFLICT DO NOTHING
"""

_TAKE_DUE = """
    SELECT shop_id, order_id FROM settlement.due WHERE look_at <= $1 ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""

_DROP = "DELETE FROM settlement.due WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"

_LATER = """
    UPDATE settlement.due SET look_at = $3, is_held = $4, problem = $5
    WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
"""

Keys = Collection[tuple[ShopId, OrderId]]


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """Due orders by what is to be done with them now."""

    ready: list[Order]
    held: list[Order]
    troubled: list[Order]
    over: list[tuple[ShopId, OrderId]]
    """Settled before, or closed otherwise."""


async def note_due(connection: Connection, order_ids: Collection[OrderId], now: datetime) -> None:
    """Write down completed orders, to be settled by the job; those written down or settled before stay as they are."""
    settled = await queries.find_settled(connection, order_ids)
    found = await orders.find_orders(connection, [one for one in order_ids if one not in settled])
    completed = [order for order in found.values() if order.state is OrderState.COMPLETED]
    await connection.execute(
        _NOTE,
        [order.shop_id for order in completed],
        [order.order_id for order in completed],
        [order.closed_at or now for order in completed],
        now,
        [",".join({str(line.creator_id) for line in order.lines if line.creator_id}) for order in completed],
    )


async def settle_due(database: Database, now: datetime) -> int:
    """Settle every order that is due and not held; says how many."""
    total = 0
    while True:
        async with database.transaction() as connection:
            looked_at, settled = await _settle_batch(connection, now)
        total += settled
        if looked_at < BATCH:
            return total


async def _settle_batch(connection: Connection, now: datetime) -> tuple[int, int]:
    rows = await connection.fetch(_TAKE_DUE, now, BATCH)
    keys = [(row["shop_id"], row["order_id"]) for row in rows]
    if not keys:
        return 0, 0
    due = await _sort(connection, keys)
    await _settle(connection, due.ready, now)
    await connection.execute(_DROP, *_columns([*due.over, *_keys(due.ready)]))
    await connection.execute(_LATER, *_columns(_keys(due.held)), now + HELD_FOR, True, None)
    await connection.execute(_LATER, *_columns(_keys(due.troubled)), now + TROUBLED_FOR, False, "escrow_differs")
    return len(keys), len(due.ready)


async def _sort(connection: Connection, keys: Keys) -> Sorted:
    order_ids = [order_id for _, order_id in keys]
    locked = await orders.lock_orders(connection, order_ids)
    settled = await queries.find_settled(connection, order_ids)
    live = [order for order in locked.values() if order.state is OrderState.COMPLETED and order.order_id not in settled]
    free = [order for order in live if not order.holds]
    escrows = await _get_escrows(connection, free)
    ready = [order for order in free if escrows[order.order_id] == order.escrow_minor]
    troubled = [order for order in free if escrows[order.order_id] != order.escrow_minor]
    for order in troubled:
        log.error("escrow_differs", order_id=str(order.order_id), escrow_minor=escrows[order.order_id])
    alive = {order.order_id for order in live}
    return Sorted(
        ready=ready,
        held=[order for order in live if order.holds],
        troubled=troubled,
        over=[key for key in keys if key[1] not in alive],
    )


async def _get_escrows(connection: Connection, free: Sequence[Order]) -> dict[OrderId, int]:
    escrows: dict[OrderId, int] = {}
    for currency, same in groupby(sorted(free, key=lambda order: order.currency), key=lambda order: order.currency):
        accounts = {escrow_account(order.order_id): order.order_id for order in same}
        balances = await ledger.get_balances(connection, accounts, currency)
        escrows |= {accounts[account]: balance for account, balance in balances.items()}
    return escrows


async def _settle(connection: Connection, ready: Sequence[Order], now: datetime) -> None:
    if not ready:
        return
    contracts = await queries.find_service_shares(connection, {order.shop_id for order in ready})
    shares = {
        order.order_id: split_order(order, contract_at(contracts.get(order.shop_id, ()), order.placed_at))
        for order in ready
    }
    posted = {order.order_id: transfers.settle(order, shares[order.order_id]) for order in ready}
    settlements = [
        _to_settlement(order, shares[order.order_id], has_transfer=posted[order.order_id] is not None, now=now)
        for order in ready
    ]
    await write_settlements(connection, settlements, shares)
    await ledger.post_many(connection, [transfer for transfer in posted.values() if transfer], posted_at=now)
    await outbox.emit(connection, *map(_to_event, settlements))


def _to_settlement(order: Order, shares: Sequence[Share], *, has_transfer: bool, now: datetime) -> Settlement:
    return Settlement(
        shop_id=order.shop_id,
        order_id=order.order_id,
        settlement_id=SettlementId(new_id()),
        number=order.number,
        currency=order.currency,
        goods_minor=sum(line.amount_minor - line.off_minor for line in order.lines),
        freight_minor=order.freight_minor,
        refunded_minor=order.refunded_minor + sum(line.refunded_platform_minor for line in order.lines),
        parts=sum_parts(share.parts for share in shares),
        transfer_id=transfers.settle_id(order.order_id) if has_transfer else None,
        settled_at=now,
    )


def _to_event(settlement: Settlement) -> OrderSettled:
    return OrderSettled(
        order_id=settlement.order_id,
        shop_id=settlement.shop_id,
        settlement_id=settlement.settlement_id,
        shop_minor=settlement.parts.shop_minor,
        commission_minor=settlement.parts.commission_minor,
        fee_minor=settlement.parts.fee_minor,
        currency=settlement.currency,
    )


def _keys(some: Sequence[Order]) -> list[tuple[ShopId, OrderId]]:
    return [(order.shop_id, order.order_id) for order in some]


def _columns(keys: Keys) -> tuple[list[ShopId], list[OrderId]]:
    return [shop_id for shop_id, _ in keys], [order_id for _, order_id in keys]
