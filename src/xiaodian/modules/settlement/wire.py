"""What shops and creators see of their money, on the wire."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.settlement import Difference
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.settlement.models import FeeInvoice, Parts
from xiaodian.modules.settlement.part_queries import PartLine, PartSum, StatementPart
from xiaodian.modules.settlement.service.books_of_shop import SettlementSeen, ShopMoney
from xiaodian.modules.settlement.service.earnings import EarningLine, Earnings
from xiaodian.modules.settlement.service.statement import Statement, StatementLine
from xiaodian.modules.settlement.wire_payouts import FrozenView, to_frozen_view


class BalanceView(Contract, frozen=True, kw_only=True):
    """A shop's money. `pending_minor` is what its orders under way will bring after fee, commission and service."""

    available_minor: int
    pending_minor: int
    deposit_minor: int
    in_payout_minor: int
    paid_minor: int
    frozen: FrozenView | None
    currency: str


class EarningsView(Contract, frozen=True, kw_only=True):
    """A creator's or provider's money. Pending: not settled yet, or settled so lately that it must wait."""

    pending_minor: int
    available_minor: int
    in_payout_minor: int
    paid_minor: int
    frozen: FrozenView | None
    currency: str


class SettlementView(Contract, frozen=True, kw_only=True):
    """How the money of an order is split (`settled`), or would be now. Refunds after settlement are taken off."""

    order_id: UUID
    number: str
    state: str
    due_at_ms: int | None
    settled_at_ms: int | None
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    shop_minor: int
    currency: str


class EarningLineView(Contract, frozen=True, kw_only=True):
    """A line that a creator sold. `state`: pending, held (an after-sale is open), settled, available."""

    order_id: UUID
    number: str
    line_no: int
    shop_id: ShopId
    shop_name: str
    product_id: UUID
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    goods_minor: int
    commission_bp: int
    commission_minor: int
    state: str
    paid_at_ms: int | None
    settled_at_ms: int | None
    available_at_ms: int | None
    currency: str


class StatementLineView(Contract, frozen=True, kw_only=True):
    """A movement of the balance; `amount_minor` is what it brought. Kinds as in `by_kind`."""

    kind: str
    at_ms: int
    order_id: UUID | None
    number: str | None
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    amount_minor: int


class StatementTotals(Contract, frozen=True, kw_only=True):
    """Sums of the month's settlements, with what was taken back in the month taken off."""

    orders: int
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    shop_minor: int


class ExpectedView(Contract, frozen=True, kw_only=True):
    """What will come to the shop on a day; without a day: what is not shipped yet."""

    due_on: str | None
    shop_minor: int


class StatementView(Contract, frozen=True, kw_only=True):
    """A month of a shop's balance: closing is opening and all of `by_kind`."""

    month: str
    currency: str
    opening_minor: int
    closing_minor: int
    by_kind: dict[str, int]
    totals: StatementTotals
    expected: list[ExpectedView]
    items: list[StatementLineView]
    next_cursor: str | None


class PartLineView(Contract, frozen=True, kw_only=True):
    """What one order gave to a sum when it was settled, or gave back by a refund since (`is_back`)."""

    order_id: UUID
    number: str
    at_ms: int
    is_back: bool
    amount_minor: int


class StatementPartView(Contract, frozen=True, kw_only=True):
    """One sum of a month's statement, and what it is made of, the newest first."""

    month: str
    part: StatementPart
    currency: str
    total_minor: int
    lines: int
    items: list[PartLineView]
    next_cursor: str | None


class FeeInvoiceView(Contract, frozen=True, kw_only=True):
    """The platform's fees of a month, less those given back."""

    invoice_id: UUID
    number: str
    month: str
    fee_minor: int
    back_minor: int
    total_minor: int
    currency: str
    made_at_ms: int


class ReconciliationView(Contract, frozen=True, kw_only=True):
    """A day's differences; none if all books agree."""

    day: str
    differences: list[Difference]


def to_balance_view(money: ShopMoney) -> BalanceView:
    """All of a shop's money."""
    return BalanceView(
        available_minor=money.balances.available_minor,
        pending_minor=money.pending_minor,
        deposit_minor=money.balances.deposit_minor,
        in_payout_minor=money.payouts.on_the_way_minor,
        paid_minor=money.payouts.paid_minor,
        frozen=to_frozen_view(money.freeze),
        currency=money.balances.currency,
    )


def to_earnings_view(earnings: Earnings) -> EarningsView:
    """All of a creator's money."""
    return EarningsView(
        pending_minor=earnings.pending_minor + earnings.balances.held_minor,
        available_minor=earnings.balances.available_minor,
        in_payout_minor=earnings.payouts.on_the_way_minor,
        paid_minor=earnings.payouts.paid_minor,
        frozen=to_frozen_view(earnings.freeze),
        currency=earnings.balances.currency,
    )


def to_settlement_view(seen: SettlementSeen) -> SettlementView:
    """An order's money: as it was split, or as it would be."""
    order, settlement = seen.order, seen.settlement
    parts = settlement.parts - settlement.back if settlement else seen.expected
    due_at = seen.due.completed_at if seen.due else order.completes_at
    is_held = order.holds > 0
    return SettlementView(
        order_id=order.order_id,
        number=order.number,
        state="settled" if settlement else "held" if is_held else "pending",
        due_at_ms=None if settlement or is_held or due_at is None else to_epoch_ms(due_at),
        settled_at_ms=to_epoch_ms(settlement.settled_at) if settlement else None,
        goods_minor=sum(line.amount_minor - line.off_minor for line in order.lines),
        freight_minor=order.freight_minor,
        refunded_minor=order.refunded_minor + sum(line.refunded_platform_minor for line in order.lines),
        commission_minor=parts.commission_minor,
        service_minor=parts.service_minor,
        fee_minor=parts.fee_minor,
        shop_minor=parts.shop_minor,
        currency=order.currency,
    )


def to_earning_line_view(line: EarningLine, now_ms: int) -> EarningLineView:
    """A line that a creator sold, less what went back of it."""
    available_at_ms = to_epoch_ms(line.available_at) if line.available_at else None
    state = "held" if line.is_held else "pending"
    if available_at_ms is not None:
        state = "available" if available_at_ms <= now_ms else "settled"
    order, sold = line.order, line.line
    return EarningLineView(
        order_id=order.order_id,
        number=order.number,
        line_no=sold.line_no,
        shop_id=order.shop_id,
        shop_name=order.shop_name,
        product_id=sold.product_id,
        title=sold.title,
        sku_name=sold.sku_name,
        picture_url=sold.picture_url,
        quantity=sold.left_quantity,
        goods_minor=sold.goods_minor,
        commission_bp=sold.commission_bp,
        commission_minor=line.commission_minor - line.back_minor,
        state=state,
        paid_at_ms=to_epoch_ms(order.paid_at) if order.paid_at else None,
        settled_at_ms=to_epoch_ms(line.settled_at) if line.settled_at else None,
        available_at_ms=available_at_ms,
        currency=order.currency,
    )


def to_statement_view(statement: Statement, next_cursor: str | None, limit: int) -> StatementView:
    """A month, with one page of its movements."""
    sums, parts = statement.sums, statement.sums.parts - statement.sums.back
    return StatementView(
        month=statement.month.strftime("%Y-%m"),
        currency=statement.currency,
        opening_minor=statement.opening_minor,
        closing_minor=statement.closing_minor,
        by_kind=statement.by_kind,
        totals=StatementTotals(
            orders=sums.orders,
            goods_minor=sums.goods_minor,
            freight_minor=sums.freight_minor,
            refunded_minor=sums.refunded_minor + sums.back.total_minor,
            commission_minor=parts.commission_minor,
            service_minor=parts.service_minor,
            fee_minor=parts.fee_minor,
            shop_minor=parts.shop_minor,
        ),
        expected=[
            ExpectedView(due_on=one.due_on.isoformat() if one.due_on else None, shop_minor=one.shop_minor)
            for one in statement.expected
        ],
        items=[_to_statement_line_view(line, line.parts) for line in statement.lines[:limit]],
        next_cursor=next_cursor,
    )


def to_part_view(
    month: date, part: StatementPart, found: PartSum, lines: Sequence[PartLine], next_cursor: str | None
) -> StatementPartView:
    """A sum, with one page of its lines."""
    return StatementPartView(
        month=month.strftime("%Y-%m"),
        part=part,
        currency=DEFAULT_CURRENCY,
        total_minor=found.amount_minor,
        lines=found.lines,
        items=[
            PartLineView(
                order_id=line.order_id,
                number=line.number,
                at_ms=to_epoch_ms(line.at),
                is_back=line.is_back,
                amount_minor=line.amount_minor,
            )
            for line in lines
        ],
        next_cursor=next_cursor,
    )


def _to_statement_line_view(line: StatementLine, parts: Parts) -> StatementLineView:
    return StatementLineView(
        kind=line.entry.kind,
        at_ms=to_epoch_ms(line.entry.posted_at),
        order_id=line.order_id,
        number=line.number,
        goods_minor=line.goods_minor,
        freight_minor=line.freight_minor,
        refunded_minor=line.refunded_minor,
        commission_minor=parts.commission_minor,
        service_minor=parts.service_minor,
        fee_minor=parts.fee_minor,
        amount_minor=line.entry.amount_minor,
    )


def to_fee_invoice_view(invoice: FeeInvoice) -> FeeInvoiceView:
    """An invoice with its number as it is printed."""
    return FeeInvoiceView(
        invoice_id=invoice.invoice_id,
        number=f"XD{invoice.number:010d}",
        month=invoice.month.strftime("%Y-%m"),
        fee_minor=invoice.fee_minor,
        back_minor=invoice.back_minor,
        total_minor=invoice.total_minor,
        currency=invoice.currency,
        made_at_ms=to_epoch_ms(invoice.made_at),
    )
