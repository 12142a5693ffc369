"""Invoices of the platform's fees: one a shop and month, made after the month's end, numbered without gaps.

电子商务法 art. 14 has whoever charges for a service give an invoice; 发票管理办法 has them numbered in order. A month
in which more was given back than charged gives an invoice below zero (红字).
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.ids import new_id
from xiaodian.modules.settlement.models import FeeInvoice
from xiaodian.modules.settlement.rules import Period, date_in_books, month_of_books, next_month

GRACE = timedelta(hours=1)
"""After a month's end whatever was being settled in its last moments is surely written."""
_INVOICE = "invoice_id, month, currency, number, fee_minor, back_minor, total_minor, made_at"

_COUNTER = "SELECT last_number, last_month FROM settlement.fee_invoice_counter FOR UPDATE"
_FIRST = """
    SELECT least(
        (SELECT settled_at FROM settlement.settlement ORDER BY settled_at LIMIT 1),
        (SELECT clawed_at FROM settlement.claw_back ORDER BY clawed_at LIMIT 1)
    )
"""

_SUMS = """
    SELECT shop_id, currency, sum(fee_minor)::bigint AS fee_minor, sum(back_minor)::bigint AS back_minor
    FROM (
        SELECT shop_id, currency, fee_minor, 0 AS back_minor FROM settlement.settlement
        WHERE settled_at >= $1 AND settled_at < $2
        UNION ALL
        SELECT shop_id, currency, 0, fee_minor FROM settlement.claw_back WHERE clawed_at >= $1 AND clawed_at < $2
    ) AS fees
    GROUP BY shop_id, currency HAVING sum(fee_minor) > 0 OR sum(back_minor) > 0 ORDER BY shop_id, currency
"""

_WRITE = """
    INSERT INTO settlement.fee_invoice (shop_id, invoice_id, month, currency, number, fee_minor, back_minor,
        total_minor, made_at)
    SELECT shop_id, invoice_id, $6, currency, $7 + place, fee_minor, back_minor, fee_minor - back_minor, $8
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
        AS new (shop_id, invoice_id, currency, fee_minor, back_minor, place)
"""


async def make_fee_invoices(database: Database, now: datetime, utc_offset_h: int) -> int:
    """Make the invoices of every month that is over and has none yet; says how many."""
    made = 0
    while True:
        async with database.transaction() as connection:
            # Whoever holds the counter makes the invoices; a second worker finds the month done.
            counter = await connection.fetchrow(_COUNTER)
            assert counter is not None
            month = await _find_next_month(connection, counter["last_month"], utc_offset_h)
            if month is None:
                return made
            period = month_of_books(month, utc_offset_h)
            if now < period.end + GRACE:
                return made
            made += await _make_month(connection, month, period, counter["last_number"], now)


async def _find_next_month(connection: Connection, last_month: date | None, utc_offset_h: int) -> date | None:
    if last_month is not None:
        return next_month(last_month)
    first: datetime | None = await connection.fetchval(_FIRST)
    return date_in_books(first, utc_offset_h).replace(day=1) if first else None


async def _make_month(connection: Connection, month: date, period: Period, last_number: int, now: datetime) -> int:
    rows = await connection.fetch(_SUMS, period.start, period.end)
    await connection.execute(
        _WRITE,
        [row["shop_id"] for row in rows],
        [new_id() for _ in rows],
        [row["currency"] for row in rows],
        [row["fee_minor"] for row in rows],
        [row["back_minor"] for row in rows],
        month,
        last_number,
        now,
    )
    await connection.execute(
        "UPDATE settlement.fee_invoice_counter SET last_number = $1, last_month = $2", last_number + len(rows), month
    )
    return len(rows)


async def list_fee_invoices(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[FeeInvoice]:
    """A shop's invoices, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_INVOICE} FROM settlement.fee_invoice
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR invoice_id < $2) ORDER BY invoice_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [FeeInvoice(**row) for row in rows]
