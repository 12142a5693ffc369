"""Pure decisions about charges and refunds."""

from collections.abc import Iterable
from datetime import timedelta

from xiaodian.contracts.payments import CapturedPart, Charge, ChargeState, PaymentNotice, RefundState

# From the present state and what a provider tells, the next state. What is not here changes nothing: a word that
# comes late, twice or out of order is no news.
NEXT_STATES = {
    (ChargeState.PENDING, ChargeState.CAPTURED): ChargeState.CAPTURED,
    (ChargeState.PENDING, ChargeState.FAILED): ChargeState.FAILED,
    (ChargeState.FAILED, ChargeState.CAPTURED): ChargeState.CAPTURED,
    (ChargeState.CLOSED, ChargeState.CAPTURED): ChargeState.CAPTURED,
}

NEXT_REFUND_STATES = {
    (RefundState.PENDING, RefundState.SUCCEEDED): RefundState.SUCCEEDED,
    (RefundState.PENDING, RefundState.FAILED): RefundState.FAILED,
    (RefundState.FAILED, RefundState.SUCCEEDED): RefundState.SUCCEEDED,
}

FIRST_ASKED_AFTER = timedelta(seconds=30)
"""A charge that the provider says nothing about is asked for after this time; most have been called back by then."""
LONGEST_PAUSE = timedelta(hours=6)
TIMES_ASKED_AFTER_THE_END = 13
"""A failed or closed charge may have been paid: it is watched for about a day, as long as providers call back."""
TIMES_CLOSED = 12
"""A provider that cannot be told of a closed charge is told so often; the charge ends there by its own time limit."""


def is_about(notice: PaymentNotice, charge: Charge) -> bool:
    """Whether a notice fits the charge it names: same provider, amount and currency."""
    return (notice.provider, notice.amount_minor, notice.currency) == (
        charge.provider,
        charge.amount_minor,
        charge.currency,
    )


def pause_after(times: int, spread: float) -> timedelta:
    """How long to wait after so many tries (the first is 1): doubling, up to LONGEST_PAUSE.

    `spread` from 0 to 1 takes away up to a quarter, so that what failed together does not come back together.
    """
    pause: timedelta = min(FIRST_ASKED_AFTER * (1 << min(times - 1, 20)), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * (1 - spread / 4))


def choose_part(parts: Iterable[CapturedPart], amount_minor: int) -> CapturedPart | None:
    """Of which payment of an order to give back: the one with the most left; None if it has less than that."""
    largest = max(parts, key=lambda one: (left_of(one), one.charge_id), default=None)
    return largest if largest is not None and left_of(largest) >= amount_minor else None


def left_of(part: CapturedPart) -> int:
    """What of a payment has not gone back yet."""
    return part.part.amount_minor - part.part.refunded_minor
