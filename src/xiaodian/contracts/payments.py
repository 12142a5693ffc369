"""Payments: charges, captures and refunds behind one provider protocol."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.shops import ShopId

ChargeId = NewType("ChargeId", UUID)
RefundId = NewType("RefundId", UUID)


class ChargeState(StrEnum):
    """pending → captured | failed; failed → captured (a provider may think again); captured → refunded."""

    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    REFUNDED = "refunded"


class NewCharge(Contract, frozen=True, kw_only=True):
    """What shall be paid, by whom and through which provider."""

    order_id: UUID
    shop_id: ShopId
    payer_id: AccountId
    provider: str
    amount_minor: int
    currency: str


class Charge(Contract, frozen=True, kw_only=True):
    """One attempt to pay one order."""

    charge_id: ChargeId
    order_id: UUID
    shop_id: ShopId
    payer_id: AccountId
    provider: str
    amount_minor: int
    currency: str
    state: ChargeState
    pay_url: str | None
    """Where the buyer pays; shown inside the room's drawer. None until the provider has opened the charge."""


class PaymentNotice(Contract, frozen=True, kw_only=True):
    """A verified message of a provider about a charge."""

    provider: str
    notice_id: str
    """The provider's own id of the message; the same id is handled once."""
    charge_id: ChargeId
    outcome: ChargeState
    """CAPTURED or FAILED."""
    amount_minor: int
    currency: str


class PaymentProvider(Protocol):
    """Somebody who takes money for us. Called outside of transactions: it may be slow, and it may fail."""

    @property
    def name(self) -> str:
        """As in routes and in `Charge.provider`."""

    async def open_charge(self, charge: Charge) -> str:
        """Where the buyer pays. Opening the same charge again gives the same. Raises UnavailableError."""

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        """The notice that a callback carries; header names are lower-case. Raises BadCallbackError."""


class BadCallbackError(DomainError):
    """A provider's message with a wrong signature, or about a charge or amount we do not know."""

    code = "bad_callback"
    status = 400


class UnknownProviderError(DomainError):
    """No such payment provider is set up here."""

    code = "unknown_provider"
    status = 422


class PaymentRefunded(Event, frozen=True, kw_only=True):
    """Money went back to the buyer."""

    event_key = "order_id"
    order_id: UUID
    charge_id: ChargeId
    amount_minor: int
