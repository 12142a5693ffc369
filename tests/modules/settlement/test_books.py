"""Statements and invoices say what the ledger says."""

import asyncio
import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.modules.settlement.till import Till

from xiaodian.contracts.accounting import PLATFORM_FEES, deposit_account
from xiaodian.kit.clock import utc_now
from xiaodian.modules.settlement.rules import date_in_books
from xiaodian.modules.settlement.service.fee_invoices import make_fee_invoices

pytestmark = pytest.mark.usefixtures("midday")


def this_month() -> str:
    """As statements name it."""
    return date_in_books(utc_now(), 8).strftime("%Y-%m")


async def trade(till: Till) -> None:
    """A bit of everything."""
    await till.rich(1_000)
    await till.sold(fee_bp=1000, freight_minor=300)
    order_id = await till.sold(fee_bp=500)
    await till.refund(order_id, {0: 990})
    assert (await till.ask_payout(2_000)).status_code == 201
    await till.give(deposit_account(till.shop_id), 100)


async def test_a_statement_adds_up_to_the_ledger_line_by_line(till: Till) -> None:
    await trade(till)
    statement = await till.see(f"statement?month={this_month()}")
    balance = (await till.see("balance"))["available_minor"]
    assert (statement["opening_minor"], statement["closing_minor"]) == (0, balance)
    assert sum(statement["by_kind"].values()) == balance
    assert sum(item["amount_minor"] for item in statement["items"]) == balance
    totals = statement["totals"]
    assert (totals["orders"], totals["goods_minor"], totals["freight_minor"]) == (2, 5980, 300)
    assert totals["refunded_minor"] == 990
    assert totals["fee_minor"] == await till.balance(PLATFORM_FEES) == 299 + 150 - 50
    assert totals["shop_minor"] == statement["by_kind"]["settle"] + statement["by_kind"]["claw_back"]
    for item in statement["items"]:
        if item["kind"] == "settle":
            others = item["commission_minor"] + item["service_minor"] + item["fee_minor"]
            goods = item["goods_minor"] + item["freight_minor"] - item["refunded_minor"]
            assert item["amount_minor"] == goods - others


async def test_a_statement_comes_in_pages_and_an_empty_month_is_empty(till: Till) -> None:
    await trade(till)
    seen, rest = [], f"statement?month={this_month()}&limit=2"
    while rest:
        page = await till.see(rest)
        seen += page["items"]
        cursor = page["next_cursor"]
        rest = f"statement?month={this_month()}&limit=2&cursor={cursor}" if cursor else ""
    assert [item["kind"] for item in seen] == ["gift", "settle", "settle", "claw_back", "payout"]
    past = await till.see("statement?month=2020-01")
    assert (past["opening_minor"], past["closing_minor"], past["items"]) == (0, 0, [])


PARTS = ("goods", "freight", "refunded", "commission", "service", "fee", "shop")


async def list_part(till: Till, part: str, month: str) -> dict[str, Any]:
    """A sum of a statement with all that it is made of, read a page of two at a time."""
    path = f"statement/{part}?month={month}&limit=2"
    found: dict[str, Any] = await till.see(path)
    cursor = found["next_cursor"]
    while cursor:
        page = await till.see(f"{path}&cursor={cursor}")
        found["items"] += page["items"]
        cursor = page["next_cursor"]
    assert found["lines"] == len(found["items"])
    assert len({(item["order_id"], item["at_ms"], item["amount_minor"]) for item in found["items"]}) == found["lines"]
    return found


async def test_every_sum_of_a_statement_opens_to_what_it_is_made_of(till: Till) -> None:
    await trade(till)
    creator_id = (await till.sign_up("达人"))[1]
    with_creator = await till.sold(commission_bp=1000, creator_id=creator_id)
    earlier = await till.sold(fee_bp=1000, freight_minor=500)
    last_month = date_in_books(utc_now(), 8).replace(day=1) - timedelta(days=1)
    async with till.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE settlement.settlement SET settled_at = $2 WHERE order_id = $1",
            earlier,
            datetime(last_month.year, last_month.month, last_month.day, 4, tzinfo=UTC),
        )
    # What was settled last month goes back in this one.
    await till.refund(earlier, {0: 1000}, freight_minor=500)
    for month in (this_month(), last_month.strftime("%Y-%m")):
        totals = (await till.see(f"statement?month={month}"))["totals"]
        found = {part: await list_part(till, part, month) for part in PARTS}
        for part, sums in found.items():
            assert sums["total_minor"] == totals[f"{part}_minor"], (month, part)
            assert sum(item["amount_minor"] for item in sums["items"]) == totals[f"{part}_minor"], (month, part)
            assert all(item["amount_minor"] for item in sums["items"]), "who gave nothing is not among them"
        assert found["goods"]["lines"] == totals["orders"]
    back = await list_part(till, "refunded", this_month())
    assert {item["order_id"] for item in back["items"]} >= {str(earlier)}
    assert all(item["is_back"] for item in back["items"])
    commission = await list_part(till, "commission", this_month())
    assert [item["order_id"] for item in commission["items"]] == [str(with_creator)]
    assert (await list_part(till, "commission", "2020-01"))["items"] == []


async def test_every_kind_of_movement_opens_to_the_movements_it_is_the_sum_of(till: Till) -> None:
    await trade(till)
    month = f"statement?month={this_month()}"
    by_kind = (await till.see(month))["by_kind"]
    assert set(by_kind) == {"gift", "settle", "claw_back", "payout"}
    for kind, minor in by_kind.items():
        seen = await till.see(f"{month}&kind={kind}")
        assert {item["kind"] for item in seen["items"]} == {kind}
        assert sum(item["amount_minor"] for item in seen["items"]) == minor
        assert seen["by_kind"] == by_kind
    assert (await till.see(f"{month}&kind=deposit"))["items"] == []


async def test_the_csv_says_the_same_and_ends_with_the_balance(till: Till) -> None:
    await trade(till)
    answer = await till.seller.get(f"/api/shops/{till.shop_id}/statement.csv?month={this_month()}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    amounts = [round(float(row[-1]) * 100) for row in rows[1:]]
    assert amounts[0] + sum(amounts[1:-1]) == amounts[-1] == (await till.see("balance"))["available_minor"]
    assert [row[1] for row in rows[1:]] == ["opening", "gift", "settle", "settle", "claw_back", "payout", "closing"]


async def test_a_month_that_is_none_is_refused(till: Till) -> None:
    for month in ("2026-13", "x", "9999-99", "0001-01"):
        answer = await till.seller.get(f"/api/shops/{till.shop_id}/statement?month={month}")
        assert 400 <= answer.status_code < 500, month


async def shift(till: Till, table: str, column: str, to: datetime) -> None:
    """As if it had happened then."""
    async with till.ctx.database.connection() as connection:
        await connection.execute(f"UPDATE settlement.{table} SET {column} = $1", to)


async def invoice(till: Till, now: datetime) -> int:
    """What the job does."""
    return await make_fee_invoices(till.ctx.database, now, 8)


async def test_fees_are_invoiced_once_a_month_after_its_end_without_gaps_in_the_numbers(till: Till) -> None:
    await till.sold(fee_bp=1000)
    order_id = await till.sold(fee_bp=1000)
    await shift(till, "settlement", "settled_at", datetime(2026, 1, 31, 15, 59, tzinfo=UTC))
    await till.refund(order_id, {0: 1000}, now=datetime(2026, 3, 5, tzinfo=UTC))
    end = datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert await invoice(till, end + timedelta(minutes=59)) == 0
    assert await invoice(till, end + timedelta(hours=1)) == 1
    assert await invoice(till, end + timedelta(days=20)) == 0
    assert await invoice(till, datetime(2026, 4, 2, tzinfo=UTC)) == 1
    items = (await till.see("fee-invoices"))["items"]
    assert [(one["number"], one["month"], one["total_minor"]) for one in items] == [
        ("XD0000000002", "2026-03", -100),
        ("XD0000000001", "2026-01", 598),
    ]
    async with till.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT last_month FROM settlement.fee_invoice_counter") == date(2026, 3, 1)


async def test_two_workers_never_invoice_a_month_twice(till: Till) -> None:
    await till.sold(fee_bp=1000)
    await shift(till, "settlement", "settled_at", datetime(2026, 1, 15, tzinfo=UTC))
    made = await asyncio.gather(*(invoice(till, datetime(2026, 6, 1, tzinfo=UTC)) for _ in range(3)))
    assert sum(made) == 1
