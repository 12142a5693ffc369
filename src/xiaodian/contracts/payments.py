"""Payments: charges, captures and refunds behind one provider protocol."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NewType, Protocol
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.shops import ShopId

ChargeId = NewType("ChargeId", UUID)
RefundId = NewType("RefundId", UUID)


class ChargeState(StrEnum):
    """pending → captured | failed | closed; failed or closed → captured (a provider may think again)."""

    PENDING = "pending"
    CAPTURED = "captured"
    FAILED = "failed"
    CLOSED = "closed"
    """Nobody will pay it any more: its orders were cancelled, or another charge took its place."""


class RefundState(StrEnum):
    """pending → succeeded | failed; failed → pending (an operator has it tried again)."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ChargePart(Contract, frozen=True, kw_only=True):
    """What of a charge pays for one order, and what of it went back or is on its way back."""

    order_id: UUID
    shop_id: ShopId
    amount_minor: int
    refunded_minor: int = 0


class NewCharge(Contract, frozen=True, kw_only=True):
    """What shall be paid, by whom and through which provider: one payment for one or several orders."""

    payer_id: AccountId
    provider: str
    method: str
    currency: str
    parts: Sequence[ChargePart]


class PayKind(StrEnum):
    """How the buyer goes on to pay."""

    PAGE = "page"
    """Go to `url`."""
    QR = "qr"
    """Show `url` as a QR code, to be scanned with the provider's app."""
    CLIENT = "client"
    """Hand `data` to the provider's own script in the page."""


class PayAction(Contract, frozen=True, kw_only=True):
    """What the buyer's page has to do next."""

    kind: PayKind
    url: str = ""
    data: dict[str, str] = msgspec.field(default_factory=dict)


class Charge(Contract, frozen=True, kw_only=True):
    """One attempt to pay one or several orders of one buyer."""

    charge_id: ChargeId
    payer_id: AccountId
    provider: str
    method: str
    """How within the provider: `native`, `jsapi`, `h5`, `page`, `wap`, `card`."""
    amount_minor: int
    currency: str
    state: ChargeState
    action: PayAction | None
    """None until the provider has opened the charge."""
    provider_ref: str | None
    """The provider's own id of it, once told."""
    created_at: datetime
    parts: list[ChargePart]


class Refund(Contract, frozen=True, kw_only=True):
    """Money that goes back to the buyer of one order, out of one charge."""

    refund_id: RefundId
    charge_id: ChargeId
    order_id: UUID
    shop_id: ShopId
    provider: str
    amount_minor: int
    currency: str
    reason: str
    state: RefundState
    requested_at: datetime
    settled_at: datetime | None
    attempt: int = 1
    """Grows each time an operator has a refused refund tried again; providers see another number then."""
    detail: str = ""
    """The provider's last word about it."""


class CapturedPart(Contract, frozen=True, kw_only=True):
    """What a captured charge has brought for one order."""

    charge_id: ChargeId
    provider: str
    currency: str
    part: ChargePart


class MovementKind(StrEnum):
    """What happened to a buyer's money."""

    PAID = "paid"
    REFUND_REQUESTED = "refund_requested"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class Movement(Contract, frozen=True, kw_only=True):
    """One movement of money of one order."""

    order_id: UUID
    at: datetime
    kind: MovementKind
    amount_minor: int
    currency: str
    provider: str
    reason: str | None


class BookedLine(Contract, frozen=True, kw_only=True):
    """What we think a provider took in (positive) or gave back (negative)."""

    provider: str
    charge_id: ChargeId
    refund_id: RefundId | None
    amount_minor: int
    currency: str
    at: datetime


class RefundWish(Contract, frozen=True, kw_only=True):
    """What shall go back for an order; the id makes it happen once."""

    refund_id: RefundId
    order_id: UUID
    amount_minor: int
    reason: str
    """A code or a few words for the books: `cancelled`, `after_sale`, `late_payment`."""


class PaymentNotice(Contract, frozen=True, kw_only=True):
    """A provider's verified word about a charge, told by it or asked of it."""

    provider: str
    notice_id: str
    """The provider's own id of the message; the same id is handled once."""
    charge_id: ChargeId
    outcome: ChargeState
    """CAPTURED or FAILED."""
    amount_minor: int
    currency: str
    provider_ref: str | None = None


class RefundNotice(Contract, frozen=True, kw_only=True):
    """A provider's verified word about a refund."""

    provider: str
    notice_id: str
    refund_id: RefundId
    outcome: RefundState
    """SUCCEEDED or FAILED."""
    amount_minor: int
    currency: str


class RefusedNotice(Contract, frozen=True, kw_only=True):
    """A provider's verified word that we did not act on."""

    provider: str
    notice_id: str
    charge_id: UUID | None
    """As the provider names it; it need not be one of ours. Null for a refund."""
    refund_id: UUID | None
    amount_minor: int
    currency: str
    reason: str


class RefundOutcome(Contract, frozen=True, kw_only=True):
    """What a provider says when it is asked to refund: done, refused for good, or under way."""

    state: RefundState
    detail: str = ""


class StatementLine(Contract, frozen=True, kw_only=True):
    """One line of a provider's statement of a day: what it took in (positive) or gave back (negative)."""

    charge_id: ChargeId | None
    refund_id: RefundId | None
    """Set for what was given back."""
    amount_minor: int
    currency: str
    at: datetime
    provider_ref: str


class PaymentProvider(Protocol):
    """Somebody who takes money for us. Called outside of transactions: it may be slow, and it may fail.

    Every method may raise UnavailableError: the provider is away, or its answer could not be understood; nothing is
    known then of what it did, so the same call must be safe to make again.
    """

    @property
    def name(self) -> str:
        """As in routes and in `Charge.provider`."""

    @property
    def methods(self) -> Sequence[str]:
        """Ways to pay, the first the usual one."""

    @property
    def acknowledgement(self) -> tuple[int, bytes, str]:
        """Status, body and media type by which the provider wants its callbacks acknowledged."""

    async def open_charge(
        self, charge: Charge, *, return_url: str, client_address: str, payer_code: str = ""
    ) -> PayAction:
        """How the buyer goes on to pay. Opening the same charge again gives the same, or one as good.

        `return_url` is the page that the buyer comes back to; `payer_code` what the provider's own sign-in page gave
        that page, where a way to pay needs one (WeChat's `jsapi`: without it the action is to go to that page).
        """

    async def verify_callback(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice | None:
        """The word that a callback carries; header names are lower-case. None if it is about nothing of ours to act on.

        Raises BadCallbackError if the provider did not sign it.
        """

    async def find_charge(self, charge: Charge) -> PaymentNotice | None:
        """What became of a charge, asked of the provider; None while it is undecided there."""

    async def close_charge(self, charge: Charge) -> None:
        """From now on nobody can pay it, as far as the provider can see to that."""

    async def refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """Give money back; asked again with the same refund it gives back once."""

    async def find_refund(self, refund: Refund, charge: Charge) -> RefundOutcome:
        """What became of a refund; PENDING while it is under way."""

    def get_statement(self, day: date) -> AsyncGenerator[StatementLine, None]:
        """All that the provider took in and gave back for us on a day (in its own time zone), a line at a time.

        A day may be larger than our memory. If it breaks off with UnavailableError, the lines before it count for
        nothing either.
        """

    async def close(self) -> None:
        """Let go of connections; the last that is asked of it."""


class BadCallbackError(DomainError):
    """A provider's message with a wrong signature, or about a charge or amount we do not know."""

    code = "bad_callback"
    status = 400


class UnknownProviderError(DomainError):
    """No such payment provider, or way to pay, is set up here."""

    code = "unknown_provider"
    status = 422


class RefundTooLargeError(DomainError):
    """More would go back than was paid; `left_minor` can still go back."""

    code = "refund_too_large"
    status = 409


class ChargeClosedError(DomainError):
    """The payment was closed: nobody can pay it any more."""

    code = "charge_closed"
    status = 409


class PaymentRefunded(Event, frozen=True, kw_only=True):
    """The provider has given money back to the buyer."""

    event_key = "order_id"
    order_id: UUID
    shop_id: ShopId
    charge_id: ChargeId
    refund_id: RefundId
    amount_minor: int
    currency: str


class RefundFailed(Event, frozen=True, kw_only=True):
    """The provider refuses a refund for good; an operator must see to it."""

    event_key = "order_id"
    order_id: UUID
    shop_id: ShopId
    refund_id: RefundId
    amount_minor: int
