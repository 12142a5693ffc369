"""What creators (and service providers) earn: pending, waiting, available, paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import Line, Order, OrderId
from xiaodian.contracts.settlement import OwnerKind
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import queries
from xiaodian.modules.settlement.models import Freeze, Owner, Share
from xiaodian.modules.settlement.rules import cap_rates, fit_rates, split_goods
from xiaodian.modules.settlement.service.owners import Balances, find_freezes, get_balances
from xiaodian.modules.settlement.service.payout_rows import Sums, sum_payouts

MOST_DUE = 1_000


class Earnings(msgspec.Struct, frozen=True, kw_only=True):
    """All of a creator's money in one look."""

    balances: Balances
    pending_minor: int
    """From orders that are not settled yet."""
    payouts: Sums
    freeze: Freeze | None


class EarningLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that a creator sold, and what it brings to them."""

    order: Order
    line: Line
    commission_minor: int
    back_minor: int
    settled_at: datetime | None
    available_at: datetime | None
    is_held: bool


async def get_earnings(connection: Connection, owner: Owner, now: datetime, hold_days: int) -> Earnings:
    """What somebody has earned by commission (or by a service contract)."""
    pending_minor = 0
    if owner.kind is OwnerKind.CREATOR:
        pending_minor = await _sum_pending(connection, AccountId(owner.owner_id), now)
    return Earnings(
        balances=await get_balances(connection, owner, now, hold_days),
        pending_minor=pending_minor,
        payouts=await sum_payouts(connection, owner, DEFAULT_CURRENCY),
        freeze=(await find_freezes(connection, [owner])).get(owner),
    )


async def _sum_pending(connection: Connection, creator_id: AccountId, now: datetime) -> int:
    """Of orders under way (those with the same rates together, so a cent an order may differ), and of those due."""
    pending_minor = 0
    for one in await orders.list_open_sums_of_creator(connection, creator_id, DEFAULT_CURRENCY, now):
        pending_minor += split_goods(one.goods_minor, cap_rates(one.fee_bp, one.commission_bp, 0)).commission_minor
    due_ids = await queries.list_due_ids_of_creator(connection, creator_id, MOST_DUE)
    for order in (await orders.find_orders(connection, due_ids)).values():
        pending_minor += sum(_expect(line) for line in order.lines if line.creator_id == creator_id)
    return pending_minor


async def list_earning_lines(
    connection: Connection, creator_id: AccountId, *, before: UUID | None, limit: int, hold_days: int
) -> list[list[EarningLine]]:
    """The lines of each order that a creator sold something of, the newest orders first."""
    sold = await orders.list_sold_by_creator(connection, creator_id, before=before, limit=limit)
    keys: Sequence[tuple[ShopId, OrderId]] = [(order.shop_id, order.order_id) for order in sold]
    shares = await queries.get_shares(connection, keys)
    times = await queries.find_settled_at(connection, keys)
    held = await queries.find_held(connection, keys)
    return [
        [
            _to_line(
                order, line, shares.get(order.order_id, {}).get(line.line_no), times.get(order.order_id), hold_days
            )
            if order.order_id in shares
            else _to_open_line(order, line, is_held=order.order_id in held)
            for line in order.lines
            if line.creator_id == creator_id
        ]
        for order in sold
    ]


def _to_line(order: Order, line: Line, share: Share | None, settled_at: datetime | None, hold_days: int) -> EarningLine:
    assert share is not None
    assert settled_at is not None
    return EarningLine(
        order=order,
        line=line,
        commission_minor=share.parts.commission_minor,
        back_minor=share.back.commission_minor,
        settled_at=settled_at,
        available_at=settled_at + timedelta(days=hold_days),
        is_held=False,
    )


def _to_open_line(order: Order, line: Line, *, is_held: bool) -> EarningLine:
    return EarningLine(
        order=order,
        line=line,
        commission_minor=_expect(line),
        back_minor=0,
        settled_at=None,
        available_at=None,
        is_held=is_held,
    )


def _expect(line: Line) -> int:
    return split_goods(line.goods_minor, fit_rates(line, 0)).commission_minor
