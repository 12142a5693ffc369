"""Payments: charges, captures and refunds behind one provider protocol."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError, Event

ChargeId = NewType("ChargeId", UUID)
RefundId = NewType("RefundId", UUID)


class ChargeState(StrEnum):
    """`refunding`: money came for an order that could no longer take it, and is on its way back."""

    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    REFUNDED = "refunded"


class Charge(Contract, frozen=True, kw_only=True):
    """One attempt to pay one order."""

    charge_id: ChargeId
    order_id: UUID
    provider: str
    amount_minor: int
    currency: str
    state: ChargeState
    pay_url: str | None
    """Where the buyer pays; shown inside the room's drawer."""


class PaymentNotice(Contract, frozen=True, kw_only=True):
    """A verified message of a provider about a charge."""

    notice_id: str
    """The provider's own id of the message; the same id is handled once."""
    charge_id: ChargeId
    outcome: ChargeState
    amount_minor: int
    currency: str


class BadCallbackError(DomainError):
    """A provider's message with a wrong signature, or about a charge or amount we do not know."""

    code = "bad_callback"
    status = 400


class PaymentRefunded(Event, frozen=True, kw_only=True):
    """Money went back to the buyer."""

    event_key = "order_id"
    order_id: UUID
    charge_id: ChargeId
    amount_minor: int
