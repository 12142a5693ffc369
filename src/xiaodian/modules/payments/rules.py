"""Pure decisions about charges."""

from xiaodian.contracts.payments import Charge, ChargeState, PaymentNotice

# From the present state and what a provider tells, the next state. What is not here changes nothing.
NEXT_STATES = {
    (ChargeState.PENDING, ChargeState.CAPTURED): ChargeState.CAPTURED,
    (ChargeState.PENDING, ChargeState.FAILED): ChargeState.FAILED,
    (ChargeState.FAILED, ChargeState.CAPTURED): ChargeState.CAPTURED,
}


def is_about(notice: PaymentNotice, charge: Charge) -> bool:
    """Whether a notice fits the charge it names: same provider, amount and currency."""
    return (notice.provider, notice.amount_minor, notice.currency) == (
        charge.provider,
        charge.amount_minor,
        charge.currency,
    )
