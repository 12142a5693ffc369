"""A shop's statement of a month: every movement of its balance as it stands in the ledger, and what it was for."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.accounting import shop_account
from xiaodian.contracts.ledger import AccountEntry
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.spreadsheets import BOM
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.settlement import queries
from xiaodian.modules.settlement.csv_files import write_rows
from xiaodian.modules.settlement.models import ClawBack, Parts, Settlement
from xiaodian.modules.settlement.queries import MonthSums
from xiaodian.modules.settlement.rules import Period, date_in_books, month_of_books
from xiaodian.modules.settlement.service.books_of_shop import Expected, list_expected
from xiaodian.modules.settlement.transfers import CLAW_BACK, DRAW_ON_DEPOSIT, SETTLE

CSV_PAGE = 500
CSV_HEADER = (
    "日期 date",
    "类型 kind",
    "订单号 order",
    "货款 goods",
    "运费 freight",
    "退款 refunded",
    "佣金 commission",
    "服务商 service",
    "平台费 fee",
    "入账 amount",
)
_TICK = timedelta(microseconds=1)
_OF_ORDERS = (SETTLE, CLAW_BACK, DRAW_ON_DEPOSIT)


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of the balance; of a settlement or claw-back, how it came about."""

    entry: AccountEntry
    order_id: OrderId | None = None
    number: str | None = None
    goods_minor: int = 0
    freight_minor: int = 0
    refunded_minor: int = 0
    parts: Parts = Parts()
    """What others got of it; negative where they gave it back."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A month: balance at its beginning and end, sums, and a page of its movements."""

    month: date
    currency: str
    opening_minor: int
    closing_minor: int
    by_kind: dict[str, int]
    """What each kind of movement brought to the balance; together closing less opening."""
    sums: MonthSums
    expected: list[Expected]
    lines: list[StatementLine]


async def get_statement(
    connection: Connection,
    shop_id: ShopId,
    month: date,
    *,
    kind: str | None = None,
    after: int,
    limit: int,
    utc_offset_h: int,
) -> Statement:
    """A month of a shop's balance. Best read in one snapshot, so that its sums belong together.

    `kind`: of the movements those of this kind alone; the sums stay those of the month.
    """
    period = month_of_books(month, utc_offset_h)
    return await get_period(connection, shop_id, period, kind=kind, after=after, limit=limit, utc_offset_h=utc_offset_h)


async def get_period(
    connection: Connection,
    shop_id: ShopId,
    period: Period,
    *,
    kind: str | None = None,
    after: int,
    limit: int,
    utc_offset_h: int,
) -> Statement:
    """The same of any period."""
    account = shop_account(shop_id)
    # Moments are whole microseconds, so the last one before the month is this.
    just_before = {"opening": period.start - _TICK, "closing": period.end - _TICK}
    balances = {
        name: await ledger.get_balance(connection, account, DEFAULT_CURRENCY, at) for name, at in just_before.items()
    }
    return Statement(
        month=date_in_books(period.start, utc_offset_h),
        currency=DEFAULT_CURRENCY,
        opening_minor=balances["opening"],
        closing_minor=balances["closing"],
        by_kind=await ledger.sum_by_kind(connection, account, DEFAULT_CURRENCY, period.start, period.end),
        sums=await queries.sum_month(connection, shop_id, DEFAULT_CURRENCY, period.start, period.end),
        expected=await list_expected(connection, shop_id, utc_offset_h),
        lines=await _list_lines(connection, shop_id, period, kind=kind, after=after, limit=limit),
    )


async def write_statement(database: Database, shop_id: ShopId, month: date, utc_offset_h: int) -> AsyncIterator[bytes]:
    """A month as CSV, page by page, with the balances as first and last row."""
    period = month_of_books(month, utc_offset_h)
    async for part in write_period(database, shop_id, period, utc_offset_h):
        yield part


async def write_period(database: Database, shop_id: ShopId, period: Period, utc_offset_h: int) -> AsyncIterator[bytes]:
    """The same of any period."""
    account = shop_account(shop_id)
    async with database.connection() as connection:
        opening = await ledger.get_balance(connection, account, DEFAULT_CURRENCY, period.start - _TICK)
    first_day = date_in_books(period.start, utc_offset_h).isoformat()
    yield (BOM + write_rows([CSV_HEADER, (first_day, "opening", "", "", "", "", "", "", "", opening)])).encode()
    after, total = 0, opening
    while True:
        async with database.connection() as connection:
            lines = await _list_lines(connection, shop_id, period, after=after, limit=CSV_PAGE)
        if lines:
            yield write_rows(_to_row(line, utc_offset_h) for line in lines).encode()
            after = lines[-1].entry.entry_id
            total += sum(line.entry.amount_minor for line in lines)
        if len(lines) < CSV_PAGE:
            break
    last_day = date_in_books(period.end - _TICK, utc_offset_h).isoformat()
    yield write_rows([(last_day, "closing", "", "", "", "", "", "", "", total)]).encode()


async def _list_lines(
    connection: Connection, shop_id: ShopId, period: Period, *, kind: str | None = None, after: int, limit: int
) -> list[StatementLine]:
    entries = await ledger.list_entries(
        connection,
        shop_account(shop_id),
        DEFAULT_CURRENCY,
        start=period.start,
        end=period.end,
        kind=kind,
        after=after,
        limit=limit,
    )
    order_ids = {UUID(entry.reference) for entry in entries if entry.kind in _OF_ORDERS}
    settlements = await queries.find_settlements(connection, shop_id, order_ids)
    claw_backs = await queries.find_claw_backs(connection, shop_id, order_ids)
    return [_to_line(entry, settlements, claw_backs) for entry in entries]


def _to_line(
    entry: AccountEntry, settlements: dict[OrderId, Settlement], claw_backs: dict[UUID, ClawBack]
) -> StatementLine:
    settlement = settlements.get(OrderId(UUID(entry.reference))) if entry.kind in _OF_ORDERS else None
    if settlement is None:
        return StatementLine(entry=entry)
    line = StatementLine(entry=entry, order_id=settlement.order_id, number=settlement.number)
    if entry.kind == SETTLE:
        return msgspec.structs.replace(
            line,
            goods_minor=settlement.goods_minor,
            freight_minor=settlement.freight_minor,
            refunded_minor=settlement.refunded_minor,
            parts=settlement.parts,
        )
    if entry.kind == CLAW_BACK and entry.transfer_id in claw_backs:
        parts = claw_backs[entry.transfer_id].parts
        return msgspec.structs.replace(line, refunded_minor=parts.total_minor, parts=Parts() - parts)
    return line


def _to_row(line: StatementLine, utc_offset_h: int) -> Sequence[str | int]:
    day = date_in_books(line.entry.posted_at, utc_offset_h).isoformat()
    if line.number is None:
        return (day, line.entry.kind, "", "", "", "", "", "", "", line.entry.amount_minor)
    return (
        day,
        line.entry.kind,
        line.number,
        line.goods_minor,
        line.freight_minor,
        line.refunded_minor,
        line.parts.commission_minor,
        line.parts.service_minor,
        line.parts.fee_minor,
        line.entry.amount_minor,
    )
