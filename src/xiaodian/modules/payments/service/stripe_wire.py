"""What of Stripe's objects we read. https://docs.stripe.com/api"""

import msgspec


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A PaymentIntent."""

    id: str
    status: str
    amount: int
    currency: str
    client_secret: str | None = None
    amount_received: int | None = None
    metadata: dict[str, str] = {}


class StripeRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A Refund."""

    id: str
    status: str
    amount: int
    currency: str
    failure_reason: str | None = None
    metadata: dict[str, str] = {}


class RefundPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list of refunds."""

    data: list[StripeRefund]
    has_more: bool = False


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a balance transaction is about, expanded: a charge or a refund."""

    id: str
    object: str
    amount: int
    currency: str
    payment_intent: Intent | str | None = None
    metadata: dict[str, str] = {}


class BalanceTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of our balance at Stripe, before its fee."""

    id: str
    type: str
    amount: int
    created: int
    source: Source | str | None = None


class BalancePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of balance transactions, the latest first."""

    data: list[BalanceTransaction]
    has_more: bool = False


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """What an event is about."""

    object: msgspec.Raw


class StripeEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's body."""

    id: str
    type: str
    data: EventData


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why Stripe refuses."""

    type: str = ""
    code: str = ""
    message: str = ""


class FaultAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a refusal."""

    error: Fault
