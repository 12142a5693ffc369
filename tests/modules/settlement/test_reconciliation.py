"""Each way in which two books can differ is found, and books that agree are not complained of."""

import asyncio
import json
import tracemalloc
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from tests.conftest import once
from tests.modules.settlement.till import Till

from xiaodian.cli import main as cli
from xiaodian.contracts.accounting import escrow_account, provider_account
from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.payments import ChargeId, ChargeState, StatementLine
from xiaodian.contracts.settlement import Difference
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments.service.ask_providers import carry_out_refunds
from xiaodian.modules.payments.service.sandbox import SandboxProvider
from xiaodian.modules.settlement.rules import date_in_books, day_of_books
from xiaodian.modules.settlement.service import reconcile as reconcile_module
from xiaodian.modules.settlement.service import reconcile_statements
from xiaodian.modules.settlement.service.reconcile import reconcile
from xiaodian.modules.settlement.service.reconcile_statements import compare_statement

pytestmark = pytest.mark.usefixtures("midday")

Plant = Callable[[Till, OrderId], Awaitable[None]]


def today() -> date:
    """By the books."""
    return date_in_books(utc_now(), 8)


async def differences(till: Till, *, whole_ledger: bool = False) -> list[Difference]:
    """Today's."""
    return await reconcile(till.ctx, today(), whole_ledger=whole_ledger)


async def run(till: Till, statement: str, *arguments: object) -> None:
    """Past all of our code."""
    async with till.ctx.database.connection() as connection:
        status = await connection.execute(statement, *arguments)
    assert not status.endswith(" 0"), statement


async def post(till: Till, order_id: UUID, amount_minor: int) -> None:
    """A capture in the ledger that payments know nothing of."""
    entries = [
        Entry(account=provider_account("sandbox"), amount_minor=-amount_minor),
        Entry(account=escrow_account(order_id), amount_minor=amount_minor),
    ]
    capture = Transfer(transfer_id=uuid4(), kind="capture", currency="CNY", entries=entries, reference=str(order_id))
    async with till.ctx.database.transaction() as connection:
        await ledger.post_many(connection, [capture])


async def missing_here(till: Till, order_id: OrderId) -> None:
    await run(till, "UPDATE payments.charge SET captured_at = captured_at - interval '9 days'")


async def missing_there(till: Till, order_id: OrderId) -> None:
    await run(till, "UPDATE payments.sandbox_charge SET decided_at = decided_at - interval '9 days'")


async def other_amount(till: Till, order_id: OrderId) -> None:
    await run(till, "UPDATE payments.sandbox_charge SET amount_minor = amount_minor + 1")


async def other_currency(till: Till, order_id: OrderId) -> None:
    await run(till, "UPDATE payments.sandbox_charge SET currency = 'USD'")


async def ledger_without_order(till: Till, order_id: OrderId) -> None:
    await post(till, uuid4(), 100)


async def paid_without_ledger(till: Till, order_id: OrderId) -> None:
    [placed] = await till.buyer.orders([(till.sku_id, 1)])
    await run(
        till,
        "UPDATE orders.order SET state = 'paid', paid_at = $2 WHERE order_id = $1",
        UUID(placed["order_id"]),
        utc_now(),
    )


async def payment_without_ledger(till: Till, order_id: OrderId) -> None:
    await post(till, order_id, 7)


async def captured_not_paid(till: Till, order_id: OrderId) -> None:
    await run(till, "UPDATE orders.order SET state = 'pending_payment', paid_at = NULL WHERE order_id = $1", order_id)


async def refund_overdue(till: Till, order_id: OrderId) -> None:
    await till.refund(order_id, {0: 100})
    await run(till, "UPDATE payments.refund SET requested_at = requested_at - interval '2 days'")


async def escrow_not_empty(till: Till, order_id: OrderId) -> None:
    await till.complete(order_id)
    assert await till.settle() == 1
    await till.give(escrow_account(order_id), 5)


async def not_settled(till: Till, order_id: OrderId) -> None:
    await till.give(escrow_account(order_id), 5)
    await till.complete(order_id)
    assert await till.settle() == 0


async def stock_broken(till: Till, order_id: OrderId) -> None:
    await run(till, "UPDATE catalog.stock SET on_hand = on_hand + 1 WHERE sku_id = $1", till.sku_id)


async def notice_refused(till: Till, order_id: OrderId) -> None:
    assert (await tell_amount(till, order_id, 1)).status_code == 400


async def cancelled_with_money(till: Till, order_id: OrderId) -> None:
    cancelled = await till.buyer.client.post(f"/api/orders/{order_id}/cancel", json={}, headers=once())
    assert cancelled.status_code == 200, cancelled.text
    await till.give(escrow_account(order_id), 5)


async def tell_amount(till: Till, order_id: OrderId, amount_minor: int) -> httpx.Response:
    """The provider says, rightly signed, that so much was paid for an order."""
    async with till.ctx.database.transaction() as connection:
        [part] = (await payments.lock_captured_parts(connection, [order_id]))[order_id]
        charge = await payments.get_charge_of_payer(connection, part.charge_id, till.buyer.account_id)
    told = msgspec.structs.replace(charge, amount_minor=amount_minor)
    headers, body = await SandboxProvider(till.ctx.database).sign_notice(told, ChargeState.CAPTURED, uuid4().hex)
    return await till.seller.post(
        "/api/payments/callbacks/sandbox", headers={**headers, "content-type": "application/json"}, content=body
    )


PLANTS: list[Plant] = [
    missing_here,
    missing_there,
    other_amount,
    other_currency,
    ledger_without_order,
    paid_without_ledger,
    payment_without_ledger,
    captured_not_paid,
    refund_overdue,
    escrow_not_empty,
    not_settled,
    stock_broken,
    notice_refused,
    cancelled_with_money,
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
async def test_each_kind_of_difference_is_found_and_nothing_else(till: Till, plant: Plant) -> None:
    order_id = await till.sell()
    await plant(till, order_id)
    assert [difference.kind for difference in await differences(till)] == [plant.__name__]


async def test_books_that_agree_have_no_differences(till: Till) -> None:
    await till.sold(fee_bp=500, freight_minor=100)
    refunded = await till.sold(fee_bp=500)
    await till.refund(refunded, {0: 1000})
    paid_twice = await till.sell()
    await till.refund(paid_twice, {0: 2990})
    cancelled = await till.sell(freight_minor=100)
    await till.buyer.client.post(f"/api/orders/{cancelled}/cancel", json={}, headers=once())
    told_again = await till.sell()
    await tell_amount(till, told_again, 2990)
    assert await differences(till, whole_ledger=True) == []


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two rows each, so that a few orders are many pages."""
    for module in (reconcile_module, reconcile_statements):
        monkeypatch.setattr(module, "PAGE", 2)


@pytest.mark.usefixtures("small_pages")
async def test_a_day_of_many_pages_is_compared_to_its_end(till: Till) -> None:
    order_ids = [await till.sell() for _ in range(5)]
    await till.refund(order_ids[0], {0: 100})
    await run(till, "UPDATE payments.refund SET try_at = requested_at")
    assert await carry_out_refunds(till.ctx.database, payments.Providers(till.ctx), utc_now()) == 1
    assert await differences(till) == []
    for order_id in order_ids:
        await payment_without_ledger(till, order_id)
    found = await differences(till)
    # Once each, though the first one's payment and refund stand on different pages.
    assert sorted(difference.order_id.int for difference in found if difference.order_id) == sorted(
        order_id.int for order_id in order_ids
    )
    await other_amount(till, order_ids[0])
    kinds = Counter(difference.kind for difference in await differences(till))
    assert kinds == {"payment_without_ledger": 5, "other_amount": 5}


@pytest.mark.usefixtures("small_pages")
async def test_what_no_statement_has_is_found_on_every_page(till: Till) -> None:
    order_ids = [await till.sell() for _ in range(5)]
    await missing_there(till, order_ids[0])
    assert [difference.kind for difference in await differences(till)] == ["missing_there"] * 5


async def test_a_day_that_is_wrong_as_a_whole_is_not_listed_without_end(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_ids = [await till.sell() for _ in range(3)]
    await other_amount(till, order_ids[0])
    monkeypatch.setattr(reconcile_module, "MOST", 2)
    assert len(await differences(till)) == 2


async def test_a_difference_says_by_how_much_and_where(till: Till) -> None:
    await till.sell()
    await other_amount(till, OrderId(uuid4()))
    [difference] = await differences(till)
    assert (difference.provider, difference.ours_minor, difference.theirs_minor) == ("sandbox", 2990, 2991)
    assert difference.charge_id is not None


async def test_a_refused_message_says_whose_it_is_and_on_which_day_it_came(till: Till) -> None:
    order_id = await till.sell()
    await notice_refused(till, order_id)
    [difference] = await differences(till)
    assert (difference.provider, difference.theirs_minor, difference.currency) == ("sandbox", 1, "CNY")
    assert difference.charge_id is not None
    assert difference.detail.startswith("unknown_charge ")
    assert await reconcile(till.ctx, today() - timedelta(days=2)) == []


async def test_a_provider_without_a_statement_is_a_difference(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    async def _away(self: SandboxProvider, day: date) -> AsyncGenerator[StatementLine, None]:
        yield a_line(day)
        raise UnavailableError

    monkeypatch.setattr(SandboxProvider, "get_statement", _away)
    # Not that the line before it broke off is missing here: nobody knows whether it was right.
    assert [difference.kind for difference in await differences(till)] == ["no_statement"]


A_MIB = 2**20
MANY = 50_000


async def test_a_day_of_fifty_thousand_payments_is_compared_in_little_memory(till: Till) -> None:
    day, provider = today(), SandboxProvider(till.ctx.database)
    period = day_of_books(day, 8)
    await book(till, MANY, period.start + timedelta(hours=12))
    tracemalloc.start()
    try:
        found = [one async for one in compare_statement(till.ctx.database, provider, day, period)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [(one.kind, one.ours_minor, one.theirs_minor) for one in found] == [("other_amount", 100, 101)]
    assert most < 8 * A_MIB


async def book(till: Till, count: int, at: datetime) -> None:
    """So many payments here and at the provider, past all of our code; of one the provider says another amount."""
    ids = [uuid4() for _ in range(count)]
    async with till.ctx.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO payments.charge
                (charge_id, orders_key, payer_id, provider, method, amount_minor, currency, state, created_at,
                changed_at, captured_at)
            SELECT id, id, id, 'sandbox', 'page', 100, 'CNY', 'captured', $2, $2, $2 FROM unnest($1::uuid[]) AS id
            """,
            ids,
            at,
        )
        await connection.execute(
            """
            INSERT INTO payments.sandbox_charge (charge_id, amount_minor, currency, state, decided_at)
            SELECT id, CASE id WHEN $3 THEN 101 ELSE 100 END, 'CNY', 'captured', $2 FROM unnest($1::uuid[]) AS id
            """,
            ids,
            at,
            ids[count // 2],
        )


def a_line(day: date) -> StatementLine:
    """Of a payment that nobody has booked."""
    return StatementLine(
        charge_id=ChargeId(uuid4()),
        refund_id=None,
        amount_minor=1,
        currency="CNY",
        at=day_of_books(day, 8).start,
        provider_ref="",
    )


async def test_a_kept_sum_that_is_wrong_is_found_when_the_whole_ledger_is_read(till: Till) -> None:
    await till.sell()
    await run(
        till,
        "INSERT INTO ledger.checkpoint VALUES ($1, 'CNY', 1, 42, now())",
        provider_account("sandbox"),
    )
    assert await differences(till) == []
    kinds = {difference.kind for difference in await differences(till, whole_ledger=True)}
    assert kinds == {"ledger_broken"}


async def test_operators_read_it_over_http(till: Till) -> None:
    operator, _ = await till.operator()
    order_id = await till.sell()
    await payment_without_ledger(till, order_id)
    answer = await operator.get(f"/api/operator/reconciliation?day={today()}")
    [difference] = answer.json()["differences"]
    assert (difference["kind"], difference["order_id"]) == ("payment_without_ledger", str(order_id))
    for day in ("2026-02-30", "0001-01-01", "9999-12-31"):
        assert (await operator.get(f"/api/operator/reconciliation?day={day}")).status_code == 422


async def command(till: Till, *arguments: str) -> int:
    """Run the program as a shell does, in a thread since it has a loop of its own; answers the exit code."""

    def _run() -> int:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        return int(str(ended.value.code))

    return await asyncio.to_thread(_run)


@pytest.fixture
def environment(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings as the shell would give them."""
    monkeypatch.setenv("XIAODIAN_DATABASE_URL", till.ctx.settings.database_url)
    monkeypatch.setenv("XIAODIAN_DATA_DIR", str(till.ctx.settings.data_dir))


@pytest.mark.usefixtures("environment")
async def test_the_command_ends_with_1_when_there_are_differences(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = await till.sell()
    assert await command(till, "reconcile", "--day", str(today())) == 0
    assert "0 differences" in capsys.readouterr().out
    await payment_without_ledger(till, order_id)
    assert await command(till, "reconcile", "--day", str(today())) == 1
    assert str(order_id) in capsys.readouterr().out
    assert await command(till, "reconcile", "--day", str(today()), "--json") == 1
    assert json.loads(capsys.readouterr().out)["kind"] == "payment_without_ledger"
    assert await command(till, "reconcile", "--day", "yesterday") == 2


@pytest.mark.usefixtures("environment")
async def test_an_operator_is_made_and_unmade_on_the_command_line(till: Till) -> None:
    _, account_id = await till.sign_up("运营")
    async with till.ctx.database.connection() as connection:
        sign_in = await connection.fetchval("SELECT sign_in FROM accounts.account WHERE account_id = $1", account_id)
    assert await command(till, "operator", "grant", sign_in) == 0
    assert await is_operator(till, account_id)
    assert await command(till, "operator", "revoke", sign_in) == 0
    assert not await is_operator(till, account_id)
    assert await command(till, "operator", "grant", "nobody@example.com") == 1
    assert await command(till, "operator", "grant", "not a name") == 1


async def is_operator(till: Till, account_id: UUID) -> bool:
    """By the records."""
    async with till.ctx.database.connection() as connection:
        return bool(
            await connection.fetchval("SELECT is_operator FROM accounts.account WHERE account_id = $1", account_id)
        )
