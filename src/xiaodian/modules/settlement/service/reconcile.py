"""Compare for one day all books that speak of the same money, and list each difference.

Books: what each provider states, what payments have booked, the ledger, the orders, the settlements; and, because the
same report is read by the same people, whether stock adds up. It only reads. Each part works through the day in pages
and stops after a limit of differences, so that a day that is wrong as a whole does not fill the memory.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from xiaodian.contracts.accounting import escrow_account
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.payments import BookedLine
from xiaodian.contracts.settlement import Difference, DifferenceKind
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders
from xiaodian.modules.payments import api as payments
from xiaodian.modules.settlement import queries
from xiaodian.modules.settlement.models import Settlement
from xiaodian.modules.settlement.reconciliation import Money, compare_money, judge_capture, judge_paid, sum_ledger
from xiaodian.modules.settlement.rules import Period, day_of_books
from xiaodian.modules.settlement.service.reconcile_statements import compare_statement

PAGE = 500
MOST = 1_000
CAPTURE, REFUND, REFUND_REQUESTED = "capture", "refund", "refund_requested"
_MOVES = (CAPTURE, REFUND, REFUND_REQUESTED)


async def reconcile(ctx: Records, day: date, *, whole_ledger: bool = False) -> list[Difference]:
    """All differences of a day (as the books count it), at most `MOST` of each part. Empty if all is well.

    `whole_ledger` also looks at every entry that was ever posted. Raises InvalidInputError.
    """
    period = day_of_books(day, ctx.settings.books_utc_offset_h)
    found: list[Difference] = []
    for provider in payments.Providers(ctx).list():
        found += await _take(compare_statement(ctx.database, provider, day, period))
    async with ctx.database.connection() as connection:
        for part in (
            _payments_and_ledger(connection, period),
            _ledger_and_orders(connection, period),
            _orders_and_ledger(connection, period),
            _settlements(connection, period),
            _cancelled(connection, period),
        ):
            found += await _take(part)
        found += await _refused_notices(connection, period)
        found += await _refunds(connection, utc_now() - timedelta(hours=ctx.settings.refund_pending_hours))
        found += await _stock(connection)
        if whole_ledger:
            found += [
                Difference(
                    kind=DifferenceKind.LEDGER_BROKEN,
                    ours_minor=fault.found_minor,
                    theirs_minor=fault.wanted_minor,
                    detail=f"{fault.kind} {fault.name}",
                )
                for fault in await ledger.find_faults(connection)
            ]
    return found


async def _take(part: AsyncGenerator[Difference, None]) -> list[Difference]:
    taken: list[Difference] = []
    async with aclosing(part):
        async for difference in part:
            taken.append(difference)
            if len(taken) == MOST:
                break
    return taken


async def _payments_and_ledger(connection: Connection, period: Period) -> AsyncGenerator[Difference, None]:
    """Every order of which money came in or went back that day: the same sums in payments and in the ledger?"""
    listed: set[tuple[UUID, DifferenceKind]] = set()
    after: BookedLine | None = None
    while True:
        page = await payments.list_day(connection, period.start, period.end, after=after, limit=PAGE)
        by_charge = await payments.get_order_ids_of_charges(connection, {line.charge_id for line in page})
        order_ids = list({order_id for ids in by_charge.values() for order_id in ids})
        wanted = Money.by_order(await payments.list_movements(connection, order_ids))
        transfers = await ledger.list_transfers_of(connection, [str(one) for one in order_ids], (CAPTURE, REFUND))
        posted = sum_ledger(transfers)
        found = await orders.find_orders(connection, order_ids)
        returning = await _sum_requested(connection, order_ids)
        for order_id in order_ids:
            ours, theirs = posted.get(order_id, Money()), wanted.get(order_id, Money())
            for difference in (
                compare_money(order_id, ours, theirs),
                judge_capture(order_id, found.get(OrderId(order_id)), theirs, returning.get(order_id, 0)),
            ):
                if difference and (order_id, difference.kind) not in listed:
                    listed.add((order_id, difference.kind))
                    yield difference
        if len(page) < PAGE:
            return
        after = page[-1]


async def _ledger_and_orders(connection: Connection, period: Period) -> AsyncGenerator[Difference, None]:
    """Every capture in the ledger of that day: is there such an order?"""
    after: tuple[datetime, UUID] | None = None
    while True:
        page = await ledger.list_transfers(connection, [CAPTURE], period.start, period.end, after=after, limit=PAGE)
        found = await orders.find_orders(connection, [UUID(transfer.reference) for transfer in page])
        for transfer in page:
            if OrderId(UUID(transfer.reference)) not in found:
                yield Difference(
                    kind=DifferenceKind.LEDGER_WITHOUT_ORDER,
                    order_id=UUID(transfer.reference),
                    ours_minor=transfer.amounts.get(escrow_account(UUID(transfer.reference))),
                    currency=transfer.currency,
                )
        if len(page) < PAGE:
            return
        after = (page[-1].posted_at, page[-1].transfer_id)


async def _orders_and_ledger(connection: Connection, period: Period) -> AsyncGenerator[Difference, None]:
    """Every order that was paid that day: did the ledger get its money, and all of it?"""
    after: UUID | None = None
    while True:
        page: Sequence[Order] = await orders.list_paid_between(
            connection, period.start, period.end, after=after, limit=PAGE
        )
        references = [str(order.order_id) for order in page]
        posted = await ledger.list_transfers_of(connection, references, [CAPTURE])
        for order in page:
            mine = [transfer for transfer in posted if transfer.reference == str(order.order_id)]
            difference = judge_paid(order, mine)
            if difference:
                yield difference
        if len(page) < PAGE:
            return
        after = page[-1].order_id


async def _settlements(connection: Connection, period: Period) -> AsyncGenerator[Difference, None]:
    """Orders settled that day must have nothing in escrow; orders that cannot be settled wait for somebody."""
    after = (period.start, UUID(int=0))
    while True:
        page = await queries.list_settled_between(connection, period.start, period.end, after=after, limit=PAGE)
        for difference in await _left_in_escrow(connection, DifferenceKind.ESCROW_NOT_EMPTY, page):
            yield difference
        if len(page) < PAGE:
            break
        after = (page[-1].settled_at, page[-1].order_id)
    for order_id, problem in await queries.list_troubled(connection, MOST):
        yield Difference(kind=DifferenceKind.NOT_SETTLED, order_id=order_id, detail=problem)


async def _cancelled(connection: Connection, period: Period) -> AsyncGenerator[Difference, None]:
    """Orders cancelled that day must have nothing in escrow: it went back to the buyer, and to the platform."""
    after: Order | None = None
    while True:
        page = await orders.list_cancelled_after_payment(connection, period.start, period.end, after=after, limit=PAGE)
        for difference in await _left_in_escrow(connection, DifferenceKind.CANCELLED_WITH_MONEY, page):
            yield difference
        if len(page) < PAGE:
            return
        after = page[-1]


async def _left_in_escrow(
    connection: Connection, kind: DifferenceKind, closed: Sequence[Settlement] | Sequence[Order]
) -> list[Difference]:
    """What is in escrow of orders for which nothing should be there any more."""
    accounts = {escrow_account(one.order_id): one for one in closed}
    balances = await ledger.get_balances(connection, accounts, DEFAULT_CURRENCY)
    return [
        Difference(
            kind=kind,
            order_id=accounts[account].order_id,
            ours_minor=balance,
            theirs_minor=0,
            currency=accounts[account].currency,
        )
        for account, balance in balances.items()
        if balance
    ]


async def _refused_notices(connection: Connection, period: Period) -> list[Difference]:
    return [
        Difference(
            kind=DifferenceKind.NOTICE_REFUSED,
            provider=notice.provider,
            charge_id=notice.charge_id,
            refund_id=notice.refund_id,
            theirs_minor=notice.amount_minor,
            currency=notice.currency,
            detail=f"{notice.reason} {notice.notice_id}",
        )
        for notice in await payments.list_refused_notices(connection, period.start, period.end, MOST)
    ]


async def _sum_requested(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What was taken out of the orders' escrow for refunds."""
    transfers = await ledger.list_transfers_of(connection, [str(one) for one in order_ids], [REFUND_REQUESTED])
    sums: dict[UUID, int] = {}
    for transfer in transfers:
        order_id = UUID(transfer.reference)
        sums[order_id] = sums.get(order_id, 0) - transfer.amounts.get(escrow_account(order_id), 0)
    return sums


async def _refunds(connection: Connection, before: datetime) -> list[Difference]:
    return [
        Difference(
            kind=DifferenceKind.REFUND_OVERDUE,
            provider=refund.provider,
            order_id=refund.order_id,
            charge_id=refund.charge_id,
            refund_id=refund.refund_id,
            ours_minor=refund.amount_minor,
            currency=refund.currency,
            detail=f"{refund.state} {refund.detail}".strip(),
        )
        for refund in await payments.list_overdue_refunds(connection, before, MOST)
    ]


async def _stock(connection: Connection) -> list[Difference]:
    faults = await catalog.check_stock(connection)
    return [
        Difference(
            kind=DifferenceKind.STOCK_BROKEN,
            stock_id=fault.stock_id,
            ours_minor=fault.on_hand + fault.sold,
            theirs_minor=fault.journalled,
            detail=f"SKU {fault.sku_id}",
        )
        for fault in islice(faults, MOST)
    ]
