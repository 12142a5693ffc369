"""Ship many orders from a file: row by row outcomes, one transaction for each chunk of rows."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, DomainError
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Parcel, Role
from xiaodian.modules.orders.rules import get_next_state
from xiaodian.modules.orders.service.ship_order import find_users, ship
from xiaodian.modules.orders.shipment_file import ShipmentRow
from xiaodian.modules.orders.shipping_rules import check_not_taken, read_shipment
from xiaodian.modules.shops import api as shops

CHUNK = 100


class RowOutcome(StrEnum):
    """What became of a row."""

    SHIPS = "ships"
    """It would be shipped, had this not been a try only."""
    SHIPPED = "shipped"
    REFUSED = "refused"


class RowReason(StrEnum):
    """Why a row is refused, beside the codes of refusals of one order's shipment."""

    ALREADY_SHIPPED = "already_shipped"
    """With this very number, so all is well."""
    NOT_FOUND = "not_found"
    NAMED_TWICE = "named_twice"


class RowResult(Contract, frozen=True, kw_only=True):
    """What became of a row, and why."""

    row: int
    number: str
    outcome: RowOutcome
    reason: str | None


class _Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """What deciding the rows of a chunk needs."""

    ids: dict[str, OrderId]
    orders: dict[OrderId, Order]
    users: dict[str, list[Order]]
    now: datetime


async def ship_from_file(
    ctx: Context, caller: Caller, shop_id: ShopId, rows: Sequence[ShipmentRow], *, dry_run: bool
) -> list[RowResult]:
    """One result per row, in order. What was shipped stays shipped whatever becomes of later rows; the same file
    again ships nothing twice. Raises NotFoundError (not one's own shop), UnavailableError.
    """
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.SHIPPING)
    results: list[RowResult] = []
    seen: set[OrderId] = set()
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        async with ctx.database.transaction() as connection:
            facts = await _get_facts(connection, shop_id, chunk, lock=not dry_run)
            for row in chunk:
                results.append(await _ship_row(ctx, connection, caller, row, facts, seen, dry_run=dry_run))
    shipped = sum(result.outcome is RowOutcome.SHIPPED and result.reason is None for result in results)
    if shipped:
        async with ctx.database.connection() as connection:
            details = {"count": shipped}
            await shops.note_deed(connection, caller, shop_id, deed="order.file_shipped", target="", details=details)
    return results


async def _get_facts(connection: Connection, shop_id: ShopId, rows: Sequence[ShipmentRow], *, lock: bool) -> _Chunk:
    now = utc_now()
    ids = await queries.find_ids_by_number(connection, shop_id, {row.number for row in rows})
    get_orders = queries.lock_orders if lock else queries.find_orders
    orders = await get_orders(connection, set(ids.values()))
    parcels = [parcel for row in rows if isinstance(parcel := _read(row), Parcel)]
    users = await find_users(connection, parcels, now, lock=lock)
    return _Chunk(ids=ids, orders=orders, users=users, now=now)


async def _ship_row(
    ctx: Context,
    connection: Connection,
    caller: Caller,
    row: ShipmentRow,
    facts: _Chunk,
    seen: set[OrderId],
    *,
    dry_run: bool,
) -> RowResult:
    parcel = _read(row)
    order_id = facts.ids.get(row.number)
    if order_id is None:
        return _refused(row, RowReason.NOT_FOUND)
    if order_id in seen:
        return _refused(row, RowReason.NAMED_TWICE)
    seen.add(order_id)
    order = facts.orders[order_id]
    if isinstance(parcel, DomainError):
        return _refused(row, _reason_of(parcel))
    if order.shipped_at is not None and order.tracking_number == parcel.tracking_number:
        return RowResult(row=row.row, number=order.number, outcome=RowOutcome.SHIPPED, reason=RowReason.ALREADY_SHIPPED)
    users = facts.users.setdefault(parcel.tracking_number, [])
    try:
        get_next_state(order, Deed.SHIP, Role.SELLER, facts.now)
        check_not_taken(order, users)
        if not dry_run:
            await ship(connection, order, parcel, caller, facts.now, ctx.settings.transit_days)
    except DomainError as refusal:
        return _refused(row, _reason_of(refusal))
    users.append(order)
    outcome = RowOutcome.SHIPS if dry_run else RowOutcome.SHIPPED
    return RowResult(row=row.row, number=order.number, outcome=outcome, reason=None)


def _read(row: ShipmentRow) -> Parcel | DomainError:
    try:
        return read_shipment(row.carrier, row.tracking_number)
    except DomainError as refusal:
        return refusal


def _refused(row: ShipmentRow, reason: str) -> RowResult:
    return RowResult(row=row.row, number=row.number, outcome=RowOutcome.REFUSED, reason=reason)


def _reason_of(refusal: DomainError) -> str:
    """`bad_tracking_number`, `not_of_carrier`, `other_shop`, …; for an order in another state, `illegal_move`."""
    return str(refusal.params.get("reason", refusal.code))
