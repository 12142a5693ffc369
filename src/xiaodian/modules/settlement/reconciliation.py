"""Pure comparisons of two books that speak of the same money."""

from collections.abc import Container, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.accounting import escrow_account
from xiaodian.contracts.ledger import PostedTransfer
from xiaodian.contracts.orders import Order
from xiaodian.contracts.payments import BookedLine, Movement, MovementKind, StatementLine
from xiaodian.contracts.settlement import Difference, DifferenceKind

_PROVIDER_ACCOUNTS = "provider:"

LineKey = tuple[UUID | None, UUID | None]
"""Charge and refund that a line is about; of a refund the refund alone counts."""


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What came in for an order through all providers, and what went back."""

    in_minor: int = 0
    back_minor: int = 0

    @classmethod
    def by_order(cls, movements: Iterable[Movement]) -> dict[UUID, "Money"]:
        """By what payments say."""
        sums: dict[UUID, Money] = {}
        for one in movements:
            before = sums.get(one.order_id, cls())
            is_in, is_back = one.kind is MovementKind.PAID, one.kind is MovementKind.REFUNDED
            sums[one.order_id] = cls(
                in_minor=before.in_minor + one.amount_minor * is_in,
                back_minor=before.back_minor + one.amount_minor * is_back,
            )
        return sums


def sum_ledger(transfers: Iterable[PostedTransfer]) -> dict[UUID, Money]:
    """The same by the ledger: what captures and refunds moved on the accounts of providers."""
    sums: dict[UUID, Money] = {}
    for transfer in transfers:
        moved = sum(amount for account, amount in transfer.amounts.items() if account.startswith(_PROVIDER_ACCOUNTS))
        order_id = UUID(transfer.reference)
        before = sums.get(order_id, Money())
        sums[order_id] = Money(in_minor=before.in_minor - min(moved, 0), back_minor=before.back_minor + max(moved, 0))
    return sums


def compare_money(order_id: UUID, ledger: Money, payments: Money) -> Difference | None:
    """Ledger and payments must say the same of an order."""
    if ledger == payments:
        return None
    return Difference(
        kind=DifferenceKind.PAYMENT_WITHOUT_LEDGER,
        order_id=order_id,
        ours_minor=ledger.in_minor - ledger.back_minor,
        theirs_minor=payments.in_minor - payments.back_minor,
        detail=f"ledger +{ledger.in_minor} -{ledger.back_minor}, payments +{payments.in_minor} -{payments.back_minor}",
    )


def judge_capture(order_id: UUID, order: Order | None, payments: Money, returning_minor: int) -> Difference | None:
    """Money that came in must be for an order that is paid, or go back (a late or double payment)."""
    if order is None and payments.in_minor:
        return Difference(
            kind=DifferenceKind.CAPTURED_NOT_PAID, order_id=order_id, theirs_minor=payments.in_minor, detail="no order"
        )
    if order is None or order.paid_at is not None or payments.in_minor <= returning_minor:
        return None
    return Difference(
        kind=DifferenceKind.CAPTURED_NOT_PAID,
        order_id=order_id,
        ours_minor=returning_minor,
        theirs_minor=payments.in_minor,
        currency=order.currency,
        detail=order.state,
    )


def judge_paid(order: Order, captures: Sequence[PostedTransfer]) -> Difference | None:
    """A paid order must have a capture that put exactly its money into its escrow."""
    wanted_minor = order.total_minor + order.platform_off_minor
    if not captures:
        return Difference(
            kind=DifferenceKind.PAID_WITHOUT_LEDGER,
            order_id=order.order_id,
            ours_minor=0,
            theirs_minor=wanted_minor,
            currency=order.currency,
        )
    if any(capture.currency != order.currency for capture in captures):
        return Difference(
            kind=DifferenceKind.OTHER_CURRENCY,
            order_id=order.order_id,
            ours_minor=wanted_minor,
            currency=order.currency,
            detail=", ".join(sorted({capture.currency for capture in captures})),
        )
    amounts = [capture.amounts.get(escrow_account(order.order_id), 0) for capture in captures]
    if wanted_minor in amounts:
        return None
    return Difference(
        kind=DifferenceKind.OTHER_AMOUNT,
        order_id=order.order_id,
        ours_minor=wanted_minor,
        theirs_minor=sum(amounts),
        currency=order.currency,
        detail="ledger",
    )


def key_of(line: StatementLine | BookedLine) -> LineKey:
    """What a line is about. A provider's statement may name a refund without its charge."""
    return (None, line.refund_id) if line.refund_id else (line.charge_id, None)


def compare_stated(
    provider: str, stated: Iterable[StatementLine], booked: Mapping[LineKey, BookedLine]
) -> list[Difference]:
    """Lines of a provider's statement against what we have booked of the same charges and refunds."""
    return [difference for line in stated for difference in _compare_line(provider, line, booked.get(key_of(line)))]


def list_missing_there(provider: str, booked: Iterable[BookedLine], stated: Container[LineKey]) -> list[Difference]:
    """Those of our lines that stand in none of the provider's statements."""
    return [
        Difference(
            kind=DifferenceKind.MISSING_THERE,
            provider=provider,
            charge_id=mine.charge_id,
            refund_id=mine.refund_id,
            ours_minor=mine.amount_minor,
            currency=mine.currency,
        )
        for mine in booked
        if key_of(mine) not in stated
    ]


def _compare_line(provider: str, line: StatementLine, mine: BookedLine | None) -> list[Difference]:
    def _differ(kind: DifferenceKind) -> Difference:
        return Difference(
            kind=kind,
            provider=provider,
            charge_id=line.charge_id or (mine.charge_id if mine else None),
            refund_id=line.refund_id,
            ours_minor=mine.amount_minor if mine else None,
            theirs_minor=line.amount_minor,
            currency=mine.currency if mine else line.currency,
            detail=f"{line.currency} {line.provider_ref}".strip(),
        )

    if mine is None:
        return [_differ(DifferenceKind.MISSING_HERE)]
    kinds = []
    if line.amount_minor != mine.amount_minor:
        kinds.append(DifferenceKind.OTHER_AMOUNT)
    if line.currency != mine.currency:
        kinds.append(DifferenceKind.OTHER_CURRENCY)
    return [_differ(kind) for kind in kinds]
