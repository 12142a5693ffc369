"""What a shop sees of its money: balance, settlements, what is still to come."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.orders import Order
from xiaodian.contracts.settlement import OwnerKind
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import queries
from xiaodian.modules.settlement.models import Due, Freeze, Owner, Parts, ServiceShare, Settlement
from xiaodian.modules.settlement.rules import cap_rates, contract_at, date_in_books, split_goods, split_order, sum_parts
from xiaodian.modules.settlement.service.owners import Balances, find_freezes, get_balances
from xiaodian.modules.settlement.service.payout_rows import Sums, sum_payouts

MOST_DUE = 1_000
"""Orders between completion and settlement are few; of a shop with more of them the rest is counted when settled."""


class ShopMoney(msgspec.Struct, frozen=True, kw_only=True):
    """All of a shop's money in one look."""

    balances: Balances
    pending_minor: int
    payouts: Sums
    freeze: Freeze | None


class SettlementSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was paid, and how its money is or will be split."""

    order: Order
    due: Due | None
    settlement: Settlement | None
    expected: Parts
    """How it would be split now; what is not settled may still change by refunds."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What will come to a shop on a day (None: not shipped yet), after fee, commission and service."""

    due_on: date | None
    shop_minor: int


async def get_shop_money(connection: Connection, shop_id: ShopId, now: datetime, utc_offset_h: int) -> ShopMoney:
    """Balance, what is to come, what is on its way to the bank, whether it is frozen."""
    owner = Owner(OwnerKind.SHOP, shop_id)
    expected = await list_expected(connection, shop_id, utc_offset_h)
    return ShopMoney(
        balances=await get_balances(connection, owner, now, 0),
        pending_minor=sum(part.shop_minor for part in expected),
        payouts=await sum_payouts(connection, owner, DEFAULT_CURRENCY),
        freeze=(await find_freezes(connection, [owner])).get(owner),
    )


async def list_expected(connection: Connection, shop_id: ShopId, utc_offset_h: int) -> list[Expected]:
    """What is still to come, by the day on which it falls due, those without a day last.

    Orders with the same rates are split together here, so that it may differ by a cent an order from what will come.
    """
    contract = _running(await queries.find_service_shares(connection, [shop_id]), shop_id)
    by_day: dict[date | None, int] = {}
    for one in await orders.list_open_sums_of_shop(connection, shop_id, DEFAULT_CURRENCY, utc_offset_h):
        is_freight = one.fee_bp == one.commission_bp == 0
        service_bp = 0 if contract is None or is_freight else contract.rate_bp
        rates = cap_rates(one.fee_bp, one.commission_bp, service_bp)
        by_day[one.completes_on] = by_day.get(one.completes_on, 0) + split_goods(one.goods_minor, rates).shop_minor
    due_ids = await queries.list_due_ids_of_shop(connection, shop_id, MOST_DUE)
    for order in (await orders.find_orders(connection, due_ids)).values():
        day = date_in_books(order.closed_at, utc_offset_h) if order.closed_at else None
        by_day[day] = by_day.get(day, 0) + _expect(order, contract).shop_minor
    days = sorted(by_day, key=lambda day: (day is None, day or date.min))
    return [Expected(due_on=day, shop_minor=by_day[day]) for day in days]


async def list_settlements(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[SettlementSeen]:
    """Every order of a shop that was paid and stands, the newest first, with how its money is split."""
    sold = await orders.list_sold_of_shop(connection, shop_id, before=before, limit=limit)
    order_ids = [order.order_id for order in sold]
    settlements = await queries.find_settlements(connection, shop_id, order_ids)
    due = await queries.find_due(connection, shop_id, order_ids)
    contracts = (await queries.find_service_shares(connection, [shop_id])).get(shop_id, [])
    return [
        SettlementSeen(
            order=order,
            due=due.get(order.order_id),
            settlement=settlements.get(order.order_id),
            expected=_expect(order, contract_at(contracts, order.placed_at)),
        )
        for order in sold
    ]


def _expect(order: Order, contract: ServiceShare | None) -> Parts:
    return sum_parts(share.parts for share in split_order(order, contract))


def _running(contracts: Mapping[ShopId, Sequence[ServiceShare]], shop_id: ShopId) -> ServiceShare | None:
    return next((contract for contract in contracts.get(shop_id, ()) if contract.ended_at is None), None)
